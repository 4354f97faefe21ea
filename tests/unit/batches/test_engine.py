from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.model import BrokenTestProgram, Outcome, Run, SandboxError, StdioRun
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
from verifierd.batches import tally as batches_tally
from verifierd.batches.admission import QueueLimits
from verifierd.batches.settings import EngineSettings
from verifierd.batches.tally import Tally
from verifierd.economics.prices import PriceTable
from verifierd.errors import InvalidField, QueueFull
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    Batch,
    BatchAccepted,
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateFinished,
    CheckerSpec,
    Problem,
    SelectionSpec,
    Verdict,
)

pytestmark = pytest.mark.anyio

KINDS = ("right", "right too", "wrong", "wrong_at 1", "slow", "syntax", "", "breaks", "breaks_at 1")


async def test_events_begin_with_admission_and_end_with_the_summary() -> None:
    events = await events_of(engine(), batch(), candidates("right", "wrong"))
    assert events[0] == BatchAccepted("b", 2)
    assert all(isinstance(event, CandidateFinished) for event in events[1:-1])
    assert summary_of(events).stop_reason == "completed"
    assert summary_of(events).verdict_counts == {Verdict.ACCEPTED: 1, Verdict.WRONG_ANSWER: 1}


@pytest.mark.parametrize(
    ("source", "verdict", "tests"),
    [
        ("right", Verdict.ACCEPTED, [Verdict.ACCEPTED] * 3),
        ("wrong_at 1", Verdict.WRONG_ANSWER, [Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.ACCEPTED]),
        ("slow", Verdict.TIME_LIMIT_EXCEEDED, [Verdict.TIME_LIMIT_EXCEEDED] * 3),
        ("syntax", Verdict.COMPILE_ERROR, [Verdict.COMPILE_ERROR, Verdict.SKIPPED, Verdict.SKIPPED]),
        (" \n", Verdict.NO_CODE, []),
        ("breaks", Verdict.INFRASTRUCTURE_ERROR, [Verdict.INFRASTRUCTURE_ERROR] * 3),
        (
            "breaks_at 1",
            Verdict.WRONG_ANSWER,
            [Verdict.WRONG_ANSWER, Verdict.INFRASTRUCTURE_ERROR, Verdict.INFRASTRUCTURE_ERROR],
        ),
    ],
)
async def test_each_program_gets_its_verdict_and_each_of_its_tests_a_result(
    source: str, verdict: Verdict, tests: list[Verdict]
) -> None:
    events = await events_of(engine(), batch(tests=3), candidates(source))
    result = results_in(events)["c0"]
    assert result.verdict is verdict
    assert [execution.verdict for execution in result.executions] == tests
    assert result.tests_total == 3


async def test_with_stop_at_first_failure_the_tests_after_it_are_skipped() -> None:
    executor = fake()
    options = BatchOptions(stop_at_first_failure=True)
    events = await events_of(engine(executor), batch(4, options), candidates("wrong_at 1"))
    verdicts = [execution.verdict for execution in results_in(events)["c0"].executions]
    assert verdicts == [Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.SKIPPED, Verdict.SKIPPED]
    assert len(executor.asked) == 2


async def test_the_sandbox_never_sees_what_is_expected() -> None:
    executor = fake()
    await events_of(engine(executor), batch(), candidates("right"))
    assert [run for _, run in executor.asked] == [StdioRun(b"0"), StdioRun(b"1")]


@given(st.lists(st.sampled_from(KINDS), max_size=25), st.booleans())
def test_every_candidate_gets_one_result_and_equal_programs_run_once(
    sources: list[str], is_open: bool
) -> None:
    async def scenario() -> None:
        executor = FakeExecutor(act, capacity=3)
        given_ = decoded(sources) if is_open else candidates(*sources)
        events = await events_of(engine(executor), batch(), given_)
        results, summary = results_in(events), summary_of(events)
        assert sorted(results) == sorted(f"c{index}" for index in range(len(sources)))
        assert summary.verdict_counts == Counter(result.verdict for result in results.values())
        for index, source in enumerate(sources):
            result = results[f"c{index}"]
            first = sources.index(source)
            known = result.verdict is not Verdict.INFRASTRUCTURE_ERROR and source
            if known:
                assert result.duplicate_of == ("" if first == index else f"c{first}")
                assert result.executions == results[f"c{first}"].executions
        for source in set(sources) - {"", "breaks", "breaks_at 1"}:
            asked = {name for name, _ in executor.asked if sources[int(name[1:])] == source}
            assert len(asked) == 1
        clustered = {name for cluster in summary.clusters for name in cluster.candidate_ids}
        shown = {name for name, r in results.items() if "breaks" not in sources[int(name[1:])]}
        assert clustered == shown

    asyncio.run(scenario())


async def test_a_duplicate_that_comes_late_still_has_the_originals_executions() -> None:
    executor = fake()
    run = engine(executor).run(batch(), decoded(["right", "wrong", "right"]))
    results = results_in([event async for event in run])
    assert results["c2"].duplicate_of == "c0"
    assert len(executor.requests) == 2


async def test_the_bill_is_the_sum_over_candidates_and_duplicates_cost_nothing() -> None:
    settings = EngineSettings(prices=PriceTable(usd_per_execution=1.0))
    events = await events_of(engine(settings=settings), batch(), candidates("right", "right", "wrong", ""))
    cost = summary_of(events).cost
    assert (cost.executions, cost.executions_saved, cost.money_usd) == (4, 2, 4.0)
    ran = [result for result in results_in(events).values() if not result.duplicate_of]
    assert cost.cpu_time_ns == sum(result.cpu_time_ns for result in ran)


async def test_the_pick_is_from_the_largest_accepted_cluster() -> None:
    events = await events_of(
        engine(), batch(), candidates("wrong", "right", "right too", "wrong more", "wrong 3")
    )
    summary = summary_of(events)
    assert [cluster.candidate_ids for cluster in summary.clusters] == [("c0", "c3", "c4"), ("c1", "c2")]
    assert [(pick.candidate_id, pick.rule) for pick in summary.picks] == [("c1", "plurality")]


@pytest.mark.parametrize(
    ("selection", "picked"),
    [
        (SelectionSpec("plurality", 3), ["c1", "c2", "c3"]),
        (SelectionSpec("first_pass", 2), ["c1", "c2"]),
        (SelectionSpec("alphacode", 2), ["c1", "c2"]),
        (SelectionSpec("mbr_exec", 9), ["c1", "c2", "c3"]),
    ],
)
async def test_a_batch_says_how_its_candidates_are_picked(
    selection: SelectionSpec, picked: list[str]
) -> None:
    asked = replace(batch(), selection=selection)
    events = await events_of(engine(), asked, candidates("wrong", "right", "right too", "right", ""))
    picks = summary_of(events).picks
    assert [pick.candidate_id for pick in picks] == picked
    assert {(pick.rule, pick.cluster_id) for pick in picks} == {
        (selection.rule, summary_of(events).clusters[0].id)
    }


async def test_a_large_batch_is_summed_up_beside_the_event_loop_with_the_same_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = ("wrong", "right", "right too", "")
    small = summary_of(await events_of(engine(), batch(), candidates(*sources)))
    threads: list[int] = []
    summed_up = Tally.summary

    def summary(tally: Tally, *asked: Any) -> BatchFinished:
        threads.append(threading.get_ident())
        return summed_up(tally, *asked)

    monkeypatch.setattr(Tally, "summary", summary)
    monkeypatch.setattr(batches_tally, "HEAVY_CANDIDATES", 3)
    large = summary_of(await events_of(engine(), batch(), candidates(*sources)))
    assert (large.clusters, large.picks, large.cost) == (small.clusters, small.picks, small.cost)
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_outputs_come_only_where_they_are_asked_for_and_clusters_are_the_same() -> None:
    sources = ("right", "wrong", "loud 50")
    whole = await events_of(engine(), batch(), candidates(*sources))
    sizes = await events_of(
        engine(), batch(options=BatchOptions(include_outputs=False)), candidates(*sources)
    )
    assert summary_of(whole).clusters == summary_of(sizes).clusters
    shown, hidden = results_in(whole)["c2"].executions[0], results_in(sizes)["c2"].executions[0]
    assert (len(shown.stdout), shown.stdout_total_bytes) == (50, 50)
    assert (len(hidden.stdout), hidden.stdout_total_bytes) == (0, 50)


async def test_what_a_result_carries_is_bounded_and_judged_whole() -> None:
    settings = EngineSettings(result_output_bytes=70)
    result = results_in(await events_of(engine(settings=settings), batch(3), candidates("loud 50")))["c0"]
    assert [len(execution.stdout) for execution in result.executions] == [50, 20, 0]
    assert [execution.stdout_total_bytes for execution in result.executions] == [50, 50, 50]
    assert len({execution.behaviour for execution in result.executions}) == 1


async def test_never_more_run_together_than_the_executor_has_room_for() -> None:
    executor = fake(capacity=3)
    served = engine(executor)
    many = [f"right {index}" for index in range(20)]
    await asyncio.gather(*(events_of(served, batch(name=f"b{i}"), candidates(*many)) for i in range(3)))
    assert executor.most_running == 3


async def test_a_batch_of_one_does_not_wait_for_a_large_one() -> None:
    executor = fake(capacity=2)
    served = engine(executor)
    large = asyncio.create_task(
        events_of(served, batch(name="large"), candidates(*(f"right {index}" for index in range(100))))
    )
    await executor.started.wait()
    events = await events_of(served, batch(name="small"), (Candidate("small", "python", "right now"),))
    assert results_in(events)["small"].verdict is Verdict.ACCEPTED
    before = [request.batch_id for request in executor.requests].index("small")
    assert before <= 2 * executor.capacity
    await large


async def test_batches_take_turns() -> None:
    executor = fake(capacity=1)
    served = engine(executor)
    await asyncio.gather(
        *(
            events_of(served, batch(name=name), candidates(*(f"right {name} {i}" for i in range(10))))
            for name in ("x", "y", "z")
        )
    )
    order = [request.batch_id for request in executor.requests]
    # The first batch had a turn before the others had come.
    assert all(set(order[i : i + 3]) == {"x", "y", "z"} for i in range(1, 26))


async def test_the_trouble_of_one_candidate_is_not_the_batchs() -> None:
    def faulty(request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
        if request.program.source == "odd":
            raise RuntimeError("a fault of ours")
        return act(request, run)

    results = results_in(await events_of(engine(FakeExecutor(faulty)), batch(), candidates("odd", "right")))
    assert results["c0"].verdict is Verdict.INFRASTRUCTURE_ERROR
    assert "RuntimeError" in results["c0"].detail
    assert "a fault of ours" not in results["c0"].detail, "what failed inside is for the log, not for callers"
    assert results["c1"].verdict is Verdict.ACCEPTED


async def test_an_executor_that_answers_too_little_never_makes_a_candidate_accepted() -> None:
    class Short(FakeExecutor):
        async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
            async for answer in super().execute(request.only(0, 1)):
                yield answer

    results = results_in(await events_of(engine(Short(act)), batch(tests=2), candidates("right")))
    assert results["c0"].verdict is Verdict.INFRASTRUCTURE_ERROR


async def test_a_closed_reader_cancels_what_runs_and_leaves_the_queue() -> None:
    executor = fake()
    executor.hold.clear()
    served = engine(executor, EngineSettings(queue=QueueLimits(max_batches=1)))
    events = served.run(batch(), candidates(*(f"right {index}" for index in range(9))))
    await anext(events)
    await executor.started.wait()
    with pytest.raises(QueueFull):
        await anext(served.run(batch(), candidates("right")))
    await events.aclose()
    assert executor.running == 0
    executor.hold.set()
    assert len(results_in(await events_of(served, batch(), candidates("right")))) == 1


async def test_what_the_source_of_an_open_batch_raises_reaches_the_caller_as_it_is() -> None:
    async def source() -> AsyncIterator[Candidate]:
        yield Candidate("c0", "python", "right")
        raise InvalidField("candidates[1].source", "it holds a NUL byte", "text")

    executor = fake()
    with pytest.raises(InvalidField, match="NUL"):
        await events_of(engine(executor), batch(), source())
    assert executor.running == 0


async def test_a_checker_that_does_not_exist_is_refused_before_the_first_event() -> None:
    odd = Batch(
        "b",
        "r",
        Problem("p", batch().problem.tests, batch().problem.limits, CheckerSpec("x")),
        BatchOptions(),
        None,
    )
    with pytest.raises(InvalidField, match=r"checker\.name"):
        await anext(engine().run(odd, candidates("right")))


async def test_a_slow_reader_holds_the_batch_back() -> None:
    executor = fake()
    served = engine(executor, EngineSettings(results_ahead=5))
    events = served.run(batch(1), candidates(*(f"right {index}" for index in range(50))))
    await anext(events)
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(executor.requests) == 5
    assert len([event async for event in events]) == 51


async def test_a_batch_in_flight_can_be_cancelled_by_its_id() -> None:
    executor = fake()
    executor.hold.clear()
    served = engine(executor)
    running = asyncio.create_task(events_of(served, batch(), candidates("right", "wrong", "slow")))
    await executor.started.wait()
    assert served.cancel("b")
    events = await running
    assert {result.verdict for result in results_in(events).values()} == {Verdict.CANCELLED}
    assert summary_of(events).stop_reason == "cancelled"
    assert not served.cancel("b"), "it has ended"


@pytest.mark.timeout(60)
async def test_memory_does_not_grow_with_the_candidates_that_have_gone_by() -> None:
    async def sampler(count: int) -> AsyncIterator[Candidate]:
        for index in range(count):
            yield Candidate(f"c{index}", "python", f"loud 1000 {index}")

    served = engine(fake(capacity=8), EngineSettings(kept_result_bytes=1 << 16))
    tracemalloc.start()
    try:
        peaks = {}
        for count in (500, 3_000):
            gc.collect()
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            async for _ in served.run(batch(1), sampler(count)):
                pass
            _, peak = tracemalloc.get_traced_memory()
            peaks[count] = peak - before
    finally:
        tracemalloc.stop()
    assert (peaks[3_000] - peaks[500]) / 2_500 < 1024


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        (AssertsTest("?"), "tests[1].asserts.source", "the test program is broken: line 1"),
        (AnswerTest("?"), "tests[1].answer.expected", "the expected answer cannot be read: line 1"),
    ],
)
async def test_a_test_that_judges_nobody_refuses_the_batch_and_leaves_the_engine_serving(
    body: AssertsTest | AnswerTest, field: str, problem: str
) -> None:
    def broken_second(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        return act(request, run) if isinstance(run, StdioRun) else BrokenTestProgram("line 1")

    first, second, third = batch(3).problem.tests
    tests = (first, replace(second, body=body), third)
    asked = replace(batch(3), problem=replace(batch(3).problem, tests=tests))
    busy = engine(FakeExecutor(broken_second))
    for _ in range(3):
        with pytest.raises(InvalidField) as refused:
            await events_of(busy, asked, candidates("right", "wrong", "right too", "slow"))
        assert (refused.value.field, refused.value.problem) == (field, problem)
    served = results_in(await events_of(busy, batch(1), candidates("right")))
    assert served["c0"].verdict is Verdict.ACCEPTED
