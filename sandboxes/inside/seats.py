"""Where a program of a job sits: compiled in one stage, run in others, one stage at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import artifacts
from .answers import Compiled, CompileFailed
from .building import Build, Program, collected, why_it_failed
from .compile_cache import CompileCache, digest_of
from .factory import CANDIDATE, StageFactory
from .sending import Orders
from .stages import Stage, StageLost
from .watch import Facts, Party, Pipe, Watch

Watching = Callable[[list[Party], list[Pipe], int], Watch]


class Seat:
    """The place of one party to a run, such as the candidate."""

    def __init__(
        self, name: str, factory: StageFactory, orders: Orders, watch: Watching, cache: CompileCache
    ) -> None:
        """`name` is that of its stages' limits; `watch` makes the loop over a run's events."""
        self._name = name
        self._is_candidates = name == CANDIDATE
        self._factory = factory
        self._orders = orders
        self._watch = watch
        self._cache = cache
        self._stage: Stage | None = None
        self._loaded: Program | None = None  # of the stage

    @property
    def is_empty(self) -> bool:
        """Whether there is no stage."""
        return self._stage is None

    @property
    def stage(self) -> Stage:
        """The stage that holds the program. Raises StageLost where none is made ready."""
        if self._stage is None:
            raise StageLost("no stage is prepared")
        return self._stage

    def end(self) -> None:
        """End the stage and whatever is left in it. Raises OSError where a process survives."""
        stage, self._stage, self._loaded = self._stage, None, None
        if stage is not None:
            stage.end()

    def settle(self, party: Party, facts: Facts) -> None:
        """Keep the stage that ended its run by itself and left nothing; end any other."""
        if not is_reusable(party, facts):
            self.end()

    def make_ready(self, program: Program, limits: dict[str, Any]) -> None:
        """Have a stage that holds the program, compiled, unless that fails."""
        if self._loaded is not program:
            self.end()
        if program.failed is None and program.build is not None and not program.is_built:
            program.failed = self._build(program, program.build)
        if program.failed is None and self._stage is None:
            program.failed = self._load(program, limits)
            self._loaded = program

    def _build(self, program: Program, build: Build) -> CompileFailed | None:
        """Have the program compiled in a stage that ends with it."""
        limits = build.build_limits
        program.content = folder = build.folder_with(program.content)
        if not build.compile:
            program.is_built = True
            return None
        digest = digest_of(build, folder)
        if digest is not None and (known := self._cache.get(digest)) is not None:
            program.content, program.is_built = known, True
            return None
        stage = self._spawn(program, limits)
        stage.receive()
        party = Party(stage, limits["cpu_time_ns"])
        pipes = self._orders.send(stage, build.compile_order, b"", limits)
        stage.group.begin()
        facts = self._watch([party], pipes, limits["wall_time_ns"]).run(lambda: party.has_ended)
        self._orders.collect(pipes)
        failed = why_it_failed(party, facts, pipes[:2])
        if failed is None:
            try:
                left = collected(stage, build.artifacts)
                program.content, program.is_built = artifacts.with_originals(left, folder), True
                group = stage.group
                program.compiled = Compiled(facts, group.cpu_time_ns(), group.peak_memory_bytes())
                if digest is not None:
                    self._cache.put(digest, program.content)
            except StageLost:
                if not stage.group.out_of_memory():
                    raise
                what = "what compiling left exceeded the memory limit"
                failed = CompileFailed("MemoryError", what, facts, stage.group.cpu_time_ns(), 0)
            except artifacts.NotCollected as error:
                failed = CompileFailed("CompileError", str(error), facts, stage.group.cpu_time_ns(), 0)
        self.end()
        return failed

    def _load(self, program: Program, limits: dict[str, Any]) -> CompileFailed | None:
        stage = self._spawn(program, limits)
        party = Party(stage, limits["cpu_time_ns"])
        facts = self._watch([party], [], limits["wall_time_ns"]).run(lambda: party.has_ended)
        if facts.limit is None and party.exited is not None and "ready" in party.exited:
            return None
        group = stage.group
        failed = partial(
            CompileFailed,
            facts=facts,
            cpu_time_ns=group.cpu_time_ns(),
            peak_memory_bytes=group.peak_memory_bytes(),
        )
        out_of_memory = group.out_of_memory()
        signal_number = None if facts.limit else stage.end()
        self._stage = None
        if facts.limit:
            stage.end()
            return failed("TimeoutError", f"compiling exceeded its {facts.limit}")
        if party.exited is not None:
            return failed(*party.exited["compile_failed"])
        if out_of_memory:
            return failed("MemoryError", "compiling exceeded the memory limit")
        if signal_number is not None and not party.failed:
            return failed("Crash", f"the compiler died of signal {signal_number}")
        raise StageLost(party.lost)

    def _spawn(self, program: Program, limits: dict[str, Any]) -> Stage:
        content, folder = program.content, program.folder
        if self._is_candidates:
            self._stage = self._factory.spawn_for_candidate(content, limits, folder, zygote=program.zygote)
        else:
            self._stage = self._factory.spawn(self._name, content, limits, folder, zygote=program.zygote)
        return self._stage


def is_reusable(party: Party, facts: Facts) -> bool:
    """Tell whether a stage can serve another run: its last one ended by itself and left nothing."""
    clean = party.exited is not None and party.exited["clean"] and party.stage.group.resets_peak
    return facts.limit is None and bool(clean)
