"""Compile a program that is no Python: in a stage of its own, under its own limits, once for all its runs."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from . import artifacts
from .answers import Compiled, CompileFailed
from .stages import Stage, StageLost
from .watch import Facts, Party, Pipe
from .zygotes import PLAIN, fitting

MESSAGE_BYTES = 4000
SCRATCH = "/tmp"  # noqa: S108 - the candidate's own tmpfs


@dataclass(frozen=True, slots=True)
class Build:
    """What the worker says of a way to make a program of a source: files, command lines, what is left.

    `kind` is that of the runs it is for, `source` the name of the source's file; where it `joins_tests` the
    test program follows there.
    """

    kind: str
    joins_tests: bool
    source: str
    compile: list[str]
    run: list[str]
    artifacts: list[str]
    environment: dict[str, str]
    files: dict[str, str]
    optional: dict[str, str]
    refused: list[str]
    closing: list[str]
    before_tests: str
    after_tests: str
    system_calls: list[str]
    out_of_memory: list[str]
    build_limits: dict[str, Any]

    def folder_with(self, source: bytes) -> bytes:
        """Return what the compiler finds, packed."""
        beside = [(name, False, text.encode()) for name, text in self.files.items()]
        return artifacts.pack([(self.source, False, source), *beside])

    def around(self, tests: bytes) -> list[bytes]:
        """Return a test program and what goes around it; before one that begins with `}`, nothing."""
        before = b"" if tests.lstrip().startswith(b"}") else self.before_tests.encode()
        return [before + tests, self.after_tests.encode()]

    def is_closed(self, output: bytes) -> bool:
        """Tell whether a proof checker's last line is a closing one, and no other speaks of a refusal."""
        *before, last = output.decode("utf-8", "replace").rstrip().split("\n")
        refusal = any(word in line for line in before for word in self.refused)
        return last in self.closing and not refusal

    @property
    def compile_order(self) -> dict[str, Any]:
        """The order to a stage that compiles."""
        environment = {**self.environment, "TMPDIR": artifacts.DIRECTORY, "HOME": artifacts.DIRECTORY}
        more = [word for word, file in self.optional.items() if os.path.exists(file)]
        return _execute([*self.compile, *more], artifacts.DIRECTORY, environment)

    @property
    def run_order(self) -> dict[str, Any]:
        """The order to a stage that runs."""
        return _execute(self.run, SCRATCH, self.environment) | {
            "leaves_result": self.kind != "stdio",
            "out_of_memory": self.out_of_memory,
        }


@dataclass(slots=True)
class Program:
    """A program on its way to a run: its source, and once it is compiled, what came of that."""

    build: Build | None
    content: bytes
    zygote: str = PLAIN  # for its stages
    is_built: bool = False
    compiled: Compiled | None = None  # until it is told
    failed: CompileFailed | None = None

    def told_once(self) -> dict[str, Any]:
        """Return what the next answer tells of the compilation: what it took is told with the first alone."""
        compiled, self.compiled = self.compiled, None
        return {} if compiled is None else compiled.as_answer()

    @property
    def folder(self) -> dict[str, Any] | None:
        """How a stage is to have the program's folder, if it has one."""
        if self.build is None:
            return None
        return {
            "writable": not self.is_built,
            "disk_bytes": self.build.build_limits["disk_bytes"],
            "granted": self.build.system_calls,
        }


class Programs:
    """What a job's runs run: one source, built once for each way in which it is needed."""

    def __init__(self, builds: list[dict[str, Any]], source: bytes, kinds: Collection[str]) -> None:
        """Hold the ways to build, by which runs name them, the source, and the kinds of the runs."""
        self._builds = [Build(**each) for each in builds]
        self._source = source
        self._zygote = fitting(source, kinds)
        self._made: dict[int | None, Program] = {}

    def of(self, build_index: int | None, payload: bytes) -> Program:
        """Return the program of a run whose payload is given; an equal one is the same."""
        build = None if build_index is None else self._builds[build_index]
        if build is not None and build.joins_tests:
            return Program(build, b"\n".join([self._source, *build.around(payload)]))
        if build_index not in self._made:
            self._made[build_index] = Program(build, self._source, PLAIN if build else self._zygote)
        return self._made[build_index]


def _execute(command: list[str], directory: str, environment: dict[str, str]) -> dict[str, Any]:
    return {"kind": "execute", "command": command, "directory": directory, "environment": environment}


def collected(stage: Stage, patterns: list[str]) -> bytes:
    """Return what the compiler of this stage left. Raises NotCollected and StageLost."""
    file = os.memfd_create("program", os.MFD_CLOEXEC)
    try:
        stage.send({"kind": "collect", "artifacts": patterns}, [file])
        answer = stage.receive()
        if "not_collected" in answer:
            raise artifacts.NotCollected(answer["not_collected"])
        return os.pread(file, os.fstat(file).st_size, 0)
    finally:
        os.close(file)


def why_it_failed(party: Party, facts: Facts, pipes: list[Pipe]) -> CompileFailed | None:
    """Return how a compilation failed, None where it did not. Raises StageLost."""
    group, exited = party.stage.group, party.exited or {}
    said = b"".join(bytes(pipe.content) for pipe in pipes).decode("utf-8", "replace").strip()
    cpu_time_ns = group.cpu_time_ns()

    def failed(class_name: str, message: str) -> CompileFailed:
        return CompileFailed(class_name, message, facts, cpu_time_ns, group.peak_memory_bytes())

    if group.out_of_memory():
        return failed("MemoryError", "compiling exceeded the memory limit")
    limit = "output_limit" if any(pipe.over for pipe in pipes) else facts.limit
    if limit is not None or cpu_time_ns >= party.cpu_limit_ns:
        return failed("TimeoutError", f"compiling exceeded its {limit or 'cpu_limit'}")
    if party.lost is not None:
        raise StageLost(party.lost)
    if exited["exit_code"] == 0:
        return None
    if exited["term_signal"] is not None:
        return failed("Crash", f"the compiler died of signal {exited['term_signal']}")
    return failed("CompileError", _shortened(said) or f"the compiler ended with {exited['exit_code']}")


def _shortened(text: str) -> str:
    return text if len(text) <= MESSAGE_BYTES else f"{text[:MESSAGE_BYTES]} ..."
