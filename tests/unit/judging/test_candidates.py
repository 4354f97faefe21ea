from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.execution.fakes import LIMITS, printed
from verifierd import model
from verifierd.judging.answers import Executed
from verifierd.judging.candidates import NOT_JUDGED, cancelled, concluded, has_no_code, without_code
from verifierd.judging.judge import Judge
from verifierd.model import ExecutionResult, Problem, StdioTest, Verdict

A, W, R, S, INFRA = (
    Verdict.ACCEPTED,
    Verdict.WRONG_ANSWER,
    Verdict.RUNTIME_ERROR,
    Verdict.SKIPPED,
    Verdict.INFRASTRUCTURE_ERROR,
)
ONE = Judge(Problem("p", (model.TestCase("t", StdioTest(b"", b"")),), LIMITS)).judge(
    Executed(printed(b""), "s", "fake"), 0
)


def executions(*verdicts: Verdict) -> list[ExecutionResult]:
    return [
        replace(ONE, test_id=f"t{index}", verdict=verdict, detail=verdict.name.lower())
        for index, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "candidate"),
    [
        ((A, A), A),
        ((A, W, R), W),
        ((A, R, W), R),
        ((INFRA, A), INFRA),
        ((INFRA, W), W),
        ((W, INFRA), W),
        ((A, W, S), W),
        ((INFRA, S), INFRA),
    ],
)
def test_the_first_test_that_the_program_failed_decides(
    verdicts: tuple[Verdict, ...], candidate: Verdict
) -> None:
    assert concluded("c", executions(*verdicts), [True] * len(verdicts)).verdict is candidate


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6))
def test_a_candidate_is_accepted_only_if_every_test_is_and_blamed_only_for_its_own_failures(
    verdicts: list[Verdict],
) -> None:
    result = concluded("c", executions(*verdicts), [True] * len(verdicts))
    assert (result.verdict is A) == all(verdict is A for verdict in verdicts)
    blamed = result.verdict not in NOT_JUDGED | {A}
    assert blamed == any(verdict not in NOT_JUDGED | {A} for verdict in verdicts)
    assert result.tests_passed == verdicts.count(A)


def test_the_detail_names_the_test() -> None:
    assert concluded("c", executions(A, W), [True] * 2).detail == "test t1: wrong_answer"


def test_a_missing_result_is_never_accepted() -> None:
    with pytest.raises(ValueError, match="1 of 2 tests"):
        concluded("c", executions(A), [True] * 2)


def test_usage_is_summed_and_memory_is_the_peak() -> None:
    first, second = executions(A, A)
    result = concluded(
        "c", [replace(first, peak_memory_bytes=7), replace(second, peak_memory_bytes=5)], [True] * 2
    )
    assert (result.cpu_time_ns, result.wall_time_ns) == (2 * first.cpu_time_ns, 2 * first.wall_time_ns)
    assert result.peak_memory_bytes == 7


@pytest.mark.parametrize(("source", "empty"), [("", True), (" \n\t\u2003", True), ("#", False), ("x", False)])
def test_whitespace_is_no_code(source: str, empty: bool) -> None:
    assert has_no_code(source) == empty


def test_no_code_is_a_verdict_without_any_execution() -> None:
    result = without_code("c", [True] * 3)
    assert (result.verdict, result.executions, result.tests_passed, result.tests_total) == (
        Verdict.NO_CODE,
        (),
        0,
        3,
    )


def test_a_cancelled_candidate_shows_what_had_landed() -> None:
    result = cancelled("c", executions(A, W), [True] * 5, "the deadline passed")
    assert result.verdict is Verdict.CANCELLED
    assert len(result.executions) == 2
    assert result.detail == "the deadline passed; 2 of 5 tests had run"
