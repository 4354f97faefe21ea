"""Tests that judge nobody and inputs that expect nothing: seen and weighed, never part of a verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sandboxes.model import AssertsRun, BrokenTestProgram, Ending, Outcome, Run, StdioRun
from tests.unit.batches.scene import act, batch, candidates, engine, events_of, fake, results_in, summary_of
from tests.unit.execution.fakes import FakeExecutor, broken, printed, took
from verifierd import model
from verifierd.batches.suite import PATIENCE
from verifierd.economics.cost import cost_of
from verifierd.economics.prices import PriceTable
from verifierd.execution.executor import ExecutionRequest
from verifierd.model import (
    AssertsTest,
    Batch,
    BatchOptions,
    ProbeInput,
    Probes,
    SelectionSpec,
    StdinProbe,
    StdioTest,
    Verdict,
)

pytestmark = pytest.mark.anyio

GENERATED = model.TestRole.GENERATED


def probing(*stdins: bytes, tests: int = 0, options: BatchOptions | None = None) -> Batch:
    """A batch with these probe inputs, named `p0`, `p1` and so on."""
    inputs = tuple(ProbeInput(f"p{place}", StdinProbe(stdin)) for place, stdin in enumerate(stdins))
    plain = batch(tests=tests, options=options)
    return replace(plain, problem=replace(plain.problem, probes=Probes(inputs)))


def with_tests(*cases: model.TestCase, rule: str = "plurality") -> Batch:
    plain = batch()
    return replace(plain, problem=replace(plain.problem, tests=cases), selection=SelectionSpec(rule, 9))


async def test_a_generated_test_that_fails_changes_no_verdict_and_is_told() -> None:
    cases = (
        model.TestCase("wrong", StdioTest(b"1", b"7"), GENERATED),
        model.TestCase("judges", StdioTest(b"1", b"1")),
        model.TestCase("right", StdioTest(b"2", b"2"), GENERATED),
    )
    events = await events_of(engine(), with_tests(*cases), candidates("right", "wrong"))
    right, wrong = results_in(events)["c0"], results_in(events)["c1"]
    assert (right.verdict, right.tests_passed, right.tests_total) == (Verdict.ACCEPTED, 1, 1)
    assert [each.verdict.name for each in right.executions] == ["WRONG_ANSWER", "ACCEPTED", "ACCEPTED"]
    assert (wrong.verdict, wrong.detail[:11]) == (Verdict.WRONG_ANSWER, "test judges")


async def test_a_failed_generated_test_stops_nothing() -> None:
    cases = (
        model.TestCase("g", StdioTest(b"1", b"7"), GENERATED),
        model.TestCase("t", StdioTest(b"1", b"1")),
    )
    asked = replace(with_tests(*cases), options=BatchOptions(stop_at_first_failure=True))
    results = results_in(await events_of(engine(), asked, candidates("right")))
    assert results["c0"].verdict is Verdict.ACCEPTED


async def test_a_broken_generated_test_is_left_out_for_all_and_the_rest_is_run() -> None:
    def acts(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        return act(request, run) if isinstance(run, StdioRun) else BrokenTestProgram("line 1")

    cases = (
        model.TestCase("bad", AssertsTest("assert __"), GENERATED),
        model.TestCase("t", StdioTest(b"1", b"1"), model.TestRole.EXAMPLE),
        model.TestCase("worse", AssertsTest("assert ___"), GENERATED),
    )
    executor = FakeExecutor(acts, capacity=1)
    results = results_in(
        await events_of(engine(executor), with_tests(*cases), candidates("right", "right 2", "wrong"))
    )
    for name, verdict in (("c0", "ACCEPTED"), ("c1", "ACCEPTED"), ("c2", "WRONG_ANSWER")):
        executions = results[name].executions
        assert [each.verdict.name for each in executions] == ["SKIPPED", verdict, "SKIPPED"]
        assert "the test program is broken: line 1" in executions[0].detail
        assert results[name].verdict.name == verdict
    asserts = [run for _, run in executor.asked if isinstance(run, AssertsRun)]
    assert len(asserts) == 2, "what nobody can be judged by is asked once"


async def test_without_a_test_that_judges_nobody_is_accepted_and_yet_some_are_picked() -> None:
    events = await events_of(engine(), probing(b"1", b"2"), candidates("right", "wrong", "right 2", "syntax"))
    verdicts = {name: each.verdict for name, each in results_in(events).items()}
    skipped = Verdict.SKIPPED
    assert verdicts == {"c0": skipped, "c1": skipped, "c2": skipped, "c3": Verdict.COMPILE_ERROR}
    assert [pick.candidate_id for pick in summary_of(events).picks] == ["c0"]


async def test_who_does_the_same_on_probe_inputs_is_one_cluster_though_tests_do_not_tell_them_apart() -> None:
    sources = ("right", "wrong_at 5", "right 2", "wrong_at 5 2", "wrong")
    events = await events_of(engine(), probing(b"4", b"5", tests=1), candidates(*sources))
    clusters = [(each.candidate_ids, each.verdict.name) for each in summary_of(events).clusters]
    assert clusters == [
        (("c0", "c2"), "ACCEPTED"),
        (("c1", "c3"), "ACCEPTED"),
        (("c4",), "WRONG_ANSWER"),
    ]
    assert [each.probe_id for each in results_in(events)["c0"].probes] == ["p0", "p1"]


async def test_a_probe_input_expects_nothing_and_an_ending_is_seen() -> None:
    results = results_in(await events_of(engine(), probing(b"1"), candidates("wrong", "slow", "loud 3")))
    failed = {name: each.probes[0].failed for name, each in results.items()}
    assert failed == {"c0": False, "c1": True, "c2": False}


async def test_who_meets_the_time_limit_thrice_where_nothing_judges_is_tried_no_more() -> None:
    generated = [model.TestCase(f"g{place}", StdioTest(b"1", b"1"), GENERATED) for place in range(PATIENCE)]
    judging = model.TestCase("t", StdioTest(b"1", b"1"))
    last = model.TestCase("last", StdioTest(b"1", b"1"), GENERATED)
    plain = with_tests(*generated, judging, last)
    probes = Probes(tuple(ProbeInput(f"p{place}", StdinProbe(b"1")) for place in range(4)))
    asked = replace(plain, problem=replace(plain.problem, probes=probes))
    executor = fake()
    events = await events_of(engine(executor), asked, candidates("slow", "right"))
    slow = results_in(events)["c0"]
    assert slow.verdict is Verdict.TIME_LIMIT_EXCEEDED
    asked_of_it = [name for name, _ in executor.asked if name == "c0"]
    assert len(asked_of_it) == (PATIENCE + 1) + PATIENCE, "generated tests and the judging one; probe inputs"
    assert cost_of(slow, PriceTable()).executions == len(asked_of_it)
    assert [(each.failed, each.was_run) for each in slow.probes] == [(True, True)] * 3 + [(True, False)]
    assert len({each.behaviour for each in slow.probes}) == 1


async def test_who_passed_what_judges_is_picked_however_slow_on_probe_inputs() -> None:
    def acts(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        assert isinstance(run, StdioRun)
        return took(3, 3, Ending.CPU_LIMIT) if run.stdin == b"9" else act(request, run)

    asked = probing(*[b"9"] * 5, tests=1)
    events = await events_of(engine(FakeExecutor(acts)), asked, candidates("right", "right 2"))
    assert {each.verdict for each in results_in(events).values()} == {Verdict.ACCEPTED}
    assert [pick.candidate_id for pick in summary_of(events).picks] == ["c0"]


async def test_who_failed_on_every_probe_input_is_not_picked() -> None:
    events = await events_of(engine(), probing(b"1", b"2"), candidates("slow", "slow 2", "right"))
    assert [pick.candidate_id for pick in summary_of(events).picks] == ["c2"]


async def test_whose_second_run_differs_is_in_no_cluster_and_both_runs_are_charged() -> None:
    runs: Counter[str] = Counter()

    def acts(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        runs[request.program.source] += 1
        if request.program.source.startswith("random"):
            return printed(str(runs[request.program.source]).encode())
        return act(request, run)

    sources = ("random", "right", "right time", "random 2")
    events = await events_of(engine(FakeExecutor(acts)), probing(b"1", b"2"), candidates(*sources))
    results = results_in(events)
    assert [each.nondeterministic for _, each in sorted(results.items())] == [True, False, False, True]
    assert [each.candidate_ids for each in summary_of(events).clusters] == [("c1", "c2")]
    charged = [cost_of(results[f"c{at}"], PriceTable()).executions for at in range(4)]
    assert charged == [3, 2, 4, 3], "a second run ends where it differs"


async def test_a_program_that_is_slow_on_an_input_is_run_a_second_time_too() -> None:
    runs: Counter[bytes] = Counter()

    def acts(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        assert isinstance(run, StdioRun)
        runs[run.stdin] += 1
        return took(3, 3, Ending.CPU_LIMIT) if run.stdin == b"9" else printed(b"%d" % runs[run.stdin])

    events = await events_of(engine(FakeExecutor(acts)), probing(b"9", b"1"), candidates("time"))
    assert results_in(events)["c0"].nondeterministic
    assert runs == {b"9": 2, b"1": 2}


async def test_a_failure_of_ours_on_a_probe_input_keeps_a_candidate_out_of_clusters_only() -> None:
    def acts(request: ExecutionRequest, run: Run) -> Outcome | Exception:
        assert isinstance(run, StdioRun)
        return broken() if run.stdin == b"9" and request.program.source == "right" else act(request, run)

    asked = probing(b"9", tests=1)
    events = await events_of(engine(FakeExecutor(acts)), asked, candidates("right", "right 2"))
    assert {each.verdict for each in results_in(events).values()} == {Verdict.ACCEPTED}
    assert [each.candidate_ids for each in summary_of(events).clusters] == [("c1",)]


async def test_a_candidate_whose_tests_stopped_early_has_no_cluster() -> None:
    asked = probing(b"4", tests=2, options=BatchOptions(stop_at_first_failure=True))
    events = await events_of(engine(), asked, candidates("wrong", "right"))
    assert results_in(events)["c0"].probes == ()
    assert [each.candidate_ids for each in summary_of(events).clusters] == [("c1",)]


async def test_tests_that_a_model_wrote_are_weighed_by_codet() -> None:
    cases = (
        model.TestCase("g1", StdioTest(b"1", b"1"), GENERATED),
        model.TestCase("g2", StdioTest(b"2", b"2"), GENERATED),
        model.TestCase("g3", StdioTest(b"3", b"7"), GENERATED),
    )
    asked = with_tests(*cases, rule="codet")
    sources = ("wrong", "wrong_at 2", "right", "wrong 2", "wrong 3")
    events = await events_of(engine(), asked, candidates(*sources))
    assert [pick.candidate_id for pick in summary_of(events).picks][:3] == ["c2", "c1", "c0"]
