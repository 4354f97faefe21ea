"""One candidate from program to verdict: run its tests and probe inputs, judge each answer as it lands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence, Set
from contextlib import aclosing

from sandboxes.model import BrokenTestProgram, Program, Run, StdioRun
from verifierd.batches.arrivals import Arrived
from verifierd.batches.outputs import OutputAllowance
from verifierd.batches.suite import PATIENCE, Progress, Suite, unseen
from verifierd.execution.checking import Checking
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.recalling import Recalling
from verifierd.execution.result_cache import ResultCache
from verifierd.execution.varying import may_vary
from verifierd.judging.answers import Answer
from verifierd.judging.candidates import NOT_JUDGED, Seen, concluded
from verifierd.judging.judge import Judge
from verifierd.judging.probes import seen
from verifierd.model import Batch, CandidateResult, ExecutionResult, ProbeInput, ProbeResult, Verdict
from verifierd.observing import Observer, Stage


class Verification:
    """Verifies the candidates of one batch, any number at a time."""

    def __init__(
        self,
        batch: Batch,
        probes: Sequence[ProbeInput],
        executor: Executor,
        cache: ResultCache | None,
        result_output_bytes: int,
        landed: Callable[[ExecutionResult], None],
        observer: Observer,
    ) -> None:
        """`landed` is told of every execution as it is judged; without a cache every run is made.

        Raises:
            InvalidField: the problem's checker does not exist or does not fit its tests.
        """
        self._batch = batch
        self._landed = landed
        self._observer = observer
        self._result_output_bytes = result_output_bytes if batch.options.include_outputs else 0
        self._probes = list(probes)
        self._judge = Judge(batch.problem, probes)
        self._suite = Suite(batch.problem.tests, probes)
        if cache is not None and not batch.options.fresh:
            executor = Recalling(executor, cache, self._suite.runs, batch.problem.limits)
        self._executor = self._with_checker(executor)

    async def verify(self, arrived: Arrived, progress: Progress) -> CandidateResult:
        """Return the candidate's result; `progress` grows meanwhile, for whoever cancels this.

        Raises:
            InvalidField: a test program cannot be used, by this candidate or any other.
            ValueError: the executor answered other runs than it was asked.
        """
        left_out_because = await self._execute(arrived, progress)
        if left_out_because:
            self._leave_out(progress, left_out_because, arrived.queued_at_ns)
        elif self._is_to_repeat(arrived, progress):
            await self._repeat(arrived, progress)
        self._observer.stage_took(Stage.JUDGE, progress.judging_ns / 1e9)
        return concluded(arrived.candidate.id, progress.executions, self._suite.judging, progress.seen)

    def keep_probes(self, kept: Set[str]) -> None:
        """Run no other probe inputs of candidates that begin from now on; others have ended."""
        self._probes = [each for each in self._probes if each.id in kept]
        self._suite.keep_probes(kept)

    def is_complete(self, progress: Progress) -> bool:
        """Tell whether all has landed that a verdict rests on."""
        return self._suite.is_complete(progress)

    def concluded(self, arrived: Arrived, progress: Progress) -> CandidateResult:
        """Return the result of a candidate that was stopped after all that its verdict rests on.

        Without the second runs that were due nobody knows whether it is a guide, so nothing is told of them.
        """
        seen = Seen() if self._is_to_repeat(arrived, progress) else progress.seen
        return concluded(arrived.candidate.id, progress.executions, self._suite.judging, seen)

    def _is_to_repeat(self, arrived: Arrived, progress: Progress) -> bool:
        is_given_up = len(progress.slow_probes) >= PATIENCE
        return bool(self._probes) and not is_given_up and may_vary(self._program(arrived))

    async def _execute(self, arrived: Arrived, progress: Progress) -> str:
        """Run what is due until nothing is; return why the rest is not run."""
        allowance = OutputAllowance(self._result_output_bytes)

        def leave_out(place: int, why: str) -> ExecutionResult:
            return self._judge.skipped(place, why, arrived.queued_at_ns)

        while places := self._suite.due(progress):
            answered, patience = 0, _patience(progress)
            try:
                async with aclosing(self._executor.execute(self._request(arrived, places))) as answers:
                    async for answer in answers:
                        if answer.run_index != answered:
                            raise ValueError(f"run {answer.run_index} was answered, {answered} was due")
                        place = places[answered]
                        execution = await self._judged(answer.at(place, answer.attempts), arrived, progress)
                        self._suite.pass_over(progress, leave_out)
                        self._take(progress, place, allowance.cut(execution))
                        answered += 1
                        why = self._why_no_more(place, execution)
                        if why and answered < len(places):
                            return why
                        if _patience(progress) != patience:
                            break
            except BrokenTestProgram as error:
                self._suite.is_unusable(places[answered], str(error))
            else:
                if answered < len(places) and patience == _patience(progress):
                    raise ValueError(f"{answered} of {len(places)} runs were answered")
            self._suite.pass_over(progress, leave_out)
        if len(progress.slow_probes) >= PATIENCE:
            self._fill_in(progress.seen.probes, progress.slow_probes[-1])
        return ""

    async def _repeat(self, arrived: Arrived, progress: Progress) -> None:
        """Run the probe inputs a second time, up to the first on which the program does something else."""
        places = self._suite.probe_places
        async with aclosing(self._executor.execute(self._request(arrived, places))) as answers:
            async for answer in answers:
                place = places[len(progress.seen.repeats)]
                execution = await self._judged(answer.at(place, answer.attempts), arrived, progress)
                probe = self._probes[len(progress.seen.repeats)]
                progress.seen.repeats.append(seen(execution, probe))
                self._landed(execution)
                if progress.seen.nondeterministic:
                    break

    def _take(self, progress: Progress, place: int, execution: ExecutionResult) -> None:
        is_slow = execution.verdict is Verdict.TIME_LIMIT_EXCEEDED
        if place < self._suite.tests_total:
            progress.executions.append(execution)
            progress.slow_tests += is_slow and not self._suite.judges(place)
        else:
            if is_slow:
                progress.slow_probes.append(execution)
            probe = self._probes[len(progress.seen.probes)]
            progress.seen.probes.append(seen(execution, probe))
            if execution.verdict is Verdict.COMPILE_ERROR:
                progress.seen.not_built = f"probe input {execution.test_id}: {execution.detail}"
        self._landed(execution)

    def _leave_out(self, progress: Progress, why: str, queued_at_ns: int) -> None:
        """Fill in what was not run because of a test."""
        executions, probes = progress.executions, progress.seen.probes
        for place in range(len(executions), self._suite.tests_total):
            executions.append(self._judge.skipped(place, why, queued_at_ns))
        not_built = next((each for each in executions if each.verdict is Verdict.COMPILE_ERROR), None)
        if not_built is not None or progress.seen.not_built:
            self._fill_in(probes, not_built or probes[0])

    def _fill_in(self, probes: list[ProbeResult], like: ExecutionResult | ProbeResult) -> None:
        """Give the probe inputs that were not run the behaviour that is known of the candidate."""
        probes.extend(unseen(each.id, like) for each in self._probes[len(probes) :])

    def _with_checker(self, executor: Executor) -> Executor:
        checker = self._batch.problem.checker.program
        if checker is None:
            return executor
        return Checking(executor, checker, self._check_of, self._stops_at)

    def _check_of(self, run: Run, answer: Answer) -> StdioRun | None:
        return self._judge.check_of(self._in_place(run, answer))

    def _stops_at(self, run: Run, answer: Answer) -> bool:
        stops = self._batch.options.stop_at_first_failure
        judges = self._suite.judges(self._suite.place_of(run))
        return stops and judges and self._judge.has_failed(self._in_place(run, answer))

    def _in_place(self, run: Run, answer: Answer) -> Answer:
        return answer.at(self._suite.place_of(run), answer.attempts)

    def _program(self, arrived: Arrived) -> Program:
        return Program(arrived.candidate.language, arrived.candidate.source)

    def _request(self, arrived: Arrived, places: Sequence[int]) -> ExecutionRequest:
        return ExecutionRequest(
            batch_id=self._batch.id,
            candidate_id=arrived.candidate.id,
            program=self._program(arrived),
            runs=self._suite.runs_at(places),
            limits=self._batch.problem.limits,
            tenant=self._batch.tenant,
            traceparent=self._observer.traceparent(self._batch),
            priority=self._batch.priority,
        )

    async def _judged(self, answer: Answer, arrived: Arrived, progress: Progress) -> ExecutionResult:
        began_ns = time.perf_counter_ns()
        if self._judge.is_heavy(answer):
            judged = await asyncio.to_thread(self._judge.judge, answer, arrived.queued_at_ns)
        else:
            judged = self._judge.judge(answer, arrived.queued_at_ns)
        progress.judging_ns += time.perf_counter_ns() - began_ns
        return judged

    def _why_no_more(self, place: int, execution: ExecutionResult) -> str:
        if execution.verdict is Verdict.COMPILE_ERROR:
            return "the program did not compile"
        judges = self._suite.judges(place)
        failed = execution.verdict is not Verdict.ACCEPTED and execution.verdict not in NOT_JUDGED
        if judges and failed and self._batch.options.stop_at_first_failure:
            return f"test {execution.test_id} had failed, and the batch stops at a first failure"
        return ""


def _patience(progress: Progress) -> tuple[bool, bool]:
    """Return whether no more generated tests are run of a candidate, and whether no more probe inputs."""
    return progress.slow_tests >= PATIENCE, len(progress.slow_probes) >= PATIENCE
