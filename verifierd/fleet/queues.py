"""The queues in the stream of chunks: a consumer for each, made by whoever publishes into it first."""

from __future__ import annotations

import time
from collections.abc import Callable

from nats.js.api import AckPolicy, ConsumerConfig

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.streams import remove_acknowledged
from verifierd.fleet.subjects import Names, Queue
from verifierd.logs import get_logger

# A queue that no worker asks for so long goes; who publishes into it looks more often whether it is there.
UNUSED_S, LOOK_S = 3600.0, 300.0
# The server's own bounds are for fleets of a few workers.
MOST_TAKEN, MOST_ASKING = 200_000, 50_000


class Queues:
    """Makes queues where they are missing."""

    def __init__(self, connection: Connection, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._clock_s = clock_s
        self._seen_at_s: dict[Queue, float] = {}
        self._log = get_logger(__name__)

    def forget(self) -> None:
        """Look for every queue again: the server may have lost them."""
        self._seen_at_s.clear()

    async def clear(self) -> None:
        """Remove what is done and there all the same, as a server has it that was killed. Trouble is told."""
        offset = 0
        try:
            while page := await self._connection.jetstream.consumers_info(self._names.work, offset):
                for info in page:
                    await remove_acknowledged(self._connection, self._names.work, info)
                offset += len(page)
        except PASSING as error:
            self._log.warning("queues_not_cleared", cause=str(error) or type(error).__name__)

    async def ensure(self, queue: Queue) -> None:
        """Make a queue unless it was seen a moment ago.

        Chunks that are published before it exists wait for it, so trouble is left to the next look.
        """
        if self._clock_s() - self._seen_at_s.get(queue, -LOOK_S) < LOOK_S:
            return
        settings = self._connection.settings
        wanted = ConsumerConfig(
            durable_name=queue.consumer,
            description="Chunks for verifierd's workers.",
            filter_subject=self._names.chunks(queue),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=settings.ack_wait_s,
            max_deliver=-1,  # workers count, and answer for a chunk that nobody survives
            max_ack_pending=MOST_TAKEN,
            max_waiting=MOST_ASKING,
            inactive_threshold=UNUSED_S,
        )
        try:
            await self._connection.jetstream.add_consumer(self._names.work, wanted)
        except PASSING as error:
            self._log.warning("queue_not_made", queue=queue.consumer, cause=str(error))
        else:
            self._seen_at_s[queue] = self._clock_s()
