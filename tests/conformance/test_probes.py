"""Probe inputs and tests that a model wrote, on real sandboxes: seen, weighed, and charged."""

from __future__ import annotations

import pytest

from tests.conformance.cases import SMALL
from verifierd_client import (
    AssertsTest,
    CallProbe,
    CallTest,
    Candidate,
    Options,
    Probes,
    Problem,
    Program,
    Role,
    Selection,
    StdinProbe,
    StdioTest,
    Verdict,
    Verifier,
)

SQUARES = "def f(x): return x * x"
CALLS = Probes([CallProbe("f", (value,)) for value in (0, 2, 5, "x")])


def test_what_candidates_do_on_probe_inputs_groups_them(verifier: Verifier) -> None:
    programs = {
        "square": SQUARES,
        "power": "def f(x): return x ** 2",
        "double": "def f(x): return x + x",
        "chance": "import random\ndef f(x): return random.random()",
        "broken": "def f(x",
    }
    problem = Problem("p", [CallTest("f", (2,), 4, role=Role.EXAMPLE)], SMALL, probes=CALLS)
    batch = verifier.verify(problem, [Candidate(source, id=name) for name, source in programs.items()])
    by_id = {each.candidate_id: each for each in batch.results}
    assert by_id["double"].verdict is Verdict.ACCEPTED, "the test does not tell it apart; inputs do"
    assert [each.candidate_ids for each in batch.summary.clusters] == [
        ("square", "power"),
        ("double",),
        ("broken",),
    ]
    assert [each.failed for each in by_id["square"].probes] == [False, False, False, True]
    assert by_id["chance"].nondeterministic
    assert by_id["broken"].verdict is Verdict.COMPILE_ERROR


def test_without_a_test_that_judges_the_likeliest_are_picked_and_nobody_is_accepted(
    verifier: Verifier,
) -> None:
    generated = [
        AssertsTest("assert f(3) == 9", role=Role.GENERATED, id="right"),
        AssertsTest("assert ___", role=Role.GENERATED, id="broken"),
    ]
    problem = Problem("p", generated, SMALL, probes=CALLS)
    programs = [SQUARES, "def f(x): return x + x", "def f(x): return x*x", "def f(x): return x+x"]
    batch = verifier.verify(problem, programs, Options(selection=Selection("posterior", 2)))
    assert {each.verdict for each in batch.results} == {Verdict.SKIPPED}
    assert [each.verdict.name for each in batch.results[0].executions] == ["ACCEPTED", "SKIPPED"]
    first, second = batch.summary.picks
    assert (first.candidate_id, second.candidate_id) == ("0", "1")
    assert (first.probability or 0) > (second.probability or 0)
    assert 0 < (batch.summary.none_probability or 0) < 1


def test_a_program_prints_probe_inputs_and_those_of_tests_are_changed(verifier: Verifier) -> None:
    generator = Program("import sys\nprint(int(sys.argv[1]) * 7, 1)")
    tests = [StdioTest(f"{a} {b}\n", str(a + b)) for a, b in ((3, 40), (17, 2), (90, 8))]
    probes = Probes([StdinProbe("1 1\n", "given")], mutate_tests=True, generator=generator, max_inputs=6)
    problem = Problem("p", tests, SMALL, probes=probes)
    sums = "print(sum(map(int, input().split())))"
    batch = verifier.verify(problem, [sums, "a, b = map(int, input().split())\nprint(a + b)"])
    ids = [each.probe_id for each in batch.results[0].probes]
    assert ids[0] == "given"
    assert {each.split("-")[0] for each in ids} == {"given", "generated", "mutated"}
    assert [each.candidate_ids for each in batch.summary.clusters] == [("0", "1")]
    assert not any(each.failed for each in batch.results[0].probes)


def test_the_bill_has_every_run_once(verifier: Verifier) -> None:
    problem = Problem("p", [CallTest("f", (2,), 4)], SMALL, probes=CALLS)
    batch = verifier.verify(problem, [SQUARES, f"{SQUARES}  # time"], Options(fresh=True))
    costs = [each.cost for each in batch.results]
    assert [each.executions for each in costs if each is not None] == [5, 9]
    assert batch.summary.cost.executions == 14
    total_s = sum(each.cpu_time_s for each in costs if each is not None)
    assert total_s == pytest.approx(batch.summary.cost.cpu_time_s)
