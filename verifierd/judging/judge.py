"""The judge of one problem: an executor's answer to one of its tests becomes an execution result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sandboxes.model import AtPath, Outcome, StdioRun
from verifierd.judging.answers import Answer, Executed, ExecutionFailed
from verifierd.judging.behaviour import behaviour
from verifierd.judging.checker import Checker
from verifierd.judging.checkers import choose
from verifierd.judging.files import actual_parts, at_path, expected_parts, missing_output
from verifierd.judging.mathematics import Comparison
from verifierd.judging.probes import case_of
from verifierd.judging.programs import ProgramChecker, said_by_exit_code, word_digest
from verifierd.judging.typed import ExactValue
from verifierd.judging.verdicts import KILLED_BY, Failure, failure
from verifierd.model import (
    AnswerTest,
    CallTest,
    Cost,
    ExecutionResult,
    FilesTest,
    InteractiveTest,
    KilledBy,
    ProbeInput,
    Problem,
    StdioTest,
    TestBody,
    TestCase,
    Verdict,
)
from verifierd.model.sizes import bytes_of

HEAVY_BYTES = 1 << 18


class Judge:
    """Judges every candidate of one problem by the same checkers.

    What it calls runs are the problem's tests in their order, and the probe inputs after them.
    """

    def __init__(self, problem: Problem, probes: Sequence[ProbeInput] = ()) -> None:
        """Choose the checkers.

        Raises:
            InvalidField: the problem names a checker that does not exist or does not fit its tests.
        """
        self._limits = problem.limits
        self._tests_total = len(problem.tests)
        cases = (*problem.tests, *map(case_of, probes))
        checkers = choose(problem.checker, (type(case.body) for case in cases))
        self._tests = tuple(
            _Test(case, checkers.get(type(case.body)), is_compared=place < self._tests_total)
            for place, case in enumerate(cases)
        )

    def check_of(self, answer: Answer) -> StdioRun | None:
        """Return the run of the checker program that is to judge an answer; None where none is."""
        test = self._tests[answer.run_index]
        if isinstance(answer, ExecutionFailed) or not isinstance(test.checker, ProgramChecker):
            return None
        if answer.run_index >= self._tests_total:  # nothing is expected of a probe input
            return None
        if not isinstance(test.body, StdioTest) or self.has_failed(answer):
            return None
        return test.checker.run(test.body.stdin, _actual(test.body, answer.outcome), _expected(test.body))

    def has_failed(self, answer: Answer) -> bool:
        """Tell whether a program failed a test already by how it ended, whatever it answered."""
        if isinstance(answer, ExecutionFailed):
            return False
        return failure(answer.outcome, self._tests[answer.run_index].body, self._limits) is not None

    def is_heavy(self, answer: Answer) -> bool:
        """Tell whether judging an answer takes longer than an event loop may be held."""
        if isinstance(answer, ExecutionFailed):
            return False
        test, outcome = self._tests[answer.run_index], answer.outcome
        return test.is_heavy or bytes_of(_actual(test.body, outcome), HEAVY_BYTES) >= HEAVY_BYTES

    def judge(self, answer: Answer, queued_at_ns: int) -> ExecutionResult:
        """Return the result of the test that `answer` belongs to. Linear in the size of the output."""
        test = self._tests[answer.run_index]
        if isinstance(answer, ExecutionFailed):
            return _not_executed(
                test.id, Verdict.INFRASTRUCTURE_ERROR, answer.cause, queued_at_ns, answer.attempts
            )
        return self._judged(test, answer, queued_at_ns)

    def skipped(self, run_index: int, why: str, queued_at_ns: int) -> ExecutionResult:
        """Return the result of a test that was left out."""
        return _not_executed(self._tests[run_index].id, Verdict.SKIPPED, why, queued_at_ns)

    def _judged(self, test: _Test, executed: Executed, queued_at_ns: int) -> ExecutionResult:
        outcome = executed.outcome
        answer_digest = test.digest(outcome)
        failed = failure(outcome, test.body, self._limits)
        if failed is None and test.is_compared:
            failed = test.compared(executed, answer_digest)
            checker = test.checker.label if test.checker else ""
        else:
            checker = ""
        return ExecutionResult(
            test_id=test.id,
            verdict=failed.verdict if failed else Verdict.ACCEPTED,
            checker=checker,
            detail=failed.detail if failed else "",
            exit_code=outcome.exit_code,
            term_signal=outcome.term_signal,
            killed_by=KILLED_BY.get(outcome.ending, KilledBy.NOBODY),
            stdout=outcome.stdout,
            stdout_total_bytes=outcome.stdout_total_bytes,
            stderr=outcome.stderr,
            stderr_total_bytes=outcome.stderr_total_bytes,
            actual=_told(test.body, outcome),
            behaviour=behaviour(outcome, answer_digest),
            cpu_time_ns=outcome.usage.cpu_time_ns,
            wall_time_ns=outcome.usage.wall_time_ns,
            peak_memory_bytes=outcome.usage.peak_memory_bytes,
            queued_at_ns=queued_at_ns,
            started_at_ns=outcome.started_at_ns,
            ended_at_ns=outcome.ended_at_ns,
            attempts=executed.attempts,
            sandbox_id=executed.sandbox_id,
            backend=executed.backend,
            image_digest=executed.image_digest,
            compilation=outcome.compilation,
            judging_cost=_judging_cost(executed),
            from_cache=executed.is_known,
        )


class _Test:
    """One test with its checker and the digest of what it expects, made once for all candidates."""

    def __init__(self, case: TestCase, checker: Checker[Any] | None, is_compared: bool = True) -> None:
        self.id = case.id
        self.body = case.body
        self.checker = checker
        self.is_compared = is_compared

    @cached_property
    def is_heavy(self) -> bool:
        return bytes_of(_expected(self.body), HEAVY_BYTES) >= HEAVY_BYTES

    @cached_property
    def expected_digest(self) -> bytes | None:
        return self.checker.digest(_expected(self.body)) if self.checker else None

    def digest(self, outcome: Outcome) -> bytes | None:
        """Return the digest of what the program answered; None where that is comparable to nothing."""
        if isinstance(self.body, InteractiveTest):
            return word_digest(outcome.interactor)
        if self.checker is None:
            return (outcome.behaviour or "").encode()
        if isinstance(self.body, CallTest) and outcome.value is None:
            return None
        if missing_output(self.body, outcome) is not None:
            return b""
        return self.checker.digest(_actual(self.body, outcome))

    def compared(self, executed: Executed, answer_digest: bytes | None) -> Failure | None:
        """Return how the answer differs from the expected one; None where it is right."""
        outcome = executed.outcome
        if isinstance(self.body, InteractiveTest):
            return said_by_exit_code(outcome.interactor, "interactor")
        if self.checker is None:
            return None
        if isinstance(self.checker, ProgramChecker):
            return self.checker.failure(executed.check)
        checker = self.checker
        if outcome.numbers_are_one and isinstance(checker, ExactValue):
            checker = ExactValue(numbers_are_one=True)
        checked = checker.check_digests(
            _expected(self.body), self.expected_digest, _actual(self.body, outcome), answer_digest
        )
        if checked.accepted:
            return None
        where = self.body.output_file if isinstance(self.body, StdioTest) else ""
        return Failure(Verdict.WRONG_ANSWER, at_path(where, checked.detail) if where else checked.detail)


def _expected(body: TestBody) -> Any:
    if isinstance(body, FilesTest):
        return expected_parts(body)
    return body.expected_stdout if isinstance(body, StdioTest) else getattr(body, "expected", None)


def _actual(body: TestBody, outcome: Outcome) -> Any:
    if isinstance(body, FilesTest):
        return actual_parts(body, outcome.left, outcome.stdout)
    if isinstance(body, StdioTest) and body.output_file:
        return outcome.left[0].content if outcome.left else b""
    if isinstance(body, AnswerTest):
        said = outcome.value[0] if outcome.value else ""
        return Comparison(str(said), outcome.stdout, outcome.behaviour or "")
    return outcome.value[0] if isinstance(body, CallTest) and outcome.value else outcome.stdout


def _judging_cost(executed: Executed) -> Cost | None:
    """Return what the checker program or the interactor took, where there was one."""
    if executed.outcome.interactor is not None and executed.is_known:
        return None
    if executed.outcome.interactor is not None:  # the wall time that it took is the program's too
        return replace(_cost(executed.outcome.interactor), wall_time_ns=0)
    if not isinstance(executed.check, Executed):
        return None
    return (
        Cost(cache_hits=1)
        if executed.check_was_known
        else replace(_cost(executed.check.outcome), executions=1)
    )


def _cost(outcome: Outcome) -> Cost:
    usages = [outcome.usage] + ([outcome.compilation.usage] if outcome.compilation else [])
    return Cost(
        cpu_time_ns=sum(each.cpu_time_ns for each in usages),
        wall_time_ns=sum(each.wall_time_ns for each in usages),
        memory_byte_ns=sum(each.peak_memory_bytes * each.wall_time_ns for each in usages),
    )


def _told(body: TestBody, outcome: Outcome) -> tuple[Any] | None:
    """Return what a result carries beside the outputs: a value, or the files that were looked at."""
    if isinstance(body, AnswerTest):
        return None
    if not isinstance(body, StdioTest | FilesTest) or not outcome.left:
        return outcome.value
    found = zip(body.looks_at, outcome.left, strict=True)
    return ({path: each.content for path, each in found if each.what is AtPath.FILE},)


def _not_executed(
    test_id: str, verdict: Verdict, detail: str, queued_at_ns: int, attempts: int = 0
) -> ExecutionResult:
    return ExecutionResult(
        test_id=test_id,
        verdict=verdict,
        checker="",
        detail=detail,
        exit_code=None,
        term_signal=None,
        killed_by=KilledBy.NOBODY,
        stdout=b"",
        stdout_total_bytes=0,
        stderr=b"",
        stderr_total_bytes=0,
        actual=None,
        behaviour=None,
        cpu_time_ns=0,
        wall_time_ns=0,
        peak_memory_bytes=0,
        queued_at_ns=queued_at_ns,
        started_at_ns=0,
        ended_at_ns=0,
        attempts=attempts,
        sandbox_id="",
        backend="",
    )
