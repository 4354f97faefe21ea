"""How much waits in the queues: what an autoscaler and who watches a fleet go by."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.subjects import Names, Queue

LOOK_S = 5.0


class QueueLoad:
    """Looks at the queues every few seconds, from `start` to `close`.

    Attributes:
        pending: chunks that no worker has yet, by priority, as of the last look.
        in_progress: chunks that a worker has.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._looking: asyncio.Task[None] | None = None
        self.pending: Mapping[str, int] = {}
        self.in_progress = 0

    def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def look(self) -> None:
        """Look now. Raises one of `PASSING` where the server does not answer."""
        pending, in_progress, offset = Counter[str](), 0, 0
        while page := await self._connection.jetstream.consumers_info(self._names.work, offset):
            for info in page:
                if (queue := Queue.of_consumer(info.name)) is not None:
                    pending[queue.priority] += info.num_pending or 0
                    in_progress += info.num_ack_pending or 0
            offset += len(page)
        self.pending, self.in_progress = pending, in_progress

    async def _look_for_ever(self) -> None:
        while True:
            with suppress(*PASSING):  # that nobody answers is told elsewhere
                await self.look()
            await asyncio.sleep(LOOK_S)
