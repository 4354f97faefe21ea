"""The daemon's parts, made from its settings and put together; nothing here starts anything."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from sandboxes.backends.choice import make_backend
from sandboxes.findings import HostReport
from sandboxes.pool import SandboxPool
from verifierd.api.engine import Abilities
from verifierd.api.server import ApiServer, Door
from verifierd.batches.admission import QueueLimits
from verifierd.batches.engine import Engine
from verifierd.batches.problems import ProblemExchange, ProblemStore
from verifierd.batches.settings import EngineSettings
from verifierd.config.convert import (
    price_table,
    sandbox_count,
    sandbox_cpus,
    sandbox_settings,
)
from verifierd.config.door import quotas_of
from verifierd.config.settings import Settings
from verifierd.daemon.abilities import abilities_here, abilities_of_fleet
from verifierd.execution.accounted import Accounted
from verifierd.execution.executor import Executor
from verifierd.execution.local import LocalExecutor
from verifierd.execution.near_limit import NearLimit
from verifierd.execution.retrying import Retrying
from verifierd.identity.cpu_time import CpuTime
from verifierd.observing import NOBODY, Observer

if TYPE_CHECKING:
    from verifierd.api.records import Records
    from verifierd.daemon.front_end import FrontEnd


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running daemon consists of, but for its records and the server, which needs those.

    A front end of a fleet has no sandboxes of its own, so no `pool`.
    """

    pool: SandboxPool | None
    engine: Engine
    problems: ProblemStore
    abilities: Abilities
    cpu_time: CpuTime


def sandbox_pool(settings: Settings) -> SandboxPool:
    """Return the sandboxes that the settings want here; its user starts and closes them."""
    backend = make_backend(sandbox_settings(settings))
    return SandboxPool(backend, sandbox_count(settings), sandbox_cpus(settings))


def executor_of(pool: SandboxPool, observer: Observer = NOBODY) -> Executor:
    """Return what runs candidates in a pool: lost sandboxes made good, runs near a limit made again alone."""
    return NearLimit(Retrying(LocalExecutor(pool, observer)))


def assemble(settings: Settings, report: HostReport, observer: Observer = NOBODY) -> Parts:
    """Return the parts of a daemon on the host that `report` tells of; they tell `observer` of their work."""
    pool = sandbox_pool(settings)
    able = abilities_here(settings, report, distribution_version())
    return _parts(settings, pool, executor_of(pool, observer), able, observer)


def assemble_front_end(settings: Settings, fleet: FrontEnd, observer: Observer = NOBODY) -> Parts:
    """Return the parts of a daemon that has its work done by a fleet."""
    able = abilities_of_fleet(settings, lambda: fleet.roster.toolchains, distribution_version())
    parts = _parts(settings, None, fleet.executor, able, observer, fleet.problems)
    fleet.roster.on_change(parts.engine.capacity_changed)
    parts.engine.capacity_changed()
    return parts


def _parts(
    settings: Settings,
    pool: SandboxPool | None,
    executor: Executor,
    able: Abilities,
    observer: Observer,
    exchange: ProblemExchange | None = None,
) -> Parts:
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
        settings.admission.max_stored_problem_bytes,
        lambda tenant: quotas.of(tenant).stored_problem_bytes,
        exchange,
    )
    return Parts(pool, engine, problems, able, cpu_time)


def server_of(parts: Parts, door: Door, records: Records | None, observer: Observer = NOBODY) -> ApiServer:
    """Return the server of these parts behind this door: it keeps these records, and tells `observer`."""
    return ApiServer(parts.engine, parts.problems, parts.abilities, door, records, observer)


def distribution_version() -> str:
    """Return the version of the installed distribution, or 0 in a checkout that is not installed."""
    try:
        return version("verifierd")
    except PackageNotFoundError:
        return "0"
