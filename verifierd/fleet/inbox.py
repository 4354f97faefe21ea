"""A front end's inbox: outcomes of its chunks from the stream, and news of them that may be lost.

Outcomes come at least once: the consumer has them acknowledged one by one, and what was on its way when a
connection broke comes again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.subjects import Names
from verifierd.logs import get_logger

ACK_WAIT_S = 5.0
MOST_UNREAD = 50_000
UNUSED_S = 600.0  # an inbox that nobody reads goes
UNREAD_BYTES = 512 << 20


class Inbox:
    """Hands what comes for one front end to `outcomes` and `news`, one after the other."""

    def __init__(
        self,
        connection: Connection,
        front_end: str,
        outcomes: Callable[[wire.Outcomes], Awaitable[None]],
        news: Callable[[wire.News], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._front_end = front_end
        self._deliver = connection.client.new_inbox()
        self._outcomes = outcomes
        self._news = news
        self._log = get_logger(__name__)

    @property
    def _consumer(self) -> str:
        return f"inbox_{self._front_end}"

    async def start(self) -> None:
        """Open the inbox. Raises FleetUnavailable."""
        client = self._connection.client
        await client.subscribe(self._names.begun(self._front_end), cb=self._read_news)
        await client.subscribe(self._deliver, cb=self._read_outcomes, pending_bytes_limit=UNREAD_BYTES)
        await self.renew()

    async def renew(self) -> None:
        """Have the inbox made where NATS has it no longer; what it held is still in the stream, or lost."""
        wanted = ConsumerConfig(
            durable_name=self._consumer,
            description="Outcomes for one front end of verifierd.",
            deliver_subject=self._deliver,
            deliver_policy=DeliverPolicy.ALL,
            filter_subject=self._names.outcomes_of(self._front_end),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            max_ack_pending=MOST_UNREAD,
            inactive_threshold=UNUSED_S,
        )
        try:
            await self._connection.jetstream.add_consumer(self._names.outcomes, wanted)
        except PASSING as error:
            raise FleetUnavailable(f"NATS gives this front end no inbox: {error}") from error

    async def close(self) -> None:
        """Give the inbox back."""
        with suppress(*PASSING):
            await self._connection.jetstream.delete_consumer(self._names.outcomes, self._consumer)

    async def _read_outcomes(self, message: Msg) -> None:
        try:
            outcomes = wire.Outcomes.FromString(message.data)
            await self._outcomes(outcomes)
        except DecodeError:
            self._log.error("outcomes_unreadable", subject=message.subject)
        except Exception:  # it would come again for ever; what is not taken is missed, and asked for again
            self._log.exception("outcomes_not_taken", subject=message.subject)
        with suppress(*PASSING):
            await message.ack()

    async def _read_news(self, message: Msg) -> None:
        with suppress(DecodeError):
            await self._news(wire.News.FromString(message.data))
