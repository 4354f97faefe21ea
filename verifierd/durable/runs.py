"""Durable batches at work: so many at a time, the oldest first, each from its record to its end."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass

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
    """A batch at work. One that was cancelled while it waited has no turn, and needs none.

    One that `is_new` has begun by its record, and nothing of it in the engine yet, which may be full.
    """

    has_turn: bool
    is_cancelled: bool
    is_new: bool = False
    task: asyncio.Task[None] | None = None


class Runs:
    """Sees accepted batches through. What one needs lies in the store until its turn has come.

    So one that was just accepted and one that a crash interrupted go the same way, and a batch that waits
    takes no more room than its id.
    """

    def __init__(self, recorder: Recorder, store: Store, source: RequestSource, at_a_time: int) -> None:
        self._recorder = recorder
        self._store = store
        self._source = source
        self._at_a_time = at_a_time
        self._waiting: dict[str, None] = {}  # in order
        self._runs: dict[str, _Run] = {}
        self._log = get_logger(__name__)

    def begin(self, batch_id: str) -> None:
        """Run a batch that is in the store, when its turn has come."""
        self._waiting[batch_id] = None
        self._start_those_due()

    def cancel(self, batch_id: str) -> None:
        """End a batch early: what has no result yet is CANCELLED. One that waits need not wait for that."""
        if batch_id in self._waiting:
            del self._waiting[batch_id]
            self._start(batch_id, _Run(has_turn=False, is_cancelled=True))
        elif (run := self._runs.get(batch_id)) is not None:
            run.is_cancelled = True
            self._recorder.engine.cancel(batch_id)

    async def stop(self) -> None:
        """Let go of all batches at once; they are gone on with where they stand after the next start."""
        self._waiting.clear()
        tasks = [run.task for run in self._runs.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start_those_due(self) -> None:
        while self._waiting and sum(run.has_turn for run in self._runs.values()) < self._at_a_time:
            batch_id = next(iter(self._waiting))
            del self._waiting[batch_id]
            self._start(batch_id, _Run(has_turn=True, is_cancelled=False))

    def _start(self, batch_id: str, run: _Run) -> None:
        self._runs[batch_id] = run
        # In a context of its own: what is logged of it names no caller who happened to be there.
        run.task = asyncio.create_task(self._see_through(batch_id, run), context=contextvars.Context())
        run.task.add_done_callback(lambda _: self._ended(batch_id))

    def _ended(self, batch_id: str) -> None:
        del self._runs[batch_id]
        self._start_those_due()

    async def _see_through(self, batch_id: str, run: _Run) -> None:
        with bound_ids(batch_id=batch_id):
            while True:
                try:
                    return await self._run(batch_id, run)
                except (QueueFull, RecordsUnavailable) as busy:
                    await asyncio.sleep(busy.retry_after_s)
                    await self._recorder.scribe.flush()  # so that the store has all that landed
                except Draining:
                    return None
                except Exception as error:  # no other batch is to wait for this one
                    self._log.exception("durable_batch_failed")
                    await self._abandon(batch_id, error)
                    return None

    async def _run(self, batch_id: str, run: _Run) -> None:
        with reachable():
            standing = await asyncio.to_thread(standing_of, self._store, batch_id)
            begun = await asyncio.to_thread(batch_begun, self._store, batch_id, with_messages=True)
        if standing is None or begun is None or standing.is_finished:
            return
        recorder, row = self._recorder, standing.row
        batch, candidates = await self._source.read(begun)
        run.is_cancelled = run.is_cancelled or row.cancel_reason is not None
        if row.started_at_ns is None:
            await recorder.scribe.put(BatchStarted(batch_id, recorder.clock_ns()))
            run.is_new = True
        chronicle = Chronicle(
            batch_id, candidates, recorder.worker_id, recorder.clock_ns, after=standing.last_sequence
        )
        known = self._known(batch_id) if row.candidates_finished else ()
        earlier = Earlier(known, row.started_at_ns, run.is_cancelled, is_resumed=not run.is_new)
        with bound_ids(trace_id=begun.asker.trace_id):
            async with aclosing(recorder.engine.steps(batch, candidates, earlier)) as steps:
                await anext(steps)  # that it was accepted, which was told when it was
                run.is_new = False
                if run.is_cancelled:  # while it was being made ready
                    recorder.engine.cancel(batch_id)
                async for step in steps:
                    await self._keep(step, chronicle.entries(step))

    async def _keep(self, step: Step, entries: tuple[Entry, ...]) -> None:
        """Store what is to be told. The end is waited for: a batch whose end is refused needs another."""
        if isinstance(step[-1], BatchFinished):
            with reachable():
                await self._recorder.scribe.committed(*entries)
        else:
            await self._recorder.scribe.put(*entries)

    def _known(self, batch_id: str) -> Iterator[Judged]:
        with reachable():
            for judged, has_outputs in results_of(self._store, batch_id):
                digest = bytes.fromhex(judged.program_sha256)
                yield Judged(judged.position, digest, judged.result, judged.cost, has_outputs)

    async def _abandon(self, batch_id: str, error: Exception) -> None:
        now_ns = self._recorder.clock_ns()
        await self._recorder.scribe.put(BatchAbandoned(batch_id, now_ns, why_abandoned(error)))
