"""The engine: batches in, events out. It owns the queue, the slots of the executor and the drain.

A batch goes through these modules, in this order: `admission` (is there room), `arrivals` (candidates
in order), `dedupe` (has this program run), `verification` (execute, judge), `early_stop` (has the
batch seen enough) and `tally` (clusters, picks, cost); `batch_run` leads it through.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from verifierd.batches.admission import Admission
from verifierd.batches.arrivals import Arrivals, Candidates
from verifierd.batches.batch_run import BatchRun
from verifierd.batches.earlier import NOTHING_EARLIER, Earlier
from verifierd.batches.landing import Step
from verifierd.batches.probing import candidates_for_probes
from verifierd.batches.settings import EngineSettings
from verifierd.batches.slots import Slots
from verifierd.execution.executor import Executor
from verifierd.execution.result_cache import ResultCache
from verifierd.logs import get_logger
from verifierd.model import Batch, BatchEvent
from verifierd.observing import NOBODY, CacheLoad, Load, Observer

# Cancelled candidates need no more than a sandbox's reset; beyond that the reader of events is gone.
CANCEL_GRACE_S = 10.0


class Engine:
    """Verifies any number of batches at a time, as many candidates together as the executor has room for."""

    def __init__(
        self,
        executor: Executor,
        settings: EngineSettings | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
        observer: Observer = NOBODY,
    ) -> None:
        """`clock_ns` gives epoch nanoseconds; `observer` is told what happens."""
        self._executor = executor
        self._settings = settings or EngineSettings()
        self._clock_ns = clock_ns
        self._observer = observer
        self._admission = Admission(self._settings.queue)
        cache_bytes = self._settings.result_cache_bytes
        self._cache = ResultCache(cache_bytes, executor.capacity) if cache_bytes else None
        self._slots = Slots(executor.capacity)
        self._runs: dict[str, BatchRun] = {}
        self._log = get_logger(__name__)

    async def run(
        self, batch: Batch, candidates: Candidates, earlier: Earlier = NOTHING_EARLIER
    ) -> AsyncGenerator[BatchEvent, None]:
        """Yield a batch's events: accepted, each candidate as it finishes, the summary last.

        A list of candidates is a closed batch. An async iterable is an open one: candidates are taken
        from it as they are decoded, and where the batch stops early, `StopDecided` says so to the
        sampler; nothing is taken after it. Closing the generator cancels the batch.

        A closed batch goes on from `earlier` results, as if they had just landed; no event tells of them.

        Raises:
            InvalidField: the problem's checker does not exist or does not fit its tests, or a test program
                is broken.
            QueueFull: as much is in flight as may be.
            Draining: the engine takes no new work.
            Exception: whatever the source of an open batch's candidates raises.
        """
        async with aclosing(self.steps(batch, candidates, earlier)) as steps:
            async for step in steps:
                for event in step:
                    yield event

    async def steps(
        self, batch: Batch, candidates: Candidates, earlier: Earlier = NOTHING_EARLIER
    ) -> AsyncGenerator[Step, None]:
        """Yield the events of `run`, those together that came to be in the same moment. Raises the same."""
        arrivals = Arrivals(candidates, self._clock_ns)
        places = self._settings.results_ahead if arrivals.is_open else arrivals.total
        with self._admission.admitted(places) as ticket:
            probes = await candidates_for_probes(batch, self._executor, self._slots)
            run = BatchRun(
                batch,
                probes,
                arrivals,
                self._executor,
                self._cache,
                self._slots,
                ticket,
                self._settings,
                self._clock_ns,
                earlier,
                self._observer,
            )
            self._runs[batch.id] = run
            try:
                async with aclosing(run.steps()) as steps:
                    async for step in steps:
                        yield step
            finally:
                del self._runs[batch.id]

    @property
    def is_draining(self) -> bool:
        """Tell whether no new work is taken."""
        return self._admission.is_closed

    def load(self) -> Load:
        """Return what is in hand at this moment."""
        standings = [run.standing() for run in self._runs.values()]
        queued = [each.oldest_queued_at_ns for each in standings if each.oldest_queued_at_ns is not None]
        return Load(
            batches=len(standings),
            candidates_waiting=sum(each.waiting for each in standings),
            candidates_running=sum(each.running for each in standings),
            oldest_queued_at_ns=min(queued, default=None),
            slots=self._executor.capacity,
            is_draining=self.is_draining,
            result_cache=CacheLoad() if self._cache is None else self._cache.load(),
        )

    def cancel(self, batch_id: str) -> bool:
        """Stop a batch; its events still come to their end. False: there is no such batch in flight."""
        run = self._runs.get(batch_id)
        if run is None:
            return False
        run.cancel()
        return True

    def capacity_changed(self) -> None:
        """Learn that the executor has room for more requests than before, or for fewer."""
        self._slots.resize(self._executor.capacity)

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        """Cancel one candidate of a batch in flight, unless it has its verdict."""
        run = self._runs.get(batch_id)
        if run is not None:
            run.give_up(candidate_id)

    async def drain(self, timeout_s: float) -> bool:
        """Take no new work and wait for what is in flight; after `timeout_s` seconds cancel what is left.

        Returns:
            True if everything ended by itself in time.
        """
        self._admission.close()
        self._log.info("drain_started", batches=len(self._runs), timeout_s=timeout_s)
        try:
            await asyncio.wait_for(self._admission.empty(), timeout_s)
        except TimeoutError:
            self._log.warning("drain_timed_out", batches=len(self._runs))
        else:
            return True
        for run in tuple(self._runs.values()):
            run.cancel()
        try:
            await asyncio.wait_for(self._admission.empty(), CANCEL_GRACE_S)
        except TimeoutError:
            self._log.error("batches_abandoned", batches=len(self._runs))
        return False
