"""A chunk in a worker's hands: how often it was lost before, kept alive, given back or acknowledged."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from nats.aio.msg import Msg

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.subjects import Names
from verifierd.model import Priority


class Held:
    """One delivered chunk. The server gives it to another worker unless it hears of this one in time."""

    def __init__(self, connection: Connection, message: Msg, chunk: wire.Chunk) -> None:
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._message = message
        self.chunk = chunk
        self.is_over = False

    @property
    def is_interactive(self) -> bool:
        """Whether somebody waits for it."""
        queue = self._names.queue_of(self._message.subject)
        return queue is not None and queue.priority == Priority.INTERACTIVE

    @property
    def losses(self) -> int:
        """Return how many workers were lost with it; who gives it back or splits it says how many before."""
        return self.chunk.losses + self._message.metadata.num_delivered - 1

    def came_again(self, message: Msg) -> None:
        """Answer for a later delivery: the server had not heard of the worker in time, and it was there."""
        self._message = message

    async def keep_alive(self) -> None:
        """Tell the server that it is still in good hands."""
        with suppress(*PASSING):
            await self._message.in_progress()

    async def acknowledge(self) -> None:
        """Tell the server that all is told that is to be told of it."""
        self.is_over = True
        with suppress(*PASSING):
            await self._message.ack()

    async def give_back(self, worker_id: str) -> None:
        """Put it into the queue again, one message for each candidate where a worker was lost with it.

        A refusal of the message would count as a loss; a message of its own tells how many there were. Its id
        follows from the chunk's: who is lost while it does this has it done once, all the same.
        """
        if self.losses:
            await self.hand_on(range(len(self.chunk.tasks)), worker_id)
        else:
            await self._put("all", tuple(self.chunk.tasks), worker_id)
        await self.acknowledge()

    async def hand_on(self, places: Iterable[int], worker_id: str) -> None:
        """Put some of its tasks into the queue again, each as a message of its own."""
        for place in places:
            await self._put(str(place), (self.chunk.tasks[place],), worker_id)

    async def _put(self, name: str, tasks: tuple[wire.Task, ...], worker_id: str) -> None:
        part = wire.Chunk()
        part.CopyFrom(self.chunk)
        del part.tasks[:]
        part.tasks.extend(tasks)
        part.id = f"{self.chunk.id}~{name}"
        part.losses = self.losses
        content = part.SerializeToString()
        sequence = await self._connection.published(self._message.subject, content, part.id)
        news = wire.News(worker_id=worker_id)
        for task in tasks:
            news.moved.add(task_id=task.id, sequence=sequence)
        await self._connection.publish(self._names.begun(self.chunk.front_end), news.SerializeToString())
