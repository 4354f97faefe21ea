"""The queue of durable batches that front ends share: a JetStream work queue with one message a batch.

A message says no more than which batch is to be seen through: the rest is in the store. It lies there until
somebody has brought the batch to its end, so what a front end that died had in hand is given to another one.
The stream refuses a second message of a batch, so it can be put there whenever that is in doubt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from nats.aio.msg import Msg
from nats.errors import TimeoutError as NothingCame
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.streams import batches_stream, ensure_stream, remove_acknowledged
from verifierd.fleet.subjects import Names
from verifierd.logs import get_logger
from verifierd.model import Priority

_ASKING_S = 5.0  # less: so that no answer is believed that comes when its batch may be another's
_PAUSE_S = 0.5
_IS_THERE = 10077  # the server's code: a subject has as many messages as it may


class QueuedBatch:
    """A batch that was given to this front end, for as long as it shows signs of life."""

    def __init__(self, message: Msg) -> None:
        """Take the message, which is of the batch that its subject ends with."""
        self.batch_id = message.subject.rpartition(".")[2]
        self._message = message

    async def show_life(self) -> None:
        """Keep the batch from being given to another front end."""
        with suppress(*PASSING):
            await self._message.in_progress()

    async def done(self) -> None:
        """Take the batch out of the queue: it is at its end."""
        with suppress(*PASSING):
            await self._message.ack()

    async def give_back(self) -> None:
        """Have the batch given to another front end at once."""
        with suppress(*PASSING):
            await self._message.nak()


class BatchQueue:
    """The queue, as one front end has it."""

    def __init__(
        self,
        connection: Connection,
        ack_wait_s: float,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the connection, which the queue does not close; `open` comes first.

        So long after a front end's last sign of life its batches are given to others.
        """
        self.ack_wait_s = ack_wait_s
        self._connection = connection
        self._clock_s = clock_s
        self._names = Names(connection.settings.prefix)
        self._given: dict[Priority, JetStreamContext.PullSubscription] = {}
        self._log = get_logger(__name__)

    async def open(self) -> None:
        """Make the queue where it is missing, and be ready to be given batches. Raises as `make` does."""
        await self.make()
        bind = self._connection.jetstream.pull_subscribe_bind
        for priority in Priority:
            self._given[priority] = await bind(durable=priority, stream=self._names.batches)

    async def make(self) -> None:
        """Make the stream and its consumers where they are missing, or a server has lost them.

        Raises:
            FleetUnavailable: the server refuses it, or does not answer.
        """
        await ensure_stream(self._connection, batches_stream(self._connection))
        stream = self._names.batches
        try:
            for priority in Priority:
                made = await self._connection.jetstream.add_consumer(stream, self._consumer(priority))
                await remove_acknowledged(self._connection, stream, made)
        except PASSING as error:
            why = str(error) or type(error).__name__
            raise FleetUnavailable(f"NATS cannot hand out batches of the stream {stream}: {why}") from error

    def _consumer(self, priority: Priority) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=priority,
            filter_subject=self._names.batch(priority, "*"),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self.ack_wait_s,
            max_deliver=-1,  # a batch that outlived many front ends is still to be run
            max_ack_pending=-1,  # each front end takes no more than it has turns
        )

    async def put(self, batch_id: str, priority: Priority) -> None:
        """Put a batch there, unless it is there.

        Raises:
            Exception: one of `PASSING`: no server is there, or it does not answer.
        """
        try:
            await self._connection.jetstream.publish(self._names.batch(priority, batch_id), b"")
        except APIError as error:
            if error.err_code != _IS_THERE:
                raise

    async def batch_ids(self) -> set[str]:
        """Return the batches that are there, those in somebody's hands among them. Raises as `put` does."""
        everything = self._names.all_batches
        info = await self._connection.jetstream.stream_info(self._names.batches, everything)
        return {subject.rpartition(".")[2] for subject in info.state.subjects or ()}

    async def next(self, priority: Priority) -> QueuedBatch:
        """Wait until a batch of this priority is given to this front end."""
        while True:
            if not self._connection.is_connected:  # or each try would be asked for when it is back
                await asyncio.sleep(_PAUSE_S)
                continue
            asked_at_s = self._clock_s()
            try:
                message = await self._ask(priority)
            except NothingCame:
                continue
            except Exception as error:  # whatever the library makes of a server in trouble
                self._log.warning("batch_queue_unavailable", cause=str(error) or type(error).__name__)
                await asyncio.sleep(_PAUSE_S)
                with suppress(FleetUnavailable):
                    await self.make()
                continue
            if self._clock_s() - asked_at_s < self.ack_wait_s - 1:
                return QueuedBatch(message)
            self._log.warning("batch_came_too_late")  # this process was frozen: it may be another's by now

    async def close(self) -> None:
        """Ask for no more batches."""
        while self._given:
            _, given = self._given.popitem()
            with suppress(*PASSING):
                await given.unsubscribe()

    async def _ask(self, priority: Priority) -> Msg:
        given = self._given.get(priority)
        if given is None:
            raise FleetUnavailable("the queue of batches is not open")
        (message,) = await given.fetch(1, timeout=min(_ASKING_S, self.ack_wait_s / 2))
        return message
