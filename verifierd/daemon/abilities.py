"""What a daemon can do: by what its own host has, or by what the workers of its fleet have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from sandboxes.findings import HostReport
from sandboxes.languages import LANGUAGES
from verifierd.api.engine import Abilities, BackendAbility, CheckerAbility, LanguageAbility, WallAbility
from verifierd.config.convert import admission_limits
from verifierd.config.settings import Settings
from verifierd.judging.checkers import available
from verifierd.selection.rules import RULES

if TYPE_CHECKING:
    from verifierd.fleet.workers import Toolchain

T = TypeVar("T")


def abilities_here(settings: Settings, report: HostReport, version: str) -> Abilities:
    """Return what a daemon with these settings can do on this host."""
    versions = report.toolchain.versions if report.toolchain else {}
    walls = tuple(WallAbility(finding.what, finding.ok, finding.detail) for finding in report.findings)
    digest = report.toolchain.digest if report.toolchain else ""
    return Abilities(
        server_version=version,
        languages=tuple(
            _language(name, versions.get(name, ""), LANGUAGES[name].install_command) for name in LANGUAGES
        ),
        checkers=_checkers(),
        selection_rules=tuple(RULES),
        backends=(BackendAbility(report.backend, walls, image_digest=digest),),
        bounds=admission_limits(settings),
    )


def abilities_of_fleet(
    settings: Settings, toolchains: Callable[[], Sequence[Toolchain]], version: str
) -> Abilities:
    """Return what a front end can have done, by the toolchains that are known whenever somebody looks."""
    return Abilities(
        server_version=version,
        languages=Live(lambda: _languages_of(toolchains())),
        checkers=_checkers(),
        selection_rules=tuple(RULES),
        backends=Live(lambda: tuple(map(_backend, toolchains()))),
        bounds=admission_limits(settings),
    )


class Live(Sequence[T]):
    """A sequence that is read anew whenever somebody looks."""

    def __init__(self, read: Callable[[], Sequence[T]]) -> None:
        self._read = read

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        return self._read()[place]

    def __iter__(self) -> Iterator[T]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def _languages_of(toolchains: Sequence[Toolchain]) -> tuple[LanguageAbility, ...]:
    told: dict[str, set[str]] = {name: set() for name in LANGUAGES}
    for toolchain in toolchains:
        for name, version in toolchain.languages.items():
            told.setdefault(name, set()).add(version)
    return tuple(_language(name, ", ".join(sorted(told[name])), _worker_remedy(name)) for name in LANGUAGES)


def _worker_remedy(name: str) -> str:
    return f"verifierd worker, on a host where this was run: {LANGUAGES[name].install_command}"


def _language(name: str, version: str, remedy: str) -> LanguageAbility:
    language = LANGUAGES[name]
    return LanguageAbility(
        name,
        version,
        language.test_kinds,
        available=bool(version),
        remedy="" if version else remedy,
        fence_tags=language.fence_tags,
    )


def _backend(toolchain: Toolchain) -> BackendAbility:
    walls = tuple(WallAbility(wall.name, wall.stands, wall.detail) for wall in toolchain.walls)
    return BackendAbility(toolchain.backend, walls, image_digest=toolchain.image_digest)


def _checkers() -> tuple[CheckerAbility, ...]:
    return tuple(
        CheckerAbility(
            name=checker.name,
            version=str(checker.version),
            test_kinds=checker.test_kinds,
            default_for=checker.default_for,
            params=checker.parameters,
        )
        for checker in available()
    )
