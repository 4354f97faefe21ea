"""One language as its file declares it, checked when it is read: a slip in a declaration names its field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from ..model import Limits

NS, MIB = 1_000_000_000, 1 << 20
KINDS = frozenset({"stdio", "call", "asserts", "answer"})
# What a run's filter refuses and harms nobody: what a declaration may have in `system_calls`.
GRANTABLE = frozenset({"personality"})
PREPARED_DIRECTORY = "/usr/local/lib/verifierd"
IMPLIED = {"stdio": frozenset({"files", "interactive"})}  # to a sandbox they are the same: it is run
HARNESSES = resources.files(__package__) / "calls"
WITH_HARNESS = ("call", "asserts")  # of a language that is not warm


class DeclarationError(Exception):
    """A language's file is not as it should be; the message names the file and the field."""


@dataclass(frozen=True, slots=True)
class LimitFactors:
    """What a language's runtime needs on top of a program's limits, so that it is not judged for it.

    A managed runtime's start costs CPU time, its heap is not all that it holds, and it has threads of its
    own. Measured usage is told as it is.
    """

    cpu_factor: float = 1.0
    cpu_extra_s: float = 0.0
    memory_extra_mib: int = 0
    processes_extra: int = 0

    def applied(self, limits: Limits) -> Limits:
        """Return the limits that a run in this language is held to."""
        cpu_time_ns = round(limits.cpu_time_ns * self.cpu_factor + self.cpu_extra_s * NS)
        return replace(
            limits,
            cpu_time_ns=cpu_time_ns,
            wall_time_ns=limits.wall_time_ns + cpu_time_ns - limits.cpu_time_ns,
            memory_bytes=limits.memory_bytes + self.memory_extra_mib * MIB,
            processes=limits.processes + self.processes_extra,
        )


@dataclass(frozen=True, slots=True)
class BuildLimits:
    """What a compiler may use: it runs untrusted text, in the sandbox, once for a program."""

    cpu_s: float = 20.0
    wall_s: float = 60.0
    memory_mib: int = 1024
    output_kib: int = 64
    processes: int = 64
    disk_mib: int = 256

    @property
    def as_limits(self) -> Limits:
        """The same as a run's limits."""
        return Limits(
            cpu_time_ns=round(self.cpu_s * NS),
            wall_time_ns=round(self.wall_s * NS),
            memory_bytes=self.memory_mib * MIB,
            output_bytes=self.output_kib << 10,
            processes=self.processes,
            open_files=1024,
            disk_bytes=self.disk_mib * MIB,
        )


@dataclass(frozen=True, slots=True)
class SelfTest:
    """A program that shows that the toolchain works: what it is given and what it must print.

    Of a language without `stdio` tests: a test program that it passes.
    """

    source: str
    stdin: str = ""
    stdout: str = ""
    tests: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `make toolchains` makes ready in the language's folder of `PREPARED_DIRECTORY`."""

    command: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Harness:
    """How a program becomes one that a `call` or an `asserts` test can ask: what is compiled with it.

    `source` is the program's file name where it is another one than the language's: of `call` its text stands
    there as it is, of `asserts` followed by the test program, with `before_tests` and `after_tests` around
    that, so that a program whose text ends early, or that gives names another meaning, hides no test. `files`
    are the harness's own, as texts or as a list of names in `HARNESSES`; in them `{{function}}`,
    `{{class_name}}`, `{{callee}}` and `{{program}}` are filled in for `call`, `{{tests}}` for `asserts`: the
    test program then is there and nowhere else. `function` and `method` are how the language names what is
    called; the one that applies is the callee. `compile`, `run` and `artifacts` are as a language's, which
    serve where these are absent; `optional` are words that go with the compile command where a file is there.
    `refused` are words of which an `asserts` test that failed has one in its output, where it failed by an
    assertion and not by an error. `closing` are the last words of one that passes, of a proof checker, which
    runs no program; elsewhere the harness reads a token from standard input and writes it to file descriptor
    3 when the test program has come to its end.
    """

    source: str = ""
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    before_tests: str = ""
    after_tests: str = ""
    function: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that candidates may be written in.

    `source` is the program's file name. `fences` are what models mark blocks of its programs with, beside its
    name. `compile` and `run` are command lines whose first word is a path in
    the sandbox; a run starts in its scratch directory, the program is in `PROGRAM_DIRECTORY`. `artifacts`
    are patterns of what a compilation leaves for the runs. In both, `{memory_mib}` is the program's own
    memory limit. `toolchain` are the files without which the language is absent, `version` the command
    whose first line tells it, `packages` what Debian has it in, `etc` what it reads below /etc, `files` what
    the compiler finds beside the program, as those of a harness. `system_calls` are what its programs
    may do although the filter of runs refuses it.
    `out_of_memory` are words by which a failed program says that its runtime gave it no more memory.
    Where `numbers_are_one` a returned 3 is also 3.0, since the language does not tell them apart.
    A language that is `warm` is run by the supervisor's own interpreter and has no commands.
    `libraries` are Python distributions of the service's own installation that a language rests on in place
    of a toolchain; `extra` brings them.
    """

    name: str
    title: str
    source: str
    kinds: frozenset[str]
    toolchain: tuple[str, ...]
    version: tuple[str, ...]
    packages: tuple[str, ...]
    self_test: SelfTest
    fences: tuple[str, ...] = ()
    warm: bool = False
    numbers_are_one: bool = False
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    etc: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    extra: str = ""
    system_calls: tuple[str, ...] = ()
    out_of_memory: tuple[str, ...] = ()
    limits: LimitFactors = LimitFactors()
    build_limits: BuildLimits = BuildLimits()
    call: Harness | None = None
    asserts: Harness | None = None
    prepared: Prepared | None = None

    @property
    def test_kinds(self) -> frozenset[str]:
        """The kinds of tests that work in it: those that are declared, and what comes with them."""
        return self.kinds.union(*(IMPLIED.get(kind, ()) for kind in self.kinds))

    @property
    def fence_tags(self) -> frozenset[str]:
        """What a fenced block with a program in it is marked with, in lower case."""
        return frozenset({self.name, *self.fences})

    @property
    def install_command(self) -> str:
        """The command that makes it available on a Debian host."""
        if self.libraries:
            return f"pip install 'verifierd[{self.extra}]', and then make images where an image is used"
        if not self.packages:
            return f"install {self.title} below /usr: {self.toolchain[0]} must be there"
        return f"sudo apt-get install {' '.join(self.packages)}"


def read(file: Traversable) -> Language:
    """Return what a declaration's file says. Raises DeclarationError."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
        language = Language(
            **{
                **_with_texts(told),
                "kinds": frozenset(told["kinds"]),
                "limits": LimitFactors(**told.get("limits", {})),
                "build_limits": BuildLimits(**told.get("build_limits", {})),
                "self_test": SelfTest(**told["self_test"]),
                **{kind: _harness(told[kind]) for kind in WITH_HARNESS if kind in told},
                **{key: Prepared(**_all_frozen(told[key])) for key in ("prepared",) if key in told},
            }
        )
    except (tomllib.TOMLDecodeError, TypeError, KeyError, FileNotFoundError) as error:
        allowed = ", ".join(each.name for each in fields(Language))
        raise DeclarationError(f"{file.name}: {error}; a declaration has {allowed}") from None
    if file.name != f"{language.name}.toml":
        raise DeclarationError(f"{file.name}: name is {language.name!r}, which its file is not named by")
    if wrong := [tag for tag in language.fences if tag != tag.lower().strip()]:
        raise DeclarationError(f"{file.name}: fences has {wrong}; allowed: words in lower case")
    if unknown := language.kinds - KINDS:
        raise DeclarationError(f"{file.name}: kinds has {sorted(unknown)}; allowed: {sorted(KINDS)}")
    if refused := set(language.system_calls) - GRANTABLE:
        raise DeclarationError(
            f"{file.name}: system_calls has {sorted(refused)}; allowed: {sorted(GRANTABLE)}"
        )
    if bool(language.run) != (not language.warm and "stdio" in language.kinds):
        raise DeclarationError(f"{file.name}: run is a command line where kinds has 'stdio', but for warm")
    for kind in WITH_HARNESS:
        if not language.warm and (kind in language.kinds) != (getattr(language, kind) is not None):
            raise DeclarationError(f"{file.name}: kinds has {kind!r} where there is a section [{kind}], only")
    for name, command in _commands(language):
        if command and not command[0].startswith("/"):
            raise DeclarationError(f"{file.name}: {name} begins with {command[0]!r}; allowed: a path from /")
    return language


def _harness(told: Mapping[str, Any]) -> Harness:
    return Harness(**_with_texts(told))


def _with_texts(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part's keys; `files` that are names are read from `HARNESSES`."""
    frozen = _all_frozen(told)
    if isinstance(names := told.get("files"), list):
        frozen["files"] = {name: (HARNESSES / name).read_text("utf-8") for name in names}
    return frozen


def _all_frozen(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in told.items()}


def _commands(language: Language) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "version", language.version
    for name, part in (("", language), ("call.", language.call), ("asserts.", language.asserts)):
        if part is not None:
            yield f"{name}compile", part.compile
            yield f"{name}run", part.run


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
