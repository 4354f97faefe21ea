"""One candidate from program to verdict: execute its tests, judge each answer as it lands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing

from sandboxes.model import BrokenTestProgram, Program
from verifierd.batches.arrivals import Arrived
from verifierd.batches.outputs import OutputAllowance
from verifierd.batches.runs import run_of
from verifierd.errors import InvalidField
from verifierd.execution.checking import Checking
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.recalling import Recalling
from verifierd.execution.result_cache import ResultCache
from verifierd.judging.answers import Answer
from verifierd.judging.candidates import NOT_JUDGED, concluded
from verifierd.judging.judge import Judge
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    Batch,
    CandidateResult,
    ExecutionResult,
    TestBody,
    Verdict,
)

# What of a test may turn out to judge no candidate: where that is, what to say of it, what is allowed.
USABLE: Mapping[type[TestBody], tuple[str, str, str]] = {
    AssertsTest: (
        "asserts.source",
        "the test program is broken",
        "a Python program that uses the candidate's names",
    ),
    AnswerTest: (
        "answer.expected",
        "the expected answer cannot be read",
        "an answer that math-verify reads, LaTeX allowed, such as \\frac{1}{2}, $x \\le 3$ or 12.5%",
    ),
}


class Verification:
    """Verifies the candidates of one batch, any number at a time."""

    def __init__(
        self,
        batch: Batch,
        executor: Executor,
        cache: ResultCache | None,
        result_output_bytes: int,
        landed: Callable[[ExecutionResult], None],
    ) -> None:
        """`landed` is told of every execution as it is judged; without a cache every run is made.

        Raises:
            InvalidField: the problem's checker does not exist or does not fit its tests.
        """
        self._batch = batch
        self._landed = landed
        self._result_output_bytes = result_output_bytes if batch.options.include_outputs else 0
        self._judge = Judge(batch.problem)
        self._runs = tuple(run_of(test.body) for test in batch.problem.tests)
        if cache is not None and not batch.options.fresh:
            executor = Recalling(executor, cache, self._runs, batch.problem.limits)
        self._executor = self._with_checker(executor)

    async def verify(self, arrived: Arrived, executions: list[ExecutionResult]) -> CandidateResult:
        """Return the candidate's result; `executions` grows meanwhile, for whoever cancels this.

        Raises:
            InvalidField: a test program cannot be used, by this candidate or any other.
            ValueError: the executor answered other runs than it was asked.
        """
        try:
            left_out_because = await self._execute(arrived, executions)
        except BrokenTestProgram as error:
            test = self._batch.problem.tests[len(executions)].body
            place, problem, allowed = USABLE[type(test)]
            field = f"tests[{len(executions)}].{place}"
            raise InvalidField(field, f"{problem}: {error}", allowed) from None
        if left_out_because:
            for run_index in range(len(executions), len(self._runs)):
                executions.append(self._judge.skipped(run_index, left_out_because, arrived.queued_at_ns))
        return concluded(arrived.candidate.id, executions, len(self._runs))

    async def _execute(self, arrived: Arrived, executions: list[ExecutionResult]) -> str:
        """Let `executions` grow as far as the tests are run; return why the rest are not."""
        left_out_because = ""
        allowance = OutputAllowance(self._result_output_bytes)
        async with aclosing(self._executor.execute(self._request(arrived))) as answers:
            async for answer in answers:
                if answer.run_index != len(executions):
                    raise ValueError(f"run {answer.run_index} was answered, {len(executions)} was due")
                execution = allowance.cut(await self._judged(answer, arrived.queued_at_ns))
                executions.append(execution)
                self._landed(execution)
                left_out_because = self._why_no_more(execution)
                if left_out_because and len(executions) < len(self._runs):
                    break
        return left_out_because

    def _with_checker(self, executor: Executor) -> Executor:
        checker = self._batch.problem.checker.program
        if checker is None:
            return executor
        stops = self._batch.options.stop_at_first_failure
        return Checking(
            executor, checker, self._judge.check_of, lambda answer: stops and self._judge.has_failed(answer)
        )

    def _request(self, arrived: Arrived) -> ExecutionRequest:
        candidate = arrived.candidate
        return ExecutionRequest(
            batch_id=self._batch.id,
            candidate_id=candidate.id,
            program=Program(candidate.language, candidate.source),
            runs=self._runs,
            limits=self._batch.problem.limits,
        )

    async def _judged(self, answer: Answer, queued_at_ns: int) -> ExecutionResult:
        if self._judge.is_heavy(answer):
            return await asyncio.to_thread(self._judge.judge, answer, queued_at_ns)
        return self._judge.judge(answer, queued_at_ns)

    def _why_no_more(self, execution: ExecutionResult) -> str:
        if execution.verdict is Verdict.COMPILE_ERROR:
            return "the program did not compile"
        failed = execution.verdict is not Verdict.ACCEPTED and execution.verdict not in NOT_JUDGED
        if failed and self._batch.options.stop_at_first_failure:
            return f"test {execution.test_id} had failed, and the batch stops at a first failure"
        return ""
