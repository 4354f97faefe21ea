"""Whoever watches an engine is told of every candidate once, and sees at any moment what it has in hand."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.unit.batches.scene import act, batch, candidates, decoded, events_of
from tests.unit.execution.fakes import FakeExecutor
from verifierd.batches.engine import Engine
from verifierd.execution.retrying import Retrying
from verifierd.model import Batch, BatchOptions, Candidate, CandidateResult, Cost, Verdict
from verifierd.observing import Load, Observer, Stage

pytestmark = pytest.mark.anyio


class Noting(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.verdicts: Counter[Verdict] = Counter()
        self.stages: Counter[Stage] = Counter()

    def batch_began(self, batch: Batch, candidates: int) -> None:
        self.told.append(f"began {candidates}")

    def candidate_judged(
        self, batch: Batch, candidate: Candidate, queued_at_ns: int, result: CandidateResult, cost: Cost
    ) -> None:
        assert (candidate.id, queued_at_ns > 0) == (result.candidate_id, True)
        self.told.append(candidate.id)
        self.verdicts[result.verdict] += 1

    def batch_ended(self, batch: Batch, stop_reason: str, started_at_ns: int, ended_at_ns: int) -> None:
        assert started_at_ns <= ended_at_ns
        self.told.append(f"ended {stop_reason}")

    def stage_took(self, stage: Stage, seconds: float) -> None:
        assert seconds >= 0
        self.stages[stage] += 1

    def judging_failed(self) -> None:
        self.told.append("judging failed")


def _engine(executor: FakeExecutor, observer: Observer) -> Engine:
    return Engine(Retrying(executor), observer=observer)


async def test_every_candidate_is_told_once_between_its_batch_s_beginning_and_end() -> None:
    observer = Noting()
    sources = ("right", "wrong", "right", "", "slow")
    await events_of(_engine(FakeExecutor(act), observer), batch(), candidates(*sources))
    first, *told, last = observer.told
    assert (first, last) == ("began 5", "ended completed")
    assert Counter(told) == Counter(f"c{number}" for number in range(5))
    assert observer.verdicts == {
        Verdict.ACCEPTED: 2,
        Verdict.WRONG_ANSWER: 1,
        Verdict.NO_CODE: 1,
        Verdict.TIME_LIMIT_EXCEEDED: 1,
    }
    assert observer.stages == {Stage.JUDGE: 3}  # of each program that differs and has code


async def test_a_batch_that_its_reader_leaves_is_told_as_cancelled() -> None:
    observer = Noting()
    running = _engine(FakeExecutor(act), observer).run(batch(), candidates("right"))
    await anext(running)
    await running.aclose()
    assert observer.told[-1] == "ended cancelled"


async def test_a_fault_of_the_service_is_told() -> None:
    observer = Noting()
    await events_of(_engine(FakeExecutor(act), observer), batch(), candidates("is no program of the scene"))
    assert observer.told == ["began 1", "judging failed", "c0", "ended completed"]


@pytest.mark.parametrize("is_open", [False, True])
async def test_an_engine_tells_what_waits_and_what_runs(is_open: bool) -> None:
    executor = FakeExecutor(act, capacity=2)
    executor.hold.clear()
    watched = _engine(executor, Noting())
    assert watched.load() == Load(slots=2)
    sources = ("right", "right 1", "right 2", "right 3")
    given = decoded(sources) if is_open else candidates(*sources)
    asked = batch(options=BatchOptions(fresh=True))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(events_of(watched, asked, given))
        while executor.running < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        load = watched.load()
        executor.hold.set()
        await running
    assert (load.batches, load.candidates_running) == (1, 2)
    assert load.candidates_waiting == (1 if is_open else 2)  # a sampler's are taken in as there is a slot
    assert load.oldest_queued_at_ns is not None
    assert watched.load() == Load(slots=2)


async def test_an_engine_that_drains_says_so() -> None:
    watched = _engine(FakeExecutor(act), Noting())
    assert await watched.drain(1.0)
    assert watched.load().is_draining
