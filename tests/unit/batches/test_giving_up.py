"""A sampler may give single candidates up: they become CANCELLED, and nobody else loses anything by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.unit.batches.scene import act, batch, candidates, engine, results_in, summary_of
from tests.unit.execution.fakes import FakeExecutor
from verifierd.batches.engine import Engine
from verifierd.model import BatchAccepted, BatchEvent, Candidate, CandidateFinished, Verdict

pytestmark = pytest.mark.anyio


class Sampler:
    """Sends candidates and gives some up, when the test says so."""

    def __init__(self, served: Engine) -> None:
        self.engine = served
        self.queue: asyncio.Queue[Candidate | None] = asyncio.Queue()
        self.events: list[BatchEvent] = []
        self.accepted = asyncio.Event()

    async def _sent(self) -> AsyncIterator[Candidate]:
        while (candidate := await self.queue.get()) is not None:
            yield candidate

    def send(self, sources: Sequence[str], last: bool = True) -> None:
        for candidate in candidates(*sources):
            self.queue.put_nowait(candidate)
        if last:
            self.queue.put_nowait(None)

    async def run(self) -> None:
        async for event in self.engine.run(batch(), self._sent()):
            self.events.append(event)
            if isinstance(event, BatchAccepted):
                self.accepted.set()

    def verdicts(self) -> dict[str, Verdict]:
        return {name: result.verdict for name, result in results_in(self.events).items()}

    async def landed(self, count: int) -> None:
        while sum(isinstance(event, CandidateFinished) for event in self.events) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def _until_begun(executor: FakeExecutor, count: int) -> None:
    while len(executor.requests) < count:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_one_that_runs_is_stopped_and_the_others_go_on() -> None:
    executor = FakeExecutor(act, capacity=2)
    executor.hold.clear()
    sampler = Sampler(engine(executor))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(sampler.run())
        sampler.send(["right", "wrong", "right too"])
        await _until_begun(executor, 2)
        sampler.engine.give_up("b", "c0")
        executor.hold.set()
    assert sampler.verdicts() == {
        "c0": Verdict.CANCELLED,
        "c1": Verdict.WRONG_ANSWER,
        "c2": Verdict.ACCEPTED,
    }
    assert "gave it up" in results_in(sampler.events)["c0"].detail
    assert summary_of(sampler.events).verdict_counts[Verdict.CANCELLED] == 1


async def test_one_that_waits_for_a_sandbox_never_runs() -> None:
    executor = FakeExecutor(act, capacity=1)
    executor.hold.clear()
    sampler = Sampler(engine(executor))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(sampler.run())
        sampler.send(["right", "wrong", "right too"])
        await _until_begun(executor, 1)
        for name in ("c1", "c2"):
            sampler.engine.give_up("b", name)
        executor.hold.set()
    assert sampler.verdicts() == {
        "c0": Verdict.ACCEPTED,
        "c1": Verdict.CANCELLED,
        "c2": Verdict.CANCELLED,
    }
    assert {name for name, _ in executor.asked} == {"c0"}


async def test_one_that_has_its_verdict_keeps_it_and_an_unknown_one_harms_nothing() -> None:
    sampler = Sampler(engine())
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(sampler.run())
        sampler.send(["right"], last=False)
        await sampler.landed(1)
        sampler.engine.give_up("b", "c0")
        sampler.engine.give_up("b", "nobody")
        sampler.engine.give_up("no batch", "c0")
        sampler.queue.put_nowait(None)
    assert sampler.verdicts() == {"c0": Verdict.ACCEPTED}


async def test_one_that_equals_wait_for_is_verified_all_the_same() -> None:
    executor = FakeExecutor(act, capacity=2)
    executor.hold.clear()
    sampler = Sampler(engine(executor))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(sampler.run())
        sampler.send(["right", "right", "wrong"])
        await _until_begun(executor, 2)
        sampler.engine.give_up("b", "c0")
        executor.hold.set()
    assert sampler.verdicts() == {
        "c0": Verdict.ACCEPTED,
        "c1": Verdict.ACCEPTED,
        "c2": Verdict.WRONG_ANSWER,
    }


async def test_an_equal_one_that_comes_later_runs_itself() -> None:
    executor = FakeExecutor(act, capacity=2)
    executor.hold.clear()
    sampler = Sampler(engine(executor))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(sampler.run())
        sampler.send(["right", "right"], last=False)
        await _until_begun(executor, 1)
        sampler.engine.give_up("b", "c1")  # it waits for its equal, and no longer
        sampler.engine.give_up("b", "c0")
        await sampler.landed(2)
        executor.hold.set()
        sampler.queue.put_nowait(Candidate("c2", "python", "right"))
        sampler.queue.put_nowait(None)
    assert sampler.verdicts() == {
        "c0": Verdict.CANCELLED,
        "c1": Verdict.CANCELLED,
        "c2": Verdict.ACCEPTED,
    }
