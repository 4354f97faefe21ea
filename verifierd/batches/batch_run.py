"""One batch's life: take candidates in, verify each distinct program, stop early, sum up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import chain, starmap

from verifierd.batches.admission import Ticket
from verifierd.batches.arrivals import Arrivals, Arrived
from verifierd.batches.dedupe import Programs
from verifierd.batches.earlier import Earlier, Judged, each_in_a_thread
from verifierd.batches.early_stop import EarlyStop, StopReason
from verifierd.batches.landing import Landing, Standing, Step, Unfinished
from verifierd.batches.probing import Probing
from verifierd.batches.settings import EngineSettings
from verifierd.batches.stop_rules import StopRules
from verifierd.batches.tally import Tally
from verifierd.batches.verification import Verification
from verifierd.errors import InvalidField
from verifierd.execution.executor import Executor
from verifierd.execution.result_cache import ResultCache
from verifierd.judging.candidates import failed_by_us, has_no_code, without_code
from verifierd.logs import get_logger
from verifierd.model import (
    Batch,
    BatchAccepted,
    BatchFinished,
    CandidateResult,
    ProbeInput,
    StopDecided,
)
from verifierd.observing import Observer

# After so many turns of the event loop the first program runs, while the first event is sent.
TURNS_TO_A_SANDBOX = 2

GIVEN_UP = "its sampler gave it up"


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
        observer: Observer,
    ) -> None:
        self._batch = batch
        self._observer = observer
        self._earlier = earlier
        self._arrivals = arrivals
        self._slots = slots
        self._clock_ns = clock_ns
        self._stop = EarlyStop(batch.options, batch.deadline_at_ns, clock_ns)
        self._probing = Probing(batch.problem.probes, probes)
        self._judging = tuple(test.judges for test in batch.problem.tests)
        self._verification = Verification(
            batch, probes, executor, cache, settings.result_output_bytes, self._stop.saw_execution, observer
        )
        self._programs = Programs(settings.kept_result_bytes)
        self._tally = Tally(settings, batch, probes)
        self._log = get_logger(__name__).bind(batch_id=batch.id)
        self._landing = Landing(
            batch,
            observer,
            self._tally,
            self._stop,
            StopRules(batch.options, self._tally),
            None if arrivals.is_open else ticket,
            settings.results_ahead,
            self._log,
        )
        self._running: dict[int, asyncio.Task[None]] = {}
        self._given_up: set[str] = set()
        self._refusal: InvalidField | None = None
        if earlier.is_cancelled:
            self.cancel()

    def standing(self) -> Standing:
        """Return where the candidates are that have no result yet."""
        return self._landing.standing(self._arrivals, self._running)

    def cancel(self) -> None:
        """Stop the batch: what has no result yet is CANCELLED, and the events come to their end."""
        self._stop.decide(StopReason.CANCELLED)

    def give_up(self, candidate_id: str) -> None:
        """Cancel one candidate, which may still be on its way in.

        One that has its verdict keeps it, and one that equal candidates wait for is verified all the same.
        """
        self._given_up.add(candidate_id)
        unfinished = self._landing.named(candidate_id)
        if unfinished is None or not self._programs.abandoned(unfinished.arrived):
            return
        self._cancel_one(unfinished, GIVEN_UP)
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
        if not self._earlier.is_resumed:
            self._log.info(
                "batch_started",
                request_id=self._batch.request_id,
                problem_id=self._batch.problem.id,
                candidates=self._arrivals.total,
                tests=tests,
            )
        self._observer.batch_began(self._batch, self._arrivals.total)
        working = asyncio.create_task(self._work())
        try:
            for _ in range(TURNS_TO_A_SANDBOX):
                await asyncio.sleep(0)
            yield (BatchAccepted(self._batch.id, self._arrivals.total),)
            while (step := await self._landing.next_step()) is not None:
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
                ended = self._stop.reason.value, started_at_ns, self._clock_ns()
                self._observer.batch_ended(self._batch, *ended)

    async def _work(self) -> None:
        try:
            if self._earlier.judged:
                await each_in_a_thread(self._earlier.judged, self._take_up)
            if self._earlier.is_resumed:
                figures = self._tally.figures()
                self._log.info("batch_resumed", request_id=self._batch.request_id, **figures)
            self._stop.saw_time()
            async with self._stop.ends():
                if not self._stop.is_decided:
                    await self._verify_all()
            if self._refusal is not None:
                raise self._refusal
            if self._stop.is_decided:
                await self._cancel_rest()
        finally:
            self._landing.end()

    def _take_up(self, known: Judged) -> None:
        """Count what was known before as if it landed now; nobody is told of it again, and nothing runs."""
        self._arrivals.leave_out(known.position)
        if known.has_outputs:
            self._programs.remember(known.program_digest, known.result)
        for execution in known.executions:
            self._stop.saw_execution(execution)
        self._landing.count(known.position, known.result, known.cost)
        if known.was_run:
            self._probing.took_up()
            self._end_probing(was_seen=bool(known.result.probes))

    async def _verify_all(self) -> None:
        """Take every candidate in and see all of them through."""
        try:
            while (unfinished := await self._next()) is not None:
                if not self._needs_run(unfinished):
                    continue
                await self._probing.begins()
                await self._slots.acquire()
                if unfinished.arrived.position in self._landing.unfinished:
                    self._begin(unfinished)
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

    async def _next(self) -> Unfinished | None:
        await self._landing.room()
        arrived = await self._arrivals.next()
        return None if arrived is None else self._landing.takes_in(arrived)

    def _needs_run(self, unfinished: Unfinished) -> bool:
        arrived, candidate = unfinished.arrived, unfinished.arrived.candidate
        if candidate.id in self._given_up:
            self._cancel_one(unfinished, GIVEN_UP)
            return False
        if candidate.lacks_code or has_no_code(candidate.source):
            self._landing.finish(arrived, without_code(candidate.id, self._judging, candidate.lacks_code))
            return False
        known = self._programs.known(arrived)
        if known is not None:
            self._landing.finish(arrived, known)
            return False
        return self._programs.is_first(arrived)

    def _begin(self, unfinished: Unfinished) -> None:
        position = unfinished.arrived.position
        task = self._running[position] = asyncio.create_task(self._verify(unfinished))
        task.add_done_callback(lambda _: self._running.pop(position, None))
        task.add_done_callback(lambda _: self._slots.release())

    async def _verify(self, unfinished: Unfinished) -> None:
        arrived, progress = unfinished.arrived, unfinished.progress
        try:
            result = await self._verification.verify(arrived, progress)
        except InvalidField as refusal:
            self._refusal = refusal
            self.cancel()
            return
        except Exception as error:  # one candidate's trouble must not become the batch's
            self._log.exception("candidate_not_judged", candidate_id=arrived.candidate.id)
            self._observer.judging_failed()
            cause = f"the service failed while judging it ({type(error).__name__}); its log says more"
            landed = progress.executions, self._judging, cause, progress.seen
            result = failed_by_us(arrived.candidate.id, *landed)
        if arrived.position not in self._landing.unfinished:  # given up at this very moment
            return
        self._finish_equals(arrived, result)

    def _finish_equals(self, arrived: Arrived, result: CandidateResult) -> None:
        """Finish a candidate that ran, and those of the same program that waited for it, in one step.

        Probe inputs are chosen before the others count, as when this is taken up after an interruption.
        """
        step = [*self._landing.finished(arrived, result)]
        self._end_probing(was_seen=bool(result.probes))
        step += chain.from_iterable(starmap(self._landing.finished, self._programs.finished(arrived, result)))
        self._landing.tell(*step)

    def _end_probing(self, *, was_seen: bool) -> None:
        """Take down that a program needs the probe inputs no longer, and whether it was seen on them."""
        kept = self._probing.ended(was_seen, self._tally.clustering)
        if kept is not None:
            self._verification.keep_probes(kept)

    async def _cancel_rest(self) -> None:
        """Give every candidate that is left its result, and tell a sampler to stop."""
        if self._arrivals.is_open:
            self._landing.tell(StopDecided(self._stop.reason.value, ()))
        for unfinished in tuple(self._landing.unfinished.values()):
            arrived, progress = unfinished.arrived, unfinished.progress
            if self._verification.is_complete(progress):  # the stop came between its last run and its verdict
                self._finish_equals(arrived, self._verification.concluded(arrived, progress))
        stopped = f"the batch was stopped ({self._stop.reason})"
        for unfinished in tuple(self._landing.unfinished.values()):
            self._cancel_one(unfinished, stopped)
        for arrived in self._arrivals.left():
            await self._landing.room()
            self._cancel_one(self._landing.takes_in(arrived), stopped)

    def _cancel_one(self, unfinished: Unfinished, why: str) -> None:
        self._landing.finish(unfinished.arrived, unfinished.cancelled(self._judging, why))

    async def _summary(self, started_at_ns: int) -> BatchFinished:
        asked = (self._batch.id, self._stop.reason, started_at_ns, self._clock_ns())
        if self._tally.is_heavy:
            return await asyncio.to_thread(self._tally.summary, *asked)
        return self._tally.summary(*asked)
