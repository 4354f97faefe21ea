from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from tests.unit.batches.scene import (
    act,
    batch,
    candidates,
    decoded,
    engine,
    events_of,
    fake,
    results_in,
    summary_of,
)
from tests.unit.execution.fakes import FakeExecutor
from tests.unit.selection.results import execution, result
from verifierd.batches.early_stop import EarlyStop, StopReason
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer
from verifierd.model import BatchFinished, BatchOptions, CandidateFinished, StopDecided, Verdict

pytestmark = pytest.mark.anyio

PAST_NS = 1


async def test_after_so_many_accepted_the_rest_is_cancelled_and_has_its_result() -> None:
    executor = fake(capacity=1)
    sources = ["wrong", "right 1", "right 2", *(f"right {index}" for index in range(3, 40))]
    options = BatchOptions(stop_after_accepted=2)
    events = await events_of(engine(executor), batch(options=options), candidates(*sources))
    verdicts = {name: each.verdict for name, each in results_in(events).items()}
    assert [verdicts[f"c{index}"] for index in range(3)] == [
        Verdict.WRONG_ANSWER,
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
    ]
    assert set(list(verdicts.values())[3:]) == {Verdict.CANCELLED}
    assert len(verdicts) == 40
    assert summary_of(events).stop_reason == "accepted_enough"
    assert len(executor.requests) < 6


async def test_an_open_batch_tells_the_sampler_to_stop_and_does_not_wait_for_it() -> None:
    never = asyncio.Event()
    events = await events_of(
        engine(), batch(options=BatchOptions(stop_after_accepted=1)), decoded(["wrong", "right"], then=never)
    )
    stop = next(index for index, event in enumerate(events) if isinstance(event, StopDecided))
    assert events[stop] == StopDecided("accepted_enough", ())
    assert isinstance(events[-1], BatchFinished)
    assert results_in(events)["c1"].verdict is Verdict.ACCEPTED


async def test_duplicates_of_an_accepted_program_count_as_accepted() -> None:
    options = BatchOptions(stop_after_accepted=2)
    events = await events_of(
        engine(fake(1)), batch(options=options), candidates("right", "right", *["slow"] * 9)
    )
    assert summary_of(events).stop_reason == "accepted_enough"


async def test_a_used_up_cpu_budget_stops_the_batch() -> None:
    options = BatchOptions(cpu_budget_ns=35_000_000)  # an execution takes 10 ms
    executor = fake(capacity=1)
    events = await events_of(
        engine(executor), batch(2, options), candidates(*(f"right {index}" for index in range(30)))
    )
    assert summary_of(events).stop_reason == "budget"
    assert summary_of(events).verdict_counts[Verdict.CANCELLED] >= 25
    assert len(executor.asked) <= 6


class StillResetting(FakeExecutor):
    """Answers every run and does not come to its end, as a sandbox that is still cleaning up."""

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        async for answer in super().execute(request):
            yield answer
        await asyncio.Event().wait()


async def test_a_candidate_whose_tests_had_all_run_when_the_batch_stopped_has_its_verdict() -> None:
    options = BatchOptions(cpu_budget_ns=15_000_000)  # an execution takes 10 ms
    executor = StillResetting(act, capacity=1)
    events = await events_of(engine(executor), batch(2, options), candidates("right", "right", "wrong"))
    results = results_in(events)
    verdicts = {name: each.verdict for name, each in results.items()}
    assert verdicts == {"c0": Verdict.ACCEPTED, "c1": Verdict.ACCEPTED, "c2": Verdict.CANCELLED}
    assert (results["c0"].tests_passed, results["c1"].duplicate_of) == (2, "c0")
    assert summary_of(events).stop_reason == "budget"


async def test_a_deadline_cancels_what_still_runs_and_keeps_what_had_landed() -> None:
    executor = fake(capacity=2)
    served = engine(executor)
    executor.hold.clear()
    deadline = batch(deadline_at_ns=time.time_ns() + 50_000_000)
    events = await events_of(served, deadline, candidates("right", "wrong", ""))
    verdicts = {name: each.verdict for name, each in results_in(events).items()}
    assert verdicts == {"c0": Verdict.CANCELLED, "c1": Verdict.CANCELLED, "c2": Verdict.NO_CODE}
    assert summary_of(events).stop_reason == "deadline"
    assert executor.running == 0


async def test_a_deadline_that_has_passed_lets_nothing_finish_late() -> None:
    executor = fake(capacity=1)
    executor.hold.clear()
    events = await events_of(
        engine(executor),
        batch(deadline_at_ns=PAST_NS),
        candidates(*(f"right {index}" for index in range(20))),
    )
    assert summary_of(events).verdict_counts == {Verdict.CANCELLED: 20}


async def test_cancelled_candidates_are_in_no_cluster_and_cost_nothing_that_did_not_run() -> None:
    executor = fake(capacity=1)
    executor.hold.clear()
    events = await events_of(
        engine(executor), batch(deadline_at_ns=time.time_ns() + 20_000_000), candidates("right", "right too")
    )
    assert summary_of(events).clusters == ()
    assert summary_of(events).cost.executions == 0


async def test_nothing_is_stopped_unless_it_is_asked_for() -> None:
    stop = EarlyStop(BatchOptions(), None, time.time_ns)
    for _ in range(1000):
        stop.saw_candidate(result("c"))
        stop.saw_execution(execution())
    assert not stop.is_decided
    assert stop.reason is StopReason.COMPLETED


async def test_the_first_reason_stands() -> None:
    stop = EarlyStop(BatchOptions(stop_after_accepted=1), None, time.time_ns)
    stop.saw_candidate(result("c"))
    stop.decide(StopReason.CANCELLED)
    assert stop.reason is StopReason.ACCEPTED_ENOUGH


async def test_a_block_ends_when_the_batch_is_to_stop_or_at_its_deadline() -> None:
    stop = EarlyStop(BatchOptions(), None, time.time_ns)
    async with stop.ends():
        stop.decide(StopReason.CANCELLED)
        await asyncio.sleep(60)
    async with stop.ends():  # it is decided
        await asyncio.sleep(60)
    late = EarlyStop(BatchOptions(), time.time_ns() + 20_000_000, time.time_ns)
    async with late.ends():
        await asyncio.sleep(60)
    assert (stop.reason, late.reason) == (StopReason.CANCELLED, StopReason.DEADLINE)


async def test_a_block_that_ends_before_keeps_no_deadline_and_a_time_out_of_its_own_is_its_own() -> None:
    stop = EarlyStop(BatchOptions(), time.time_ns() + 30_000_000, time.time_ns)
    async with stop.ends():
        await asyncio.sleep(0)
    await asyncio.sleep(0.06)
    assert not stop.is_decided
    with pytest.raises(TimeoutError):
        async with stop.ends():
            raise TimeoutError
    assert not stop.is_decided


async def test_results_that_landed_before_the_stop_come_before_it() -> None:
    never = asyncio.Event()
    events = await events_of(
        engine(fake(1)),
        batch(options=BatchOptions(stop_after_accepted=1)),
        decoded(["wrong", "right"], never),
    )
    kinds = [type(event) for event in events]
    assert kinds.index(StopDecided) > max(i for i, kind in enumerate(kinds) if kind is CandidateFinished)
