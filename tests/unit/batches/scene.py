"""Batches over an executor in memory: the word that a source begins with says what its program does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from sandboxes.model import Ending, Outcome, Raised, Run, SandboxError, StdioRun
from tests.unit.execution.fakes import FINISHED, LIMITS, FakeExecutor, broken, printed, took
from verifierd import model
from verifierd.batches.arrivals import Candidates
from verifierd.batches.engine import Engine
from verifierd.batches.settings import EngineSettings
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.retrying import Retrying
from verifierd.model import (
    Batch,
    BatchEvent,
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateFinished,
    CandidateResult,
    Problem,
    StdioTest,
)


def act(request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
    """Tests expect their input back."""
    assert isinstance(run, StdioRun)
    match request.program.source.split():
        case ["right", *_]:
            return printed(run.stdin)
        case ["wrong", *_]:
            return printed(b"no")
        case ["wrong_at", number, *_]:
            return printed(b"no" if run.stdin == number.encode() else run.stdin)
        case ["slow", *_]:
            return took(3, 3, Ending.CPU_LIMIT)
        case ["syntax", *_]:
            return replace(FINISHED, ending=Ending.COMPILE_FAILED, raised=Raised("SyntaxError", "line 1"))
        case ["loud", size, *_]:
            return printed(b"x" * int(size))
        case ["breaks", *_]:
            return broken()
        case ["breaks_at", number, *_]:
            return broken() if run.stdin == number.encode() else printed(b"no")
    raise AssertionError(f"no such program: {request.program.source}")


def fake(capacity: int = 2) -> FakeExecutor:
    return FakeExecutor(act, capacity)


def engine(executor: Executor | None = None, settings: EngineSettings | None = None) -> Engine:
    """An engine that retries without waiting."""
    return Engine(Retrying(executor or fake(), sleep=_no_sleep), settings)


def problem(tests: int = 2) -> Problem:
    cases = tuple(model.TestCase(f"t{i}", StdioTest(str(i).encode(), str(i).encode())) for i in range(tests))
    return Problem("p", cases, LIMITS)


def batch(
    tests: int = 2, options: BatchOptions | None = None, deadline_at_ns: int | None = None, name: str = "b"
) -> Batch:
    return Batch(name, "r", problem(tests), options or BatchOptions(), deadline_at_ns)


def candidates(*sources: str) -> tuple[Candidate, ...]:
    return tuple(Candidate(f"c{index}", "python", source) for index, source in enumerate(sources))


async def decoded(sources: Sequence[str], then: asyncio.Event | None = None) -> AsyncIterator[Candidate]:
    """Candidates as a sampler sends them; afterwards it waits for `then`."""
    for candidate in candidates(*sources):
        yield candidate
    if then is not None:
        await then.wait()


async def events_of(engine: Engine, batch: Batch, candidates: Candidates) -> list[BatchEvent]:
    return [event async for event in engine.run(batch, candidates)]


def results_in(events: Sequence[BatchEvent]) -> dict[str, CandidateResult]:
    results = [event.result for event in events if isinstance(event, CandidateFinished)]
    by_id = {result.candidate_id: result for result in results}
    assert len(by_id) == len(results), "a candidate has two results"
    return by_id


def summary_of(events: Sequence[BatchEvent]) -> BatchFinished:
    last = events[-1]
    assert isinstance(last, BatchFinished)
    return last


async def _no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)
