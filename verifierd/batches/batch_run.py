"""One batch's life: take candidates in, verify each distinct program, stop early, sum up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, starmap

from verifierd.batches.admission import Ticket
from verifierd.batches.arrivals import Arrivals, Arrived
from verifierd.batches.dedupe import Programs
from verifierd.batches.earlier import Earlier
from verifierd.batches.early_stop import EarlyStop, StopReason
from verifierd.batches.pace import Pace
from verifierd.batches.probing import Probing
from verifierd.batches.settings import EngineSettings
from verifierd.batches.stop_rules import StopRules
from verifierd.batches.suite import Progress
from verifierd.batches.tally import Tally
from verifierd.batches.verification import Verification
from verifierd.errors import InvalidField
from verifierd.execution.executor import Executor
from verifierd.execution.result_cache import ResultCache
from verifierd.judging.candidates import cancelled, failed_by_us, has_no_code, without_code
from verifierd.logs import get_logger
from verifierd.model import (
    Batch,
    BatchAccepted,
    BatchEvent,
    BatchFinished,
    CandidateFinished,
    CandidateResult,
    ClustersChanged,
    Cost,
    ProbeInput,
    StopDecided,
)

# After so many turns of the event loop the first program runs, while the first event is sent.
TURNS_TO_A_SANDBOX = 2

GIVEN_UP = "its sampler gave it up"


Step = tuple[BatchEvent, ...]
"""Events that came to be in the same moment, such as the results of equal programs."""


@dataclass(slots=True)
class _Unfinished:
    """A candidate without a result, and what has landed of it so far."""

    arrived: Arrived
    progress: Progress = field(default_factory=Progress)


class BatchRun:
    """Runs once. `slots` is shared by all batches, and a batch never queues for more than one of them.

    That makes scheduling fair: slots go first come, first served, so batches take turns at them, and a
    batch of one candidate waits for one turn of each other batch, however large those are.
    """

    def __init__(
        self,
        batch: Batch,
        probes: Sequence[ProbeInput],
        arrivals: Arrivals,
        executor: Executor,
        cache: ResultCache | None,
        slots: asyncio.Semaphore,
        ticket: Ticket,
        settings: EngineSettings,
        clock_ns: Callable[[], int],
        earlier: Earlier,
    ) -> None:
        self._batch = batch
        self._earlier = earlier
        self._is_let_go = False
        self._arrivals = arrivals
        self._slots = slots
        self._ticket = ticket
        self._clock_ns = clock_ns
        self._stop = EarlyStop(batch.options, batch.deadline_at_ns, clock_ns)
        self._probing = Probing(batch.problem.probes, probes)
        self._judging = tuple(test.judges for test in batch.problem.tests)
        self._verification = Verification(
            batch, probes, executor, cache, settings.result_output_bytes, self._stop.saw_execution
        )
        self._programs = Programs(settings.kept_result_bytes)
        self._tally = Tally(settings, batch, probes)
        self._stop_rules = StopRules(batch.options, self._tally)
        self._view_pace = Pace(growth=1.5, last=self._tally.light_candidates)
        self._unfinished: dict[int, _Unfinished] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._given_up: set[str] = set()
        self._landed: asyncio.Queue[Step | None] = asyncio.Queue()
        # A candidate takes room when it is taken in and leaves it when its result has been taken out:
        # so neither a sampler nor a slow reader makes the batch grow in memory.
        self._room = asyncio.Semaphore(settings.results_ahead)
        self._refusal: InvalidField | None = None
        self._log = get_logger(__name__).bind(batch_id=batch.id)
        if earlier.is_cancelled:
            self.cancel()

    def cancel(self) -> None:
        """Stop the batch: what has no result yet is CANCELLED, and the events come to their end."""
        self._stop.decide(StopReason.CANCELLED)

    def give_up(self, candidate_id: str) -> None:
        """Cancel one candidate, which may still be on its way in.

        One that has its verdict keeps it, and one that equal candidates wait for is verified all the same.
        """
        self._given_up.add(candidate_id)
        of_that_id = (each for each in self._unfinished.values() if each.arrived.candidate.id == candidate_id)
        unfinished = next(of_that_id, None)
        if unfinished is None or not self._programs.abandoned(unfinished.arrived):
            return
        self._finish(unfinished.arrived, self._cancelled(unfinished, GIVEN_UP))
        if (task := self._running.get(unfinished.arrived.position)) is not None:
            task.cancel()
            self._end_probing(was_seen=False)

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Yield the batch's events to the summary. Closed early, it cancels what is left.

        Raises:
            InvalidField: the problem turned out to be one that nothing can be judged by.
            Exception: whatever the source of an open batch's candidates raised.
        """
        started_at_ns = self._earlier.started_at_ns or self._clock_ns()
        tests = len(self._batch.problem.tests)
        self._log.info(
            "batch_started", problem_id=self._batch.problem.id, candidates=self._arrivals.total, tests=tests
        )
        working = asyncio.create_task(self._work())
        try:
            for _ in range(TURNS_TO_A_SANDBOX):
                await asyncio.sleep(0)
            yield (BatchAccepted(self._batch.id, self._arrivals.total),)
            while (step := await self._landed.get()) is not None:
                for event in step:
                    if isinstance(event, CandidateFinished):
                        self._room.release()
                yield step
            await working
        except BaseException:  # the reader has gone, or the source of candidates failed
            self.cancel()
            raise
        else:
            yield (await self._summary(started_at_ns),)
        finally:
            working.cancel()
            try:
                await asyncio.gather(working, return_exceptions=True)
            finally:
                self._log.info("batch_ended", stop_reason=self._stop.reason, **self._tally.figures())

    async def _summary(self, started_at_ns: int) -> BatchFinished:
        asked = (self._batch.id, self._stop.reason, started_at_ns, self._clock_ns())
        if self._tally.is_heavy:
            return await asyncio.to_thread(self._tally.summary, *asked)
        return self._tally.summary(*asked)

    async def _work(self) -> None:
        try:
            if self._earlier.judged:
                await self._taken_up()
            self._stop.saw_time()
            async with self._stop.ends():
                if not self._stop.is_decided:
                    await self._verify_all()
            if self._refusal is not None:
                raise self._refusal
            if self._stop.is_decided:
                await self._cancel_rest()
        finally:
            self._landed.put_nowait(None)

    async def _taken_up(self) -> None:
        """Have what was known before counted by a thread of its own: others wait for the event loop's.

        Cancelled, it waits until that thread has let go of this batch, at the next result.
        """
        thread = ThreadPoolExecutor(1, "taking-up")
        taking = asyncio.get_running_loop().run_in_executor(thread, self._take_up)
        thread.shutdown(wait=False)  # ends it after this
        try:
            await asyncio.shield(taking)
        finally:
            self._is_let_go = True
            await asyncio.wait((taking,))
        self._log.info("batch_resumed", **self._tally.figures())

    def _take_up(self) -> None:
        """Count what was known before as if it landed now; nobody is told of it again, and nothing runs."""
        for known in self._earlier.judged:
            if self._is_let_go:
                return
            self._arrivals.leave_out(known.position)
            if known.has_outputs:
                self._programs.remember(known.program_digest, known.result)
            for execution in known.executions:
                self._stop.saw_execution(execution)
            self._count(known.position, known.result, known.cost)
            if known.was_run:
                self._probing.took_up()
                self._end_probing(was_seen=bool(known.result.probes))

    async def _verify_all(self) -> None:
        """Take every candidate in and see all of them through."""
        try:
            while (arrived := await self._next()) is not None:
                if not self._needs_run(arrived):
                    continue
                await self._probing.begins()
                await self._slots.acquire()
                if arrived.position in self._unfinished:
                    self._begin(arrived)
                else:  # given up while it waited
                    self._slots.release()
                    self._end_probing(was_seen=False)
            while self._running:
                await asyncio.wait(self._running.values())
        finally:
            running = tuple(self._running.values())
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)

    def _begin(self, arrived: Arrived) -> None:
        task = self._running[arrived.position] = asyncio.create_task(self._verify(arrived))
        task.add_done_callback(lambda _: self._running.pop(arrived.position, None))
        task.add_done_callback(lambda _: self._slots.release())

    async def _next(self) -> Arrived | None:
        await self._room.acquire()
        arrived = await self._arrivals.next()
        if arrived is not None:
            self._unfinished[arrived.position] = _Unfinished(arrived)
        return arrived

    def _needs_run(self, arrived: Arrived) -> bool:
        candidate = arrived.candidate
        if candidate.id in self._given_up:
            self._finish(arrived, self._cancelled(self._unfinished[arrived.position], GIVEN_UP))
            return False
        if candidate.lacks_code or has_no_code(candidate.source):
            self._finish(arrived, without_code(candidate.id, self._judging, candidate.lacks_code))
            return False
        known = self._programs.known(arrived)
        if known is not None:
            self._finish(arrived, known)
            return False
        return self._programs.is_first(arrived)

    async def _verify(self, arrived: Arrived) -> None:
        progress = self._unfinished[arrived.position].progress
        try:
            result = await self._verification.verify(arrived, progress)
        except InvalidField as refusal:
            self._refusal = refusal
            self.cancel()
            return
        except Exception as error:  # one candidate's trouble must not become the batch's
            self._log.exception("candidate_not_judged", candidate_id=arrived.candidate.id)
            cause = f"the service failed while judging it ({type(error).__name__}); its log says more"
            landed = progress.executions, self._judging, cause, progress.seen
            result = failed_by_us(arrived.candidate.id, *landed)
        if arrived.position not in self._unfinished:  # given up at this very moment
            return
        self._finish_equals(arrived, result)

    def _end_probing(self, *, was_seen: bool) -> None:
        """Take down that a program needs the probe inputs no longer, and whether it was seen on them."""
        kept = self._probing.ended(was_seen, self._tally.clustering)
        if kept is not None:
            self._verification.keep_probes(kept)

    def _finish_equals(self, arrived: Arrived, result: CandidateResult) -> None:
        """Finish a candidate that ran, and those of the same program that waited for it, in one step.

        Probe inputs are chosen before the others count, as when this is taken up after an interruption.
        """
        step = [*self._finished(arrived, result)]
        self._end_probing(was_seen=bool(result.probes))
        step += chain.from_iterable(starmap(self._finished, self._programs.finished(arrived, result)))
        self._landed.put_nowait(tuple(step))

    def _finish(self, arrived: Arrived, result: CandidateResult) -> None:
        self._landed.put_nowait(tuple(self._finished(arrived, result)))

    def _finished(self, arrived: Arrived, result: CandidateResult) -> Iterator[BatchEvent]:
        """Count a result, and yield what is to be told of it."""
        del self._unfinished[arrived.position]
        cost = self._tally.bill(arrived.candidate, result)
        self._count(arrived.position, result, cost)
        extracted = arrived.candidate.source if arrived.candidate.is_extracted else None
        yield CandidateFinished(result, cost, extracted)
        if self._arrivals.is_open and self._view_pace.is_due(arrived.position + 1):
            yield ClustersChanged(self._tally.clusters())
        self._log.debug(
            "candidate_judged",
            candidate_id=result.candidate_id,
            verdict=result.verdict.name,
            duplicate_of=result.duplicate_of,
        )

    def _count(self, position: int, result: CandidateResult, cost: Cost) -> None:
        self._tally.add(position, result, cost)
        if not self._arrivals.is_open:
            self._ticket.judged()
        self._stop.saw_candidate(result)
        if not self._stop.is_decided and (reason := self._stop_rules.reason(result)) is not None:
            self._stop.decide(reason)

    async def _cancel_rest(self) -> None:
        """Give every candidate that is left its result, and tell a sampler to stop."""
        if self._arrivals.is_open:
            self._landed.put_nowait((StopDecided(self._stop.reason.value, ()),))
        for unfinished in tuple(self._unfinished.values()):
            arrived, progress = unfinished.arrived, unfinished.progress
            if self._verification.is_complete(progress):  # the stop came between its last run and its verdict
                self._finish_equals(arrived, self._verification.concluded(arrived, progress))
        for unfinished in tuple(self._unfinished.values()):
            self._finish(unfinished.arrived, self._cancelled(unfinished, self._stopped))
        for arrived in self._arrivals.left():
            await self._room.acquire()
            self._unfinished[arrived.position] = _Unfinished(arrived)
            self._finish(arrived, self._cancelled(self._unfinished[arrived.position], self._stopped))

    @property
    def _stopped(self) -> str:
        return f"the batch was stopped ({self._stop.reason})"

    def _cancelled(self, unfinished: _Unfinished, why: str) -> CandidateResult:
        return cancelled(
            unfinished.arrived.candidate.id,
            unfinished.progress.executions,
            self._judging,
            why,
            unfinished.progress.seen,
        )
