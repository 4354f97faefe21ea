from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandboxes.inside.values import Opaque
from sandboxes.model import Ending, Outcome, Raised
from tests.unit.execution.fakes import FINISHED, LIMITS, printed, took
from verifierd import model
from verifierd.errors import InvalidField
from verifierd.judging.answers import Executed, ExecutionFailed
from verifierd.judging.judge import Judge
from verifierd.model import (
    AssertsTest,
    CallTest,
    CheckerSpec,
    ExecutionResult,
    KilledBy,
    Problem,
    StdioTest,
    TestBody,
    Verdict,
)

STDIO = StdioTest(stdin=b"", expected_stdout=b"42\n")
CALL = CallTest(function="f", args=(), kwargs={}, expected=[1, 2])
ASSERTS = AssertsTest(source="assert f() == 1")


def judge(body: TestBody, checker: CheckerSpec | None = None) -> Judge:
    return Judge(Problem("p", (model.TestCase("t", body),), LIMITS, checker or CheckerSpec()))


def judged(body: TestBody, outcome: Outcome) -> ExecutionResult:
    return judge(body).judge(Executed(outcome, "s1", "fake"), queued_at_ns=5)


def ended(ending: Ending, **facts: Any) -> Outcome:
    return replace(FINISHED, ending=ending, **facts)


def returned(value: Any) -> Outcome:
    return replace(FINISHED, value=(value,))


RAISED = ended(Ending.RAISED, raised=Raised("ValueError", "no luck"), exit_code=None)

TABLE: list[tuple[TestBody, Outcome, Verdict, str]] = [
    (STDIO, printed(b"42"), Verdict.ACCEPTED, ""),
    (STDIO, printed(b"43"), Verdict.WRONG_ANSWER, "token 1: expected '42', got '43'"),
    (STDIO, replace(printed(b"42"), exit_code=3), Verdict.RUNTIME_ERROR, "exit code 3"),
    (
        STDIO,
        replace(printed(b"42"), exit_code=1, stderr=b"a\nlast\n"),
        Verdict.RUNTIME_ERROR,
        "exit code 1: last",
    ),
    (
        STDIO,
        replace(printed(b"42"), exit_code=1, stderr=b"Error: boom\n    at f (main.js:1)\n\nNode.js v20\n"),
        Verdict.RUNTIME_ERROR,
        "exit code 1: Error: boom",
    ),
    (
        STDIO,
        replace(printed(b"42"), exit_code=2, stderr=b"panic: boom\n\nmain.main()\n\t/x.go:1 +0x1\n"),
        Verdict.RUNTIME_ERROR,
        "exit code 2: panic: boom",
    ),
    (
        STDIO,
        replace(printed(b"42"), exit_code=None, term_signal=11),
        Verdict.RUNTIME_ERROR,
        "signal 11 (SIGSEGV)",
    ),
    (STDIO, replace(printed(b"42"), stdout_total_bytes=99), Verdict.OUTPUT_LIMIT_EXCEEDED, "wrote 99 bytes"),
    (STDIO, RAISED, Verdict.RUNTIME_ERROR, "ValueError: no luck"),
    (STDIO, took(2, 3, Ending.CPU_LIMIT), Verdict.TIME_LIMIT_EXCEEDED, "the limit is 2 s"),
    (STDIO, took(0, 8, Ending.WALL_LIMIT), Verdict.TIME_LIMIT_EXCEEDED, "the wall limit is 8 s"),
    (STDIO, ended(Ending.MEMORY_LIMIT), Verdict.MEMORY_LIMIT_EXCEEDED, "256 MiB"),
    (STDIO, ended(Ending.RAISED, raised=Raised("MemoryError", "")), Verdict.MEMORY_LIMIT_EXCEEDED, "256 MiB"),
    (STDIO, ended(Ending.OUTPUT_LIMIT), Verdict.OUTPUT_LIMIT_EXCEEDED, "the limit is 1048576 bytes"),
    (
        CALL,
        ended(Ending.OUTPUT_LIMIT, result_total_bytes=3 << 20),
        Verdict.OUTPUT_LIMIT_EXCEEDED,
        "gave a result of 3145728 bytes or more; the limit is 1048576 bytes",
    ),
    (
        STDIO,
        ended(Ending.COMPILE_FAILED, raised=Raised("SyntaxError", "line 1")),
        Verdict.COMPILE_ERROR,
        "SyntaxError",
    ),
    (CALL, returned([1, 2]), Verdict.ACCEPTED, ""),
    (CALL, replace(returned([1.0, 2]), numbers_are_one=True), Verdict.ACCEPTED, ""),
    (CALL, returned([1.0, 2]), Verdict.WRONG_ANSWER, "at [0]: expected int 1, got float 1.0"),
    (CALL, returned((1, 2)), Verdict.WRONG_ANSWER, "expected list [1, 2], got tuple (1, 2)"),
    (CALL, returned(None), Verdict.WRONG_ANSWER, "expected list [1, 2], got None"),
    (CALL, returned(Opaque("Sneaky")), Verdict.WRONG_ANSWER, "Sneaky"),
    (CALL, FINISHED, Verdict.RUNTIME_ERROR, "ended without returning a value"),
    (CALL, RAISED, Verdict.RUNTIME_ERROR, "ValueError: no luck"),
    (ASSERTS, FINISHED, Verdict.ACCEPTED, ""),
    (
        ASSERTS,
        ended(Ending.ASSERTION_FAILED, raised=Raised("AssertionError", "x")),
        Verdict.WRONG_ANSWER,
        "AssertionError",
    ),
    (ASSERTS, RAISED, Verdict.RUNTIME_ERROR, "ValueError: no luck"),
]


@pytest.mark.parametrize(("body", "outcome", "verdict", "detail"), TABLE)
def test_the_verdict_table(body: TestBody, outcome: Outcome, verdict: Verdict, detail: str) -> None:
    result = judged(body, outcome)
    assert result.verdict is verdict
    assert detail in result.detail
    assert bool(result.detail) == (verdict is not Verdict.ACCEPTED)


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("body", [STDIO, CALL, ASSERTS], ids=lambda body: type(body).__name__)
def test_every_ending_has_a_verdict_and_only_a_finished_run_can_be_accepted(
    body: TestBody, ending: Ending
) -> None:
    outcome = replace(printed(b"42"), ending=ending, value=([1, 2],), behaviour="ab")
    assert (judged(body, outcome).verdict is Verdict.ACCEPTED) == (ending is Ending.FINISHED)


def test_killed_by_tells_the_limit() -> None:
    by_ending = {ending: judged(STDIO, ended(ending)).killed_by for ending in Ending}
    assert by_ending.pop(Ending.CPU_LIMIT) is KilledBy.CPU_LIMIT
    assert by_ending.pop(Ending.WALL_LIMIT) is KilledBy.WALL_LIMIT
    assert by_ending.pop(Ending.MEMORY_LIMIT) is KilledBy.MEMORY_LIMIT
    assert by_ending.pop(Ending.OUTPUT_LIMIT) is KilledBy.OUTPUT_LIMIT
    assert set(by_ending.values()) == {KilledBy.NOBODY}


def test_a_result_carries_what_was_measured_and_which_checker_judged() -> None:
    result = judged(STDIO, printed(b"42"))
    assert (result.test_id, result.checker, result.queued_at_ns) == ("t", "tokens@1", 5)
    assert (result.cpu_time_ns, result.wall_time_ns, result.peak_memory_bytes) == (
        10_000_000,
        20_000_000,
        1 << 20,
    )
    assert (result.sandbox_id, result.backend, result.attempts) == ("s1", "fake", 1)
    assert judged(STDIO, RAISED).checker == "", "no checker ran"
    assert judged(ASSERTS, FINISHED).checker == ""


def test_our_own_failure_is_no_verdict_on_the_program() -> None:
    result = judge(STDIO).judge(ExecutionFailed(0, "three sandboxes broke", attempts=3), queued_at_ns=5)
    assert result.verdict is Verdict.INFRASTRUCTURE_ERROR
    assert result.detail == "three sandboxes broke"
    assert (result.attempts, result.cpu_time_ns, result.behaviour) == (3, 0, None)


def test_a_checker_that_does_not_fit_is_refused_before_anything_runs() -> None:
    with pytest.raises(InvalidField):
        judge(STDIO, CheckerSpec("nonsense"))


def test_what_a_program_says_is_escaped_and_cut() -> None:
    loud = ended(Ending.RAISED, raised=Raised("E", "\x1b]0;title\x07" + "x" * 10_000))
    detail = judged(STDIO, loud).detail
    assert "\x1b" not in detail
    assert "\x07" not in detail
    assert len(detail) < 600


@pytest.mark.parametrize(
    ("body", "left", "right", "same"),
    [
        (STDIO, printed(b"42 "), printed(b"42\n"), True),
        (STDIO, printed(b"42"), printed(b"43"), False),
        (STDIO, printed(b"42"), replace(printed(b"42"), exit_code=1), False),
        (STDIO, took(2, 3, Ending.CPU_LIMIT), printed(b"7", took(2, 9, Ending.CPU_LIMIT)), True),
        (STDIO, RAISED, replace(RAISED, raised=Raised("ValueError", "at 0x7f")), True),
        (STDIO, RAISED, replace(RAISED, raised=Raised("KeyError", "no luck")), False),
        (STDIO, printed(b"42"), replace(printed(b"42"), stderr=b"warning"), True),
        (CALL, returned({1, 2}), returned({2, 1}), True),
        (CALL, returned(1), returned(True), False),
        (ASSERTS, replace(FINISHED, behaviour="aa"), replace(FINISHED, behaviour="bb"), False),
        (ASSERTS, FINISHED, ended(Ending.ASSERTION_FAILED), False),
    ],
)
def test_equal_behaviour_is_the_same_ending_and_the_same_answer(
    body: TestBody, left: Outcome, right: Outcome, same: bool
) -> None:
    first, second = judged(body, left).behaviour, judged(body, right).behaviour
    assert first is not None
    assert (first == second) == same


def test_an_answer_comparable_to_nothing_has_no_behaviour() -> None:
    assert judged(CALL, returned([Opaque("Sneaky")])).behaviour is None


@pytest.mark.parametrize(
    ("body", "outcome", "heavy"),
    [
        (STDIO, printed(b"42"), False),
        (STDIO, printed(b"4" * (1 << 20)), True),
        (StdioTest(b"", b"4" * (1 << 20)), printed(b"42"), True),
        (CALL, returned(list(range(100_000))), True),
        (CALL, returned([1, 2]), False),
    ],
    ids=range(5),
)
def test_large_answers_are_known_before_they_are_judged(
    body: TestBody, outcome: Outcome, heavy: bool
) -> None:
    assert judge(body).is_heavy(Executed(outcome, "s1", "fake")) == heavy
