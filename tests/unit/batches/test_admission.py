from __future__ import annotations

import asyncio

import pytest

from tests.unit.batches.scene import batch, candidates, decoded, engine, events_of, fake, results_in
from verifierd.batches.admission import Admission, QueueLimits
from verifierd.batches.settings import EngineSettings
from verifierd.errors import Draining, QueueFull
from verifierd.model import Verdict

pytestmark = pytest.mark.anyio


async def test_beyond_the_bound_a_batch_is_told_when_to_come_back() -> None:
    admission = Admission(QueueLimits(max_batches=9, max_candidates=10, retry_after_s=2.5))
    with admission.admitted(8):
        with pytest.raises(QueueFull) as caught, admission.admitted(3):
            pass
        assert caught.value.retry_after_s == 2.5
        with admission.admitted(2):
            assert admission.candidates_waiting == 10
    assert admission.candidates_waiting == 0


async def test_no_more_batches_than_may_be_are_in_flight() -> None:
    admission = Admission(QueueLimits(max_batches=1))
    with admission.admitted(1), pytest.raises(QueueFull, match="1 batches"), admission.admitted(1):
        pass


async def test_each_judged_candidate_makes_room_for_another() -> None:
    admission = Admission(QueueLimits(max_candidates=10))
    with admission.admitted(10) as ticket:
        ticket.judged()
        with admission.admitted(1):
            assert admission.candidates_waiting == 10


async def test_a_batch_larger_than_the_queue_runs_where_nothing_else_does() -> None:
    admission = Admission(QueueLimits(max_candidates=10))
    with admission.admitted(11), pytest.raises(QueueFull), admission.admitted(1):
        pass


async def test_an_open_batch_holds_the_places_that_it_may_take() -> None:
    executor, done = fake(), asyncio.Event()
    settings = EngineSettings(queue=QueueLimits(max_candidates=10), results_ahead=8)
    served = engine(executor, settings)
    open_batch = asyncio.create_task(events_of(served, batch(name="open"), decoded(["right"] * 3, then=done)))
    await executor.started.wait()
    with pytest.raises(QueueFull):
        await events_of(served, batch(), candidates(*["right"] * 3))
    assert len(results_in(await events_of(served, batch(), candidates("right", "wrong")))) == 2
    done.set()
    assert len(results_in(await open_batch)) == 3


async def test_draining_refuses_new_work_and_waits_for_what_runs() -> None:
    executor = fake()
    executor.hold.clear()
    served = engine(executor)
    running = asyncio.create_task(events_of(served, batch(), candidates("right", "wrong")))
    await executor.started.wait()
    draining = asyncio.create_task(served.drain(timeout_s=30))
    await asyncio.sleep(0)
    with pytest.raises(Draining):
        await events_of(served, batch(), candidates("right"))
    assert not draining.done()
    executor.hold.set()
    assert await draining
    assert results_in(await running)["c0"].verdict is Verdict.ACCEPTED


async def test_what_does_not_end_in_time_is_cancelled_and_says_so() -> None:
    executor = fake()
    executor.hold.clear()
    served = engine(executor)
    running = asyncio.create_task(events_of(served, batch(), candidates("right", "wrong")))
    await executor.started.wait()
    assert not await served.drain(timeout_s=0.01)
    assert {result.verdict for result in results_in(await running).values()} == {Verdict.CANCELLED}


async def test_an_idle_engine_drains_at_once() -> None:
    assert await engine().drain(timeout_s=0.01)
