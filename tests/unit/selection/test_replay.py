from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.selection.results import ACCEPTED, WRONG, execution
from tests.unit.selection.test_by_probes import probe
from verifierd import model
from verifierd.judging.candidates import concluded, without_code
from verifierd.model import CandidateResult, StdioTest, Verdict
from verifierd.selection.replay import correct_clusters, standings_of, without_hidden_tests

JUDGE, EXAMPLE, GENERATED = model.TestRole.JUDGE, model.TestRole.EXAMPLE, model.TestRole.GENERATED
TESTS = tuple(
    model.TestCase(f"t{place}", StdioTest(b"", b""), role)
    for place, role in enumerate((JUDGE, EXAMPLE, GENERATED))
)


def judged(name: str, *verdicts: Verdict, does: str = "x") -> CandidateResult:
    executions = [execution(place, verdict) for place, verdict in enumerate(verdicts)]
    made = concluded(name, executions, [test.judges for test in TESTS])
    return replace(made, probes=(probe(0, does),))


@pytest.mark.parametrize(
    ("verdicts", "seen"),
    [
        ((WRONG, ACCEPTED, WRONG), ACCEPTED),
        ((ACCEPTED, WRONG, ACCEPTED), WRONG),
        ((Verdict.COMPILE_ERROR, Verdict.SKIPPED, Verdict.SKIPPED), Verdict.COMPILE_ERROR),
    ],
)
def test_without_hidden_tests_examples_alone_judge(verdicts: tuple[Verdict, ...], seen: Verdict) -> None:
    assert without_hidden_tests(judged("a", *verdicts), TESTS).verdict is seen


def test_without_examples_nobody_is_judged() -> None:
    hidden = tuple(replace(test, role=JUDGE) for test in TESTS[:1])
    result = without_hidden_tests(judged("a", WRONG, ACCEPTED, ACCEPTED), hidden)
    assert (result.verdict, result.tests_total) == (Verdict.SKIPPED, 0)
    assert without_hidden_tests(without_code("a", [True]), hidden).verdict is Verdict.NO_CODE


def test_standings_have_clusters_of_probes_and_passed_generated_tests() -> None:
    results = [
        judged("a", ACCEPTED, ACCEPTED, ACCEPTED),
        judged("b", ACCEPTED, ACCEPTED, WRONG, does="y"),
        judged("c", WRONG, ACCEPTED, ACCEPTED),
    ]
    standings = standings_of(results, TESTS, ["p0"])
    assert standings.candidate_ids == ["a", "b", "c"]
    assert list(standings.eligible) == [True, True, False]
    assert standings.passed.tolist() == [[True], [False], [True]]
    blind = standings_of([without_hidden_tests(each, TESTS) for each in results], TESTS, ["p0"])
    assert list(blind.eligible) == [True, True, True]
    assert blind.cluster_of[0] == blind.cluster_of[2] != blind.cluster_of[1]
    assert list(correct_clusters(blind, {"a", "c"})) == [True, False]
    by_tests = standings_of(results, TESTS, [])
    assert by_tests.behaviours.shape == (3, 3)
