"""Durable batches at work, each from its record to its end; which of them and when, others decide."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Collection, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from verifierd.audit import errors as audit
from verifierd.audit.entries import BatchAbandoned, BatchStarted, Entry
from verifierd.audit.reading import batch_begun, results_of
from verifierd.audit.store import Store
from verifierd.batches.chronicle import Chronicle
from verifierd.batches.earlier import Earlier, Judged
from verifierd.batches.landing import Step
from verifierd.batches.recorded import Recorder, why_abandoned
from verifierd.durable.reaching import reachable
from verifierd.durable.standing import standing_of
from verifierd.durable.submission import RequestSource
from verifierd.errors import Draining, QueueFull, RecordsUnavailable
from verifierd.logs import bound_ids, get_logger
from verifierd.model import BatchFinished


@dataclass(slots=True)
class _Run:
    """A batch in hand.

    Attributes:
        is_cancelled: what has no result yet is CANCELLED.
        taken_at_ns: when it went on record that this daemon has it; None: not yet.
        is_new: it has begun by its record, and nothing of it in the engine yet, which may be full.
        is_let_go: another front end has it.
    """

    is_cancelled: bool
    taken_at_ns: int | None = None
    is_new: bool = False
    is_let_go: bool = False
    task: asyncio.Task[bool] | None = None


class Runs:
    """Sees batches through. What one needs lies in the store until it begins.

    So one that was just accepted, one that a crash interrupted and one that another front end had go the
    same way. The first step is to say in the store whose it is now: what others tell of it counts no more.
    """

    def __init__(self, recorder: Recorder, store: Store, source: RequestSource) -> None:
        """`source` reads requests again."""
        self._recorder = recorder
        self._store = store
        self._source = source
        self._runs: dict[str, _Run] = {}
        self._log = get_logger(__name__)

    def begin(self, batch_id: str, *, is_cancelled: bool = False) -> asyncio.Task[bool]:
        """Run a batch that is in the store, or return the run that is under way.

        The task tells whether nothing more is to be done for the batch; it is cancelled where it was let go.
        """
        run = self._runs.get(batch_id)
        if run is None:
            run = self._runs[batch_id] = _Run(is_cancelled)
            # In a context of its own: what is logged of it names no caller who happened to be there.
            run.task = asyncio.create_task(self._see_through(batch_id, run), context=contextvars.Context())
            run.task.add_done_callback(lambda _: self._runs.pop(batch_id))
        elif is_cancelled:
            self.cancel(batch_id)
        assert run.task is not None  # noqa: S101 - set beside it
        return run.task

    def cancel(self, batch_id: str) -> None:
        """End a batch early, if it is in hand: what has no result yet is CANCELLED."""
        if (run := self._runs.get(batch_id)) is not None:
            run.is_cancelled = True
            self._recorder.engine.cancel(batch_id)

    @property
    def taken(self) -> Collection[str]:
        """Return the batches that are in hand by their records, too."""
        return [batch_id for batch_id, run in self._runs.items() if run.taken_at_ns is not None]

    def is_let_go(self, batch_id: str) -> bool:
        """Tell whether a batch is on its way out, since another front end has it."""
        run = self._runs.get(batch_id)
        return run is not None and run.is_let_go

    def let_go(self, batch_id: str) -> None:
        """Stop at once what is in hand, because another front end has it. Nothing is told of it any more."""
        run = self._runs.get(batch_id)
        if run is None or run.task is None or run.taken_at_ns is None or run.is_let_go:
            return
        run.is_let_go = True
        run.task.cancel()
        with bound_ids(batch_id=batch_id):
            self._log.warning("batch_let_go", reason="another front end has it, or it has ended there")

    async def stop(self) -> None:
        """Stop all at once; they are gone on with where they stand, by whoever takes them next."""
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_through(self, batch_id: str, run: _Run) -> bool:
        with bound_ids(batch_id=batch_id):
            while True:
                try:
                    return await self._run(batch_id, run)
                except (QueueFull, RecordsUnavailable) as busy:
                    await asyncio.sleep(busy.retry_after_s)
                    await self._recorder.scribe.flush()  # so that the store has all that landed
                except Draining:
                    return False
                except Exception as error:  # no other batch is to wait for this one
                    self._log.exception("durable_batch_failed")
                    return await self._abandon(batch_id, error)

    async def _run(self, batch_id: str, run: _Run) -> bool:
        if run.taken_at_ns is None and not await self._take(batch_id, run):
            return True
        with reachable():
            standing = await asyncio.to_thread(standing_of, self._store, batch_id)
            begun = await asyncio.to_thread(batch_begun, self._store, batch_id, with_messages=True)
        if standing is None or begun is None or standing.is_finished:
            return True
        recorder, row = self._recorder, standing.row
        batch, candidates = await self._source.read(begun)
        run.is_cancelled = run.is_cancelled or row.cancel_reason is not None
        chronicle = Chronicle(
            batch_id, candidates, recorder.worker_id, recorder.clock_ns, after=standing.last_sequence
        )
        is_new = run.is_new or row.started_at_ns == run.taken_at_ns
        known = self._known(batch_id) if row.candidates_finished else ()
        earlier = Earlier(known, row.started_at_ns, run.is_cancelled, is_resumed=not is_new)
        with bound_ids(trace_id=begun.asker.trace_id):
            async with aclosing(recorder.engine.steps(batch, candidates, earlier)) as steps:
                await anext(steps)  # that it was accepted, which was told when it was
                if run.is_cancelled:  # while it was being made ready
                    recorder.engine.cancel(batch_id)
                async for step in steps:
                    if not await self._keep(step, chronicle.entries(step)):
                        return False
        return True

    async def _take(self, batch_id: str, run: _Run) -> bool:
        """Have it on record whose the batch is; false: it has ended, or is there no more."""
        now_ns, scribe = self._recorder.clock_ns(), self._recorder.scribe
        try:
            with reachable():
                (record,) = await scribe.committed(BatchStarted(batch_id, now_ns, scribe.front_end))
        except audit.UnknownBatch:
            return False
        run.taken_at_ns = now_ns
        return record is not None

    async def _keep(self, step: Step, entries: tuple[Entry, ...]) -> bool:
        """Store what is to be told; false: the end was not taken, since it is another's to tell.

        The end is waited for: a batch whose end is refused needs another.
        """
        if not isinstance(step[-1], BatchFinished):
            await self._recorder.scribe.put(*entries)
            return True
        with reachable():
            return None not in await self._recorder.scribe.committed(*entries)

    def _known(self, batch_id: str) -> Iterator[Judged]:
        with reachable():
            for judged, has_outputs in results_of(self._store, batch_id):
                digest = bytes.fromhex(judged.program_sha256)
                yield Judged(judged.position, digest, judged.result, judged.cost, has_outputs)

    async def _abandon(self, batch_id: str, error: Exception) -> bool:
        now_ns = self._recorder.clock_ns()
        abandoned = BatchAbandoned(batch_id, now_ns, why_abandoned(error))
        try:
            return None not in await self._recorder.scribe.committed(abandoned)
        except audit.StoreError:  # the writer has ended: it is for whoever goes on with the batch
            return False
