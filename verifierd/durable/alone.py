"""One daemon alone has the store's batches: of each priority so many at a time, the oldest first."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial

from verifierd.audit.entries import BatchAbandoned
from verifierd.audit.reading import unfinished
from verifierd.audit.store import Store
from verifierd.batches.recorded import Recorder
from verifierd.durable.dispatch import Wake
from verifierd.durable.runs import Runs
from verifierd.durable.standing import priority_of
from verifierd.logs import get_logger
from verifierd.model import Priority

DIED = "the daemon ended while it ran"


class Alone:
    """Runs all batches of a store that nobody else goes on with. One that waits is no more than its id."""

    def __init__(self, recorder: Recorder, store: Store, runs: Runs, at_a_time: int) -> None:
        """Run so many batches of each priority at a time: whom somebody waits for does not wait for bulk."""
        self._recorder = recorder
        self._store = store
        self._runs = runs
        self._turns = dict.fromkeys(Priority, at_a_time)
        self._waiting: dict[str, Priority] = {}  # in order
        self._is_over = False
        self._log = get_logger(__name__)

    async def resume(self, _: Wake, /) -> None:
        """Go on with all that was accepted before this start, and close what died with its caller.

        Raises:
            StoreUnavailable: the store cannot be read at the moment.
        """
        left = await asyncio.to_thread(unfinished, self._store)
        now_ns = self._recorder.clock_ns()
        durable = [each.batch_id for each in left if each.is_durable]
        died = [each.batch_id for each in left if not each.is_durable]
        if died:
            await self._recorder.scribe.put(*(BatchAbandoned(each, now_ns, DIED) for each in died))
        for batch_id in durable:
            priority = await asyncio.to_thread(priority_of, self._store, batch_id)
            if self._is_over:  # meanwhile: they are the next start's
                return
            self.begin(batch_id, priority)
        if left:
            self._log.info("batches_left_by_predecessor", resumed=len(durable), abandoned=len(died))

    def begin(self, batch_id: str, priority: Priority) -> None:
        """Run a batch when its turn has come."""
        self._waiting[batch_id] = priority
        self._start_those_due()

    def cancel(self, batch_id: str) -> None:
        """End a batch early. One that waits for its turn need not wait for that."""
        if batch_id in self._waiting:
            del self._waiting[batch_id]
            self._runs.begin(batch_id, is_cancelled=True)
        else:
            self._runs.cancel(batch_id)

    def committed(self, batch_ids: Collection[str]) -> None:
        """Do nothing: nobody else needs to know."""

    def dropped(self, batch_ids: Collection[str]) -> None:
        """Let go of batches that another daemon took when this one's hold on the store was lost."""
        for batch_id in batch_ids:
            self._runs.let_go(batch_id)

    async def stop(self) -> None:
        """Let go of all batches; they are gone on with where they stand after the next start."""
        self._is_over = True
        self._waiting.clear()
        await self._runs.stop()

    def _start_those_due(self) -> None:
        due = [(batch_id, priority) for batch_id, priority in self._waiting.items() if self._turns[priority]]
        for batch_id, priority in due:
            if self._turns[priority]:
                del self._waiting[batch_id]
                self._turns[priority] -= 1
                self._runs.begin(batch_id).add_done_callback(partial(self._ended, priority))

    def _ended(self, priority: Priority, _: asyncio.Task[bool]) -> None:
        self._turns[priority] += 1
        self._start_those_due()
