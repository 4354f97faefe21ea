"""What front ends left: batches that were stored and never queued, and batches whose call died with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from random import Random

from verifierd.audit.entries import BatchAbandoned
from verifierd.audit.ownership import gone
from verifierd.audit.reading import Unfinished, unfinished
from verifierd.audit.store import Store
from verifierd.batches.recorded import Recorder
from verifierd.durable.batch_queue import BatchQueue
from verifierd.durable.standing import priority_of
from verifierd.logs import get_logger

LOOK_S = 30.0
GRACE_S = 60.0
"""So long a front end must be gone: a database that was restarted has forgotten all, until they are back."""
DIED = "the front end that ran it is gone"


class Leftovers:
    """Looks after them. Each front end does so: what two of them do counts once."""

    def __init__(
        self,
        recorder: Recorder,
        store: Store,
        queue: BatchQueue,
        look_s: float = LOOK_S,
        grace_s: float = GRACE_S,
        clock_s: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        """Look every `look_s` seconds, more or less; who is gone for `grace_s` seconds does not come back."""
        self._recorder = recorder
        self._store = store
        self._queue = queue
        self._look_s = look_s
        self._grace_s = grace_s
        self._clock_s = clock_s
        self._random = random or Random()  # noqa: S311 - no secret
        self._gone_since_s: dict[str, float] = {}
        self._log = get_logger(__name__)

    async def keep(self) -> None:
        """Look for ever. What cannot be done at a time is for the next."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the store, NATS, or what nobody foresaw
                self._gone_since_s.clear()  # a database that was away knows nobody any more
                self._log.warning("leftovers_not_looked_for", cause=str(error) or type(error).__name__)
            await asyncio.sleep(self._look_s * self._random.uniform(0.8, 1.2))

    async def look(self) -> None:
        """Queue what is in no queue, and close what died.

        Raises:
            StoreError: the store cannot be read, or the writer has ended.
            FleetUnavailable, or one of `PASSING`: NATS cannot be reached.
        """
        left = await asyncio.to_thread(unfinished, self._store)
        await self._close([each for each in left if not each.is_durable])
        await self._queue_missing([each.batch_id for each in left if each.is_durable])

    async def _queue_missing(self, batch_ids: list[str]) -> None:
        if not batch_ids:
            return
        await self._queue.make()  # NATS may have lost it
        queued = await self._queue.batch_ids()
        missing = [batch_id for batch_id in batch_ids if batch_id not in queued]
        for batch_id in missing:
            priority = await asyncio.to_thread(priority_of, self._store, batch_id)
            await self._queue.put(batch_id, priority)
        if missing:
            self._log.info("batches_queued_again", batches=len(missing))

    async def _close(self, of_calls: list[Unfinished]) -> None:
        names = {each.front_end for each in of_calls} - {self._recorder.scribe.front_end}
        absent = await asyncio.to_thread(gone, self._store, names) if names else set()
        now_s = self._clock_s()
        self._gone_since_s = {name: self._gone_since_s.get(name, now_s) for name in absent}
        dead = {name for name, since_s in self._gone_since_s.items() if now_s - since_s >= self._grace_s}
        died = [each.batch_id for each in of_calls if each.front_end in dead]
        if died:
            now_ns = self._recorder.clock_ns()
            await self._recorder.scribe.put(*(BatchAbandoned(each, now_ns, DIED) for each in died))
            self._log.info("batches_of_dead_front_ends", front_ends=sorted(dead), abandoned=len(died))
