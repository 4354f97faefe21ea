"""Several front ends share the store's batches: each takes from the queue what it has turns for.

Nobody is elected and nobody leases anything. The queue gives a batch to one front end, and to another one
when the first shows no sign of life. Whoever has it says so in the store first, and from then on the word of
nobody else counts there: the worst that one does that was frozen, or cut off, is work for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any

from verifierd.audit.errors import StoreError
from verifierd.audit.reading import Unfinished, unfinished
from verifierd.audit.rows import QUEUED
from verifierd.audit.store import Store
from verifierd.batches.recorded import Scribe
from verifierd.durable.batch_queue import BatchQueue, QueuedBatch
from verifierd.durable.dispatch import Wake
from verifierd.durable.leftovers import Leftovers
from verifierd.durable.news import News
from verifierd.durable.runs import Runs
from verifierd.fleet.connection import PASSING
from verifierd.logs import get_logger
from verifierd.model import Priority

LAST_WRITES_S = 5.0  # for what landed to be stored before the batches go to others


class Shared:
    """Runs batches that the queue gives to this front end, so many of each priority at a time.

    So whom somebody waits for does not wait for bulk.
    """

    def __init__(
        self,
        scribe: Scribe,
        store: Store,
        runs: Runs,
        queue: BatchQueue,
        news: News,
        leftovers: Leftovers,
        at_a_time: int,
    ) -> None:
        """Take an open queue. `runs` are the batches that this front end has in hand."""
        self._scribe = scribe
        self._store = store
        self._runs = runs
        self._queue = queue
        self._news = news
        self._leftovers = leftovers
        self._turns = {priority: asyncio.Semaphore(at_a_time) for priority in Priority}
        self._given: dict[str, QueuedBatch] = {}
        self._duties: set[asyncio.Task[Any]] = set()
        self._errands: set[asyncio.Task[Any]] = set()  # which somebody was promised
        self._is_over = False
        self._log = get_logger(__name__)

    async def resume(self, wake: Wake, /) -> None:
        """Take batches from now on, those that were left among them."""
        if self._is_over:
            return
        await self._news.listen(wake, self._runs.cancel)
        taking = (self._take(priority, turns) for priority, turns in self._turns.items())
        for duty in (*taking, self._show_life(), self._look(), self._leftovers.keep()):
            self._do(duty, self._duties)

    def begin(self, batch_id: str, priority: Priority) -> None:
        """Queue a batch. Where that fails it is queued by the next look at what is left."""
        self._do(self._put(batch_id, priority), self._errands)

    def cancel(self, batch_id: str) -> None:
        """End a batch early, whoever has it."""
        self._runs.cancel(batch_id)
        self._do(self._cancel_elsewhere(batch_id), self._errands)

    def committed(self, batch_ids: Collection[str]) -> None:
        """Tell the other front ends, whose callers may watch these batches."""
        self._news.committed(batch_ids)

    def dropped(self, batch_ids: Collection[str]) -> None:
        """Let go of batches that another front end has: the store did not take what was told of them here."""
        for batch_id in batch_ids:
            self._runs.let_go(batch_id)

    async def stop(self) -> None:
        """Give all batches to others, with all that landed of them in the store."""
        if self._is_over:
            return
        self._is_over = True
        for task in tuple(self._duties):
            task.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        await self._runs.stop()
        with suppress(StoreError, TimeoutError):
            await asyncio.wait_for(self._scribe.flush(), LAST_WRITES_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self._errands, return_exceptions=True), LAST_WRITES_S)
        await self._queue.close()  # first: or what is given back is given to this front end again
        for given in self._given.values():
            await given.give_back()
        await self._news.close()

    async def _put(self, batch_id: str, priority: Priority) -> None:
        try:
            await self._queue.put(batch_id, priority)
        except PASSING as error:
            self._log.warning("batch_not_queued", batch_id=batch_id, cause=str(error) or type(error).__name__)

    async def _take(self, priority: Priority, turns: asyncio.Semaphore) -> None:
        while True:
            await turns.acquire()
            given = await self._queue.next(priority)
            if given.batch_id in self._given:
                # Given here a second time, since no sign of life came through. If another front end had it
                # meanwhile the store drops what is told of it here, and it is let go.
                turns.release()
            else:
                run = self._runs.begin(given.batch_id)
                self._do(self._see_off(given.batch_id, run, turns), self._duties)
            self._given[given.batch_id] = given

    async def _see_off(self, batch_id: str, run: asyncio.Task[bool], turns: asyncio.Semaphore) -> None:
        """Wait for a batch's run. One that was let go stays in the queue: it is somebody else's."""
        await asyncio.wait((run,))
        turns.release()
        given = self._given.pop(batch_id)
        if run.cancelled() or not run.result():
            left = await self._left([batch_id])
            if left is None or left:
                return
        await given.done()

    async def _show_life(self) -> None:
        while True:
            await asyncio.sleep(self._queue.ack_wait_s / 3)
            for given in tuple(self._given.values()):
                if not self._runs.is_let_go(given.batch_id):
                    await given.show_life()

    async def _look(self) -> None:
        """See what became elsewhere of batches that are run here. It may wait long for the store."""
        while True:
            await asyncio.sleep(self._queue.ack_wait_s / 2)
            taken = self._runs.taken
            left = await self._left(taken)
            for batch_id in taken:
                if left is None:  # then nobody else can take it either
                    continue
                if batch_id not in left or left[batch_id].front_end != self._scribe.front_end:
                    self._runs.let_go(batch_id)
                elif left[batch_id].cancel_reason is not None:  # and the news of it did not come through
                    self._runs.cancel(batch_id)

    async def _cancel_elsewhere(self, batch_id: str) -> None:
        await self._news.cancelled(batch_id)
        left = await self._left([batch_id])
        if left and left[batch_id].state == QUEUED:  # it need not wait for its turn to be told its end
            self._runs.begin(batch_id, is_cancelled=True)

    async def _left(self, batch_ids: Collection[str]) -> dict[str, Unfinished] | None:
        """Return those of some batches that have no end; None: the store cannot be read at the moment."""
        if not batch_ids:
            return {}
        try:
            left = await asyncio.to_thread(unfinished, self._store, batch_ids)
        except StoreError:
            return None
        return {each.batch_id: each for each in left}

    def _do(self, duty: Coroutine[Any, Any, None], among: set[asyncio.Task[Any]]) -> None:
        task = asyncio.create_task(duty)
        among.add(task)
        task.add_done_callback(among.discard)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("front_end_duty_failed", error=f"{type(error).__name__}: {error}")
