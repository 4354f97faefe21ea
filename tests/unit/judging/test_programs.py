"""What a judging program says is a verdict; what it fails to say is a failure of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandboxes.model import Compilation, Ending, Outcome, Program, Raised, StdioRun, Usage
from tests.unit.execution.fakes import FINISHED, LIMITS, printed, took
from verifierd import model
from verifierd.errors import InvalidField
from verifierd.judging.answers import Answer, Executed, ExecutionFailed
from verifierd.judging.checkers import choose
from verifierd.judging.judge import Judge
from verifierd.judging.programs import ProgramChecker, Protocol
from verifierd.model import (
    CallTest,
    CheckerSpec,
    Cost,
    ExecutionResult,
    InteractiveTest,
    Problem,
    StdioTest,
    Verdict,
)

OURS, WRONG, RIGHT = Verdict.INFRASTRUCTURE_ERROR, Verdict.WRONG_ANSWER, Verdict.ACCEPTED
PROGRAM = Program("cpp17", "int main() {}")
BODY = StdioTest(stdin=b"1 2", expected_stdout=b"3")


def left(code: int, words: bytes = b"", **facts: Any) -> Outcome:
    """A program that ended by itself with this exit code."""
    ending = Ending.FINISHED if code == 0 else Ending.RAISED
    return replace(FINISHED, ending=ending, exit_code=code, stderr=words, **facts)


def judge(**params: str) -> Judge:
    return Judge(Problem("p", (model.TestCase("t", BODY),), LIMITS, CheckerSpec("program", params, PROGRAM)))


def judged(check: Answer | None, outcome: Outcome | None = None, **params: str) -> ExecutionResult:
    answer = Executed(outcome or printed(b"4"), "s", "fake", check=check)
    return judge(**params).judge(answer, queued_at_ns=1)


TESTLIB: list[tuple[Outcome, Verdict, str]] = [
    (left(0, b"ok fine"), RIGHT, ""),
    (left(1, b"wrong answer 1st differs"), WRONG, "the checker refused it: wrong answer 1st differs"),
    (left(1), WRONG, "the checker refused it"),
    (left(2, b"no number"), WRONG, "the checker refused its form: no number"),
    (left(4), WRONG, "the checker refused its form"),
    (left(8), WRONG, "the checker refused its form"),
    (left(7, b"points 0.5 half"), WRONG, "the checker gave points, which are no acceptance: points 0.5 half"),
    (left(3, b"FAIL no answer"), OURS, "the checker failed: exit code 3: FAIL no answer"),
    (left(127), OURS, "the checker failed: exit code 127"),
    (left(1, raised=Raised("SystemExit", "1")), WRONG, "the checker refused it"),
    (
        left(1, raised=Raised("ValueError", "x")),
        OURS,
        "the checker failed: exit code 1: ValueError: x",
    ),
    (
        replace(FINISHED, ending=Ending.RAISED, exit_code=None, term_signal=11),
        OURS,
        "the checker failed: signal 11",
    ),
    (took(10, 10, Ending.CPU_LIMIT), OURS, "the checker failed: it met its cpu limit"),
    (took(0, 40, Ending.WALL_LIMIT), OURS, "the checker failed: it met its wall limit"),
    (replace(FINISHED, ending=Ending.OUTPUT_LIMIT), OURS, "the checker failed: it met its output limit"),
    (
        replace(FINISHED, ending=Ending.COMPILE_FAILED, raised=Raised("CompileError", "main.cpp: no")),
        OURS,
        "the checker failed: it does not compile: CompileError: main.cpp: no",
    ),
]
OPEN_R1: list[tuple[Outcome, Verdict, Verdict]] = [  # by its evaluator's rule, and strictly
    (printed(b"1\n"), RIGHT, RIGHT),
    (printed(b"1.0"), RIGHT, RIGHT),
    (printed(b"0\n"), WRONG, WRONG),
    (printed(b"0.5"), WRONG, WRONG),
    (printed(b"nan"), WRONG, WRONG),
    (printed(b""), WRONG, OURS),
    (printed(b"yes"), WRONG, OURS),
    (printed(b"1", left(1, raised=Raised("ValueError", "x"))), WRONG, OURS),
    (took(10, 10, Ending.CPU_LIMIT), OURS, OURS),
    (replace(FINISHED, ending=Ending.COMPILE_FAILED), OURS, OURS),
]


@pytest.mark.parametrize(("said", "verdict", "detail"), TESTLIB)
def test_the_exit_code_is_the_word(said: Outcome, verdict: Verdict, detail: str) -> None:
    result = judged(Executed(said, "s", "fake"))
    assert (result.verdict, result.detail, result.checker) == (verdict, detail, "program@1")


@pytest.mark.parametrize(("said", "verdict", "strictly"), OPEN_R1)
def test_under_open_r1_the_printed_score_is_the_word(
    said: Outcome, verdict: Verdict, strictly: Verdict
) -> None:
    for strict, expected in (("false", verdict), ("true", strictly)):
        result = judged(Executed(said, "s", "fake"), protocol="open-r1", strict=strict)
        assert result.verdict is expected, (strict, result.detail)


def test_a_checker_that_was_not_run_accepts_nothing() -> None:
    assert judged(None, printed(b"3")).verdict is OURS
    failed = judged(ExecutionFailed(0, "3 sandboxes broke", 3))
    assert (failed.verdict, failed.detail) == (OURS, "the checker could not be run: 3 sandboxes broke")


def test_its_words_are_bounded_and_printable() -> None:
    detail = judged(Executed(left(1, b"\x1b[31m" + b"x" * 100_000), "s", "fake")).detail
    assert "\x1b" not in detail
    assert len(detail) < 1000


def test_each_protocol_names_its_files_in_its_order() -> None:
    run = judge().check_of(Executed(printed(b"4"), "s", "fake"))
    assert isinstance(run, StdioRun)
    assert run.arguments == ("input.txt", "output.txt", "answer.txt")
    assert {file.path: file.content for file in run.files} == {
        "input.txt": b"1 2",
        "output.txt": b"4",
        "answer.txt": b"3",
    }
    other = ProgramChecker(Protocol.OPEN_R1).run(b"1 2", b"4", b"3")
    assert other.arguments == ("input.txt", "answer.txt", "output.txt")


@pytest.mark.parametrize("failed", [took(3, 3, Ending.CPU_LIMIT), left(1), ExecutionFailed(0, "lost", 3)])
def test_what_failed_already_asks_no_checker(failed: Outcome | ExecutionFailed) -> None:
    answer = failed if isinstance(failed, ExecutionFailed) else Executed(failed, "s", "fake")
    assert judge().check_of(answer) is None


def test_equal_outputs_behave_alike_whatever_the_checker_says() -> None:
    accepted, refused = judged(Executed(left(0), "s", "f")), judged(Executed(left(1), "s", "f"))
    other = judged(Executed(left(0), "s", "f"), printed(b"5"))
    assert accepted.behaviour == refused.behaviour != other.behaviour


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (CheckerSpec("program"), "checker.program"),
        (CheckerSpec("tokens", {}, PROGRAM), "checker.program"),
        (CheckerSpec("program", {"protocol": "cms"}, PROGRAM), "checker.params['protocol']"),
        (CheckerSpec("program", {"strict": "yes"}, PROGRAM), "checker.params['strict']"),
        (CheckerSpec("program", {"abs": "1"}, PROGRAM), "checker.params['abs']"),
    ],
)
def test_a_specification_that_does_not_fit_is_refused_by_its_field(spec: CheckerSpec, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        choose(spec, [StdioTest])
    assert refused.value.field == field


def test_tests_of_functions_have_no_such_checker() -> None:
    with pytest.raises(InvalidField, match="judges these kinds"):
        choose(CheckerSpec("program", {}, PROGRAM), [CallTest])


ENDED_BY_US = replace(FINISHED, exit_code=None)
TALKS: list[tuple[Outcome, Outcome | None, Verdict, str]] = [
    (FINISHED, left(0, b"ok"), RIGHT, ""),
    (FINISHED, left(1, b"5 is too much"), WRONG, "the interactor refused it: 5 is too much"),
    (ENDED_BY_US, left(1), WRONG, "the interactor refused it"),
    (ENDED_BY_US, left(2, b"no number"), WRONG, "the interactor refused its form: no number"),
    (FINISHED, left(3), OURS, "the interactor failed: exit code 3"),
    (
        ENDED_BY_US,
        took(2, 2, Ending.WALL_LIMIT),
        OURS,
        "the interactor failed: it met its wall limit",
    ),
    (FINISHED, None, OURS, "the interactor was not run"),
    (left(3), left(0), Verdict.RUNTIME_ERROR, "exit code 3"),
    (took(2, 3, Ending.CPU_LIMIT), left(1), Verdict.TIME_LIMIT_EXCEEDED, "used 2.00 s of CPU time"),
    (took(0, 8, Ending.WALL_LIMIT), None, Verdict.TIME_LIMIT_EXCEEDED, "still ran after 8.00 s"),
    (
        replace(took(0, 8, Ending.WALL_LIMIT), is_deadlock=True),
        None,
        Verdict.TIME_LIMIT_EXCEEDED,
        "deadlock: the program and the interactor waited for each other until the wall limit of 8 s",
    ),
]


def talked(outcome: Outcome, interactor: Outcome | None) -> ExecutionResult:
    case = model.TestCase("t", InteractiveTest(PROGRAM))
    judge = Judge(Problem("p", (case,), LIMITS))
    return judge.judge(Executed(replace(outcome, interactor=interactor), "s", "fake"), queued_at_ns=1)


@pytest.mark.parametrize(("outcome", "interactor", "verdict", "detail"), TALKS)
def test_in_a_talk_the_candidates_own_failure_goes_before_the_interactors_word(
    outcome: Outcome, interactor: Outcome | None, verdict: Verdict, detail: str
) -> None:
    result = talked(outcome, interactor)
    assert (result.verdict, result.detail[: len(detail)]) == (verdict, detail)
    assert result.detail or verdict is RIGHT


def test_talks_that_end_with_the_same_word_behave_alike() -> None:
    first, same = talked(FINISHED, left(0, b"7 asked")), talked(ENDED_BY_US, left(0, b"7 asked"))
    other, refused = talked(FINISHED, left(0, b"8 asked")), talked(FINISHED, left(1, b"7 asked"))
    failed = talked(FINISHED, left(3, b"7 asked"))
    assert first.behaviour == same.behaviour
    assert len({first.behaviour, other.behaviour, refused.behaviour}) == 3
    assert failed.behaviour is None


def test_what_judged_is_on_the_bill() -> None:
    compilation = Compilation(Usage(5, 6, 7), 1, 2)
    checker = replace(left(0), compilation=compilation)
    cost = judged(Executed(checker, "s", "fake")).judging_cost
    assert cost is not None
    assert (cost.cpu_time_ns, cost.executions) == (FINISHED.usage.cpu_time_ns + 5, 1)
    known = judge().judge(
        Executed(printed(b"4"), "s", "f", check=Executed(checker, "s", "f"), check_was_known=True), 1
    )
    assert known.judging_cost == Cost(cache_hits=1)
    talk = talked(FINISHED, left(0)).judging_cost
    assert talk == Cost(
        cpu_time_ns=FINISHED.usage.cpu_time_ns,
        memory_byte_ns=FINISHED.usage.peak_memory_bytes * FINISHED.usage.wall_time_ns,
    )
