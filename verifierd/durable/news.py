"""News between front ends: of which batches more is in the store, and which are to be cancelled.

They go by core NATS, which keeps nothing: the connection is there anyway, and whoever misses one finds out
by looking into the store from time to time. LISTEN/NOTIFY of PostgreSQL would want a connection and a thread
of its own for each front end, and takes a lock over all commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.subjects import Names


class News:
    """What one front end tells the others, and hears of them."""

    def __init__(self, connection: Connection, front_end: str) -> None:
        """Take the connection, which is not closed here, and the name of this front end."""
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._sender = front_end.encode()
        self._to_tell: set[str] = set()
        self._is_to_tell = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._heard: list[Subscription] = []

    async def listen(
        self, committed: Callable[[Collection[str]], None], cancelled: Callable[[str], None]
    ) -> None:
        """Call these with batches of which others have stored more, or which others want cancelled."""

        async def hear_committed(message: Msg) -> None:
            if message.data != self._sender:
                committed((message.subject.rpartition(".")[2],))

        async def hear_cancelled(message: Msg) -> None:
            cancelled(message.subject.rpartition(".")[2])

        client = self._connection.client
        self._heard = [
            await client.subscribe(self._names.committed("*"), cb=hear_committed),
            await client.subscribe(self._names.cancelled("*"), cb=hear_cancelled),
        ]
        self._telling = asyncio.create_task(self._tell())

    def committed(self, batch_ids: Collection[str]) -> None:
        """Tell that more of these is in the store. A batch of many commits is told of once at a time."""
        self._to_tell.update(batch_ids)
        self._is_to_tell.set()

    async def cancelled(self, batch_id: str) -> None:
        """Tell that a batch is to be cancelled, which the store says already."""
        await self._connection.publish(self._names.cancelled(batch_id), self._sender)

    async def close(self) -> None:
        """Hear and tell no more."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        for each in self._heard:
            with suppress(*PASSING):
                await each.unsubscribe()

    async def _tell(self) -> None:
        while True:
            await self._is_to_tell.wait()
            self._is_to_tell.clear()
            while self._to_tell:
                await self._connection.publish(self._names.committed(self._to_tell.pop()), self._sender)
