"""A batch that was cut off anywhere and goes on comes to the same end as one that nobody disturbed."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.model import Outcome, Run, SandboxError
from tests.unit.batches.scene import batch, candidates, engine, fake, summary_of
from tests.unit.execution.fakes import FakeExecutor, printed
from verifierd.batches.arrivals import Arrivals, program_digest
from verifierd.batches.earlier import Earlier, Judged
from verifierd.batches.landing import Step
from verifierd.batches.probing import SCOUTS
from verifierd.batches.settings import EngineSettings
from verifierd.economics.prices import PriceTable
from verifierd.execution.executor import ExecutionRequest
from verifierd.model import (
    Batch,
    BatchAccepted,
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateFinished,
    CandidateResult,
    Cost,
    GenerationCost,
    ProbeInput,
    Probes,
    SelectionSpec,
    StdinProbe,
    Verdict,
)

pytestmark = pytest.mark.anyio

SOURCES = ("right", "right too", "wrong", "wrong_at 1", "slow", "syntax", "breaks", "", "loud 7", "loud 9")
STEADY = tuple(source for source in SOURCES if source != "breaks")
PROBES = tuple(ProbeInput(f"p{place}", StdinProbe(b"%d" % place)) for place in range(6))


async def steps_of(
    asked: Batch, given: Sequence[Candidate], earlier: Earlier, executor: FakeExecutor
) -> list[Step]:
    priced = EngineSettings(prices=PriceTable(usd_per_vcpu_second=1.0, usd_per_execution=0.5))
    return [step async for step in engine(executor, priced).steps(asked, given, earlier)]


def known_from(steps: Sequence[Step], given: Sequence[Candidate]) -> tuple[Judged, ...]:
    """What a store has of these steps."""
    places = {candidate.id: place for place, candidate in enumerate(given)}
    told = [event for step in steps for event in step if isinstance(event, CandidateFinished)]
    return tuple(
        Judged(place, program_digest(given[place]), event.result, event.cost)
        for event in told
        for place in (places[event.result.candidate_id],)
    )


def results_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """The results by candidate, without what no two runs share."""
    assert len({each.position for each in judged}) == len(judged), "a candidate has two results"
    return {each.result.candidate_id: (comparable(each.result), each.cost) for each in judged}


def comparable(result: CandidateResult) -> CandidateResult:
    executions = tuple(
        replace(each, queued_at_ns=0, started_at_ns=0, ended_at_ns=0, sandbox_id="", detail="")
        for each in result.executions
    )
    return replace(result, executions=executions)


def verdicts_of(judged: Sequence[Judged]) -> dict[str, Verdict]:
    return {name: result.verdict for name, (result, _) in results_of(judged).items()}


def unordered(end: BatchFinished) -> BatchFinished:
    """The end of a batch without what the order of landing has a say in: the last digit of a sum."""
    return replace(end, cost=replace(end.cost, money_usd=round(end.cost.money_usd, 9)))


def end_of(steps: Sequence[Step]) -> BatchFinished:
    return replace(summary_of(steps[-1]), started_at_ns=0, ended_at_ns=0)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Batch, tuple[Candidate, ...]]:
    """Batches with duplicates, NO_CODE, probe inputs of which some are chosen, and every kind of stop."""
    few = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=12))
    many = [f"loud {number}" for number in range(draw(st.sampled_from((0, 0, 20))))]
    many += draw(st.lists(st.sampled_from(many), max_size=20)) if many else ()
    given = tuple(
        replace(each, generation=draw(st.sampled_from((None, GenerationCost(usd=0.25)))))
        for each in candidates(*draw(st.permutations([*few, *many])))
    )
    options = BatchOptions(
        stop_at_first_failure=draw(st.booleans()),
        stop_after_accepted=draw(st.sampled_from((0, 0, 1, 2))),
        cpu_budget_ns=draw(st.sampled_from((0, 0, 55_000_000))),
        money_budget_usd=draw(st.sampled_from((0.0, 0.0, 2.0))),
        lead_tail=draw(st.sampled_from((0.0, 0.0, 0.2))),
    )
    asked = batch(tests=draw(st.integers(1, 2)), options=options)
    if draw(st.booleans()):
        probes = Probes(PROBES, max_inputs=draw(st.sampled_from((3, 6))))
        asked = replace(asked, problem=replace(asked.problem, probes=probes))
    return replace(asked, selection=SelectionSpec("plurality", 3)), given


@settings(max_examples=60, deadline=None)
@given(batches(), st.data())
def test_a_batch_that_was_cut_off_anywhere_ends_as_one_that_was_not(
    asked: tuple[Batch, tuple[Candidate, ...]], data: st.DataObject
) -> None:
    async def compare() -> None:
        whole = await steps_of(*asked, Earlier(), fake(capacity=1))
        cut = data.draw(st.integers(0, len(whole) - 1), label="cut")
        known = known_from(whole[:cut], asked[1])
        executor = fake(capacity=1)
        rest = await steps_of(*asked, Earlier(known), executor)
        told = known_from(rest, asked[1])
        assert not {each.position for each in known} & {each.position for each in told}
        assert not {name for name, _ in executor.asked} & {each.result.candidate_id for each in known}
        now, then = results_of((*known, *told)), results_of(known_from(whole, asked[1]))
        if may_be_stopped_amid_a_run(end_of(whole), asked[1]):
            assert end_of(rest).stop_reason == end_of(whole).stop_reason
            differ = {name for name in then if now[name] != then[name]}
            assert all(Verdict.CANCELLED in (now[name][0].verdict, then[name][0].verdict) for name in differ)
        else:
            assert now == then
            assert end_of(rest) == end_of(whole)

    asyncio.run(compare())


def may_be_stopped_amid_a_run(end: BatchFinished, given: Sequence[Candidate]) -> bool:
    """Whether what lands without a run may have stopped the batch while another program ran.

    Which of its tests had landed by then is a matter of time; after a restart it does not run at all.
    """
    sources = {candidate.source for candidate in given}
    return end.stop_reason != "completed" and ("" in sources or len(sources) < len(given))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(STEADY), min_size=1, max_size=20), st.data())
def test_a_batch_that_is_cut_off_again_and_again_ends_all_the_same(
    sources: list[str], data: st.DataObject
) -> None:
    """Where several run at once results land in another order, and only that differs."""

    async def compare() -> None:
        asked, given = batch(), candidates(*sources)
        known: tuple[Judged, ...] = ()
        steps = await steps_of(asked, given, Earlier(), fake(capacity=3))
        whole = verdicts_of(known_from(steps, given))
        end = unordered(end_of(steps))
        for _ in range(3):
            steps = await steps_of(asked, given, Earlier(known), fake(capacity=3))
            cut = data.draw(st.integers(0, len(steps)), label="cut")
            known = (*known, *known_from(steps[:cut], given))
        steps = await steps_of(asked, given, Earlier(known), fake(capacity=3))
        assert verdicts_of((*known, *known_from(steps, given))) == whole
        assert unordered(end_of(steps)) == end

    asyncio.run(compare())


async def test_what_is_known_is_billed_as_it_was_and_not_by_the_prices_of_now() -> None:
    asked, given = batch(), candidates("right", "wrong")
    steps = await steps_of(asked, given, Earlier(), fake(capacity=1))
    (first, *_) = known_from(steps, given)
    once = replace(first, cost=Cost(executions=2, money_usd=40.0))
    rest = await steps_of(asked, given, Earlier((once,)), fake(capacity=1))
    (told,) = known_from(rest, given)
    assert end_of(rest).cost.money_usd == pytest.approx(40.0 + told.cost.money_usd)


async def test_an_equal_program_that_comes_later_gets_the_result_that_is_known() -> None:
    asked, given = batch(), candidates("right", "wrong", "right")
    steps = await steps_of(asked, given[:1], Earlier(), fake())
    executor = fake()
    rest = await steps_of(asked, given, Earlier(known_from(steps, given)), executor)
    told = {each.result.candidate_id: each.result for each in known_from(rest, given)}
    assert {name for name, _ in executor.asked} == {"c1"}
    assert (told["c2"].duplicate_of, told["c2"].verdict) == ("c0", Verdict.ACCEPTED)


async def test_one_that_was_given_up_stays_so_and_its_program_gets_a_chance_of_its_own() -> None:
    asked, given = batch(), candidates("right", "right")
    steps = await steps_of(asked, given[:1], Earlier(), fake())
    (known,) = known_from(steps, given)
    given_up = replace(known, result=replace(known.result, verdict=Verdict.CANCELLED, executions=()))
    rest = await steps_of(asked, given, Earlier((given_up,)), fake())
    (told,) = known_from(rest, given)
    assert (told.result.verdict, told.result.duplicate_of) == (Verdict.ACCEPTED, "")
    assert end_of(rest).verdict_counts == {Verdict.CANCELLED: 1, Verdict.ACCEPTED: 1}


async def test_a_batch_whose_end_was_asked_for_runs_nothing_more() -> None:
    asked, given = batch(), candidates("right", "wrong", "", "right")
    known = known_from(await steps_of(asked, given[:1], Earlier(), fake()), given)
    executor = fake()
    rest = await steps_of(asked, given, Earlier(known, started_at_ns=7, is_cancelled=True), executor)
    assert executor.asked == []
    last = summary_of(rest[-1])
    assert (last.stop_reason, last.started_at_ns) == ("cancelled", 7)
    assert last.verdict_counts == {Verdict.ACCEPTED: 1, Verdict.CANCELLED: 3}


async def test_a_batch_whose_deadline_passed_while_it_lay_still_runs_nothing_more() -> None:
    executor = fake()
    asked = replace(batch(), deadline_at_ns=1)
    rest = await steps_of(asked, candidates("right", ""), Earlier(), executor)
    assert executor.asked == []
    assert summary_of(rest[-1]).stop_reason == "deadline"


async def test_one_that_is_let_go_while_it_takes_up_what_is_known_has_ended_when_its_thread_has() -> None:
    asked, given = batch(), candidates("right", "wrong", "right too", "loud 7")
    known = known_from(await steps_of(asked, given, Earlier(), fake(capacity=1)), given)
    loop, is_amid, may_go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    taken: list[int] = []

    def read_slowly() -> Iterator[Judged]:
        for each in known:
            taken.append(each.position)
            if len(taken) == 2:
                loop.call_soon_threadsafe(is_amid.set)
                may_go_on.wait(10)
            yield each

    going_on = asyncio.create_task(steps_of(asked, given, Earlier(read_slowly()), fake()))
    await is_amid.wait()
    going_on.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not going_on.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await going_on
    assert taken == [0, 1]


def test_what_is_known_is_taken_up_though_all_threads_of_the_event_loop_are_busy() -> None:
    asked, given = batch(), candidates("right", "wrong")

    async def taken_up_with_one_busy_thread() -> list[Step]:
        known = known_from(await steps_of(asked, given, Earlier(), fake()), given)
        may_end = threading.Event()
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, may_end.wait)
        try:
            async with asyncio.timeout(10):
                return await steps_of(asked, given, Earlier(known), fake())
        finally:
            may_end.set()
            await busy

    # On an event loop of its own: the suite's goes on to other tests, which need its threads.
    rest = asyncio.run(taken_up_with_one_busy_thread())
    assert end_of(rest).verdict_counts == {Verdict.ACCEPTED: 1, Verdict.WRONG_ANSWER: 1}


async def test_a_program_whose_result_is_known_is_not_hashed_again() -> None:
    class Read(str):
        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
            raise AssertionError("it was read")

    known, wanted = candidates("right", "wrong")
    arrivals = Arrivals((replace(known, source=Read(known.source)), wanted), lambda: 0)
    arrivals.leave_out(0)
    assert [(each.position, each.candidate) for each in arrivals.left()] == [(1, wanted)]


async def test_all_results_known_means_that_only_the_end_is_told() -> None:
    asked, given = batch(), candidates("right", "wrong")
    whole = await steps_of(asked, given, Earlier(), fake())
    executor = fake()
    rest = await steps_of(asked, given, Earlier(known_from(whole, given)), executor)
    kinds = [type(event) for step in rest for event in step]
    assert (kinds, executor.asked) == ([BatchAccepted, BatchFinished], [])
    assert end_of(rest) == end_of(whole)


async def test_equal_programs_that_waited_for_one_run_land_in_one_step() -> None:
    executor = fake(capacity=1)
    steps = await steps_of(batch(), candidates("right", "right", "right", "wrong"), Earlier(), executor)
    together = [len(step) for step in steps]
    assert together == [1, 3, 1, 1]


async def test_programs_that_print_the_place_of_an_input_are_told_apart_as_before() -> None:
    """The inputs that tell programs apart are chosen of the first programs, wherever the cut was."""

    def acts(request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
        number = int(request.program.source)
        stdin = getattr(run, "stdin", b"")
        return printed(b"%d" % (number % (int(stdin) + 2)))

    asked = batch(tests=0)
    asked = replace(asked, problem=replace(asked.problem, probes=Probes(PROBES, max_inputs=2)))
    given = candidates(*map(str, range(20)))
    whole = await steps_of(asked, given, Earlier(), FakeExecutor(acts, capacity=1))
    for cut in range(len(whole)):
        known = known_from(whole[:cut], given)
        rest = await steps_of(asked, given, Earlier(known), FakeExecutor(acts, capacity=1))
        assert end_of(rest) == end_of(whole)


@pytest.mark.parametrize("seed", range(4))
async def test_inputs_are_chosen_before_the_equals_of_the_program_that_settles_them_count(seed: int) -> None:
    """How many equal programs wait for that one has no say in the choice, in one life as in two."""
    chance = random.Random(seed)
    printouts = [[chance.randrange(3) for _ in PROBES] for _ in range(24)]

    def acts(request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
        return printed(b"%d" % printouts[int(request.program.source)][int(getattr(run, "stdin", b""))])

    asked = batch(tests=0)
    asked = replace(asked, problem=replace(asked.problem, probes=Probes(PROBES, max_inputs=2)))
    settling = SCOUTS - 1
    given = candidates(*map(str, [*range(SCOUTS), *[settling] * 30, *range(SCOUTS, len(printouts))]))
    whole = await steps_of(asked, given, Earlier(), FakeExecutor(acts, capacity=1))
    known = known_from(whole[:-3], given)
    rest = await steps_of(asked, given, Earlier(known), FakeExecutor(acts, capacity=1))
    assert end_of(rest) == end_of(whole)
