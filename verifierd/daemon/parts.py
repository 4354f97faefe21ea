"""The daemon's parts, made from its settings and put together; nothing here starts anything."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from sandboxes.backends.choice import make_backend
from sandboxes.findings import HostReport
from sandboxes.languages import LANGUAGES
from sandboxes.pool import SandboxPool
from verifierd.api.engine import Abilities, BackendAbility, CheckerAbility, LanguageAbility, WallAbility
from verifierd.api.server import ApiServer, Door
from verifierd.batches.admission import QueueLimits
from verifierd.batches.engine import Engine
from verifierd.batches.problems import ProblemStore
from verifierd.batches.settings import EngineSettings
from verifierd.config.convert import (
    admission_limits,
    price_table,
    sandbox_count,
    sandbox_cpus,
    sandbox_settings,
)
from verifierd.config.door import quotas_of
from verifierd.config.settings import Settings
from verifierd.execution.accounted import Accounted
from verifierd.execution.executor import Executor
from verifierd.execution.local import LocalExecutor
from verifierd.execution.near_limit import NearLimit
from verifierd.execution.retrying import Retrying
from verifierd.identity.cpu_time import CpuTime
from verifierd.judging.checkers import available
from verifierd.observing import NOBODY, Observer
from verifierd.selection.rules import RULES

if TYPE_CHECKING:
    from verifierd.api.records import Records


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running daemon consists of, but for its records and the server, which needs those."""

    pool: SandboxPool
    engine: Engine
    problems: ProblemStore
    abilities: Abilities
    cpu_time: CpuTime


def assemble(settings: Settings, report: HostReport, observer: Observer = NOBODY) -> Parts:
    """Return the parts of a daemon on the host that `report` tells of; they tell `observer` of their work."""
    backend = make_backend(sandbox_settings(settings))
    pool = SandboxPool(backend, sandbox_count(settings), sandbox_cpus(settings))
    executor: Executor = NearLimit(Retrying(LocalExecutor(pool, observer)))
    quotas, cpu_time = quotas_of(settings), CpuTime()
    if quotas.bound_cpu_time:
        executor = Accounted(executor, cpu_time.count)
    queue = QueueLimits(
        max_batches=settings.admission.max_batches,
        max_candidates=settings.admission.max_candidates_waiting,
    )
    engine_settings = EngineSettings(
        queue=queue,
        prices=price_table(settings),
        result_cache_bytes=settings.cache.result_mib << 20,
    )
    engine = Engine(executor, engine_settings, observer=observer)
    problems = ProblemStore(
        settings.admission.max_stored_problem_bytes, lambda tenant: quotas.of(tenant).stored_problem_bytes
    )
    return Parts(pool, engine, problems, abilities(settings, report), cpu_time)


def server_of(parts: Parts, door: Door, records: Records | None, observer: Observer = NOBODY) -> ApiServer:
    """Return the server of these parts behind this door: it keeps these records, and tells `observer`."""
    return ApiServer(parts.engine, parts.problems, parts.abilities, door, records, observer)


def abilities(settings: Settings, report: HostReport) -> Abilities:
    """Return what a daemon with these settings can do on this host."""
    return Abilities(
        server_version=distribution_version(),
        languages=tuple(
            LanguageAbility(
                language.name,
                version,
                language.test_kinds,
                available=bool(version),
                remedy="" if version else language.install_command,
                fence_tags=language.fence_tags,
            )
            for language in LANGUAGES.values()
            for version in (report.toolchain.versions.get(language.name, "") if report.toolchain else "",)
        ),
        checkers=tuple(
            CheckerAbility(
                name=checker.name,
                version=str(checker.version),
                test_kinds=checker.test_kinds,
                default_for=checker.default_for,
                params=checker.parameters,
            )
            for checker in available()
        ),
        selection_rules=tuple(RULES),
        backends=(
            BackendAbility(
                report.backend,
                _walls(report),
                image_digest=report.toolchain.digest if report.toolchain else "",
            ),
        ),
        bounds=admission_limits(settings),
    )


def distribution_version() -> str:
    """Return the version of the installed distribution, or 0 in a checkout that is not installed."""
    try:
        return version("verifierd")
    except PackageNotFoundError:
        return "0"


def _walls(report: HostReport) -> tuple[WallAbility, ...]:
    return tuple(WallAbility(finding.what, finding.ok, finding.detail) for finding in report.findings)
