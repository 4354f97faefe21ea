"""How a worker gets chunks: it knows the queues that it may serve, and asks them by whose turn it is.

While sandboxes are idle, one request waits at each queue, and whatever comes is taken. While all are busy a
queue is asked only for what is to run next, and answers at once. So a fleet at rest asks little, and under
load priorities and turns decide.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from nats.aio.msg import Msg

from verifierd.fleet.connection import PASSING, REQUEST_TIMEOUT_S, Connection
from verifierd.fleet.subjects import ANY, Names, Queue
from verifierd.fleet.turns import Turns
from verifierd.logs import get_logger

LISTEN_S = 10.0  # a request waits at a queue for so long
EMPTY_S = 0.05  # a queue that had nothing is not asked again for so long
LOOK_S = 15.0  # between two looks which queues there are, should news of one be missed


class Intake:
    """Asks queues, from `start` to `close`. What comes of `listen` is handed to `arrived`."""

    def __init__(
        self,
        connection: Connection,
        toolchain: str,
        languages: Collection[str],
        turns: Turns,
        arrived: Callable[[Msg], None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve queues of these languages, for any worker or for those with this toolchain (its token)."""
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._toolchain = toolchain
        self._languages = frozenset(languages)
        self._turns = turns
        self._arrived = arrived
        self._clock_s = clock_s
        self._queues: dict[str, Queue] = {}
        self._listening: dict[Queue, float] = {}  # until when
        self._empty_until_s: dict[Queue, float] = {}
        self._inbox = connection.client.new_inbox()
        # One question at a time: a chunk comes under its own subject, so nothing in it says what it answers.
        self._answers = connection.client.new_inbox()
        self._answer: asyncio.Future[Msg] | None = None
        self._stirred = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._log = get_logger(__name__)

    async def start(self) -> None:
        """Learn which queues there are, and of new ones from now on."""
        client = self._connection.client
        created = f"$JS.EVENT.ADVISORY.CONSUMER.CREATED.{self._names.work}.*"
        await client.subscribe(created, cb=self._hear_of_queue)
        await client.subscribe(f"{self._inbox}.*", cb=self._hear)
        await client.subscribe(self._answers, cb=self._hear_answer)
        self._connection.on_reconnect(self._begin_anew)
        await self._look()
        self._looking = asyncio.create_task(self._look_again())

    async def close(self) -> None:
        """Ask no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def ask(self) -> Msg | None:
        """Return a chunk of the queue whose turn it is; None where none has any."""
        for queue in self._turns.order(self._queues.values()):
            now_s = self._clock_s()
            if self._listening.get(queue, 0.0) > now_s or self._empty_until_s.get(queue, 0.0) > now_s:
                continue  # it has nothing, or what it gets comes by itself
            message = await self._asked(queue)
            if message is not None:
                self._turns.took(queue)
                return message
            self._empty_until_s[queue] = self._clock_s() + EMPTY_S
        return None

    async def listen(self) -> None:
        """Have requests wait at all queues; return when something came, or it is time to ask again."""
        self._stirred.clear()
        now_s = self._clock_s()
        for queue in tuple(self._queues.values()):
            if self._listening.get(queue, 0.0) > now_s:
                continue
            self._listening[queue] = now_s + LISTEN_S
            asked = json.dumps({"batch": 1, "expires": round(LISTEN_S * 1e9)}).encode()
            with suppress(*PASSING):
                reply = f"{self._inbox}.{queue.consumer}"
                await self._connection.client.publish(self._next_of(queue), asked, reply=reply)
        ends_s = min(self._listening.values(), default=now_s + LISTEN_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.05, ends_s - self._clock_s())):
                await self._stirred.wait()

    def stir(self) -> None:
        """Let `listen` return."""
        self._stirred.set()

    def _next_of(self, queue: Queue) -> str:
        return f"$JS.API.CONSUMER.MSG.NEXT.{self._names.work}.{queue.consumer}"

    async def _asked(self, queue: Queue) -> Msg | None:
        asked = json.dumps({"batch": 1, "no_wait": True}).encode()
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._connection.client.publish(self._next_of(queue), asked, reply=self._answers)
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                message = await self._answer
        except PASSING:
            return None
        finally:
            self._answer = None
        return None if _status(message) else message

    async def _hear_answer(self, message: Msg) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(message)
        elif not _status(message):  # too late, and a chunk all the same
            await self._hear(message)

    async def _hear(self, message: Msg) -> None:
        if not _status(message):
            queue = self._names.queue_of(message.subject)
            if queue is not None:
                self._listening.pop(queue, None)
                self._turns.took(queue)
            self._arrived(message)
        else:  # the request has come to its end, or the queue has
            queue = Queue.of_consumer(message.subject.removeprefix(f"{self._inbox}."))
            if queue is not None:
                self._listening.pop(queue, None)
        self._stirred.set()

    async def _hear_of_queue(self, message: Msg) -> None:
        self._learn(message.subject.rpartition(".")[2])

    async def _begin_anew(self) -> None:
        """Ask again for everything: a server that restarted has forgotten who waits."""
        self._listening.clear()
        self._empty_until_s.clear()
        self._stirred.set()

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._look()

    async def _look(self) -> None:
        subject, offset = f"$JS.API.CONSUMER.NAMES.{self._names.work}", 0
        names: list[str] = []
        try:
            while True:
                wanted = json.dumps({"offset": offset}).encode()
                answer = await self._connection.client.request(subject, wanted, timeout=REQUEST_TIMEOUT_S)
                page = json.loads(answer.data)
                names += page.get("consumers") or []
                offset = len(names)
                if offset >= page.get("total", 0) or not page.get("consumers"):
                    break
        except PASSING:
            return
        for gone in self._queues.keys() - set(names):
            del self._queues[gone]
        for name in names:
            self._learn(name)

    def _learn(self, consumer: str) -> None:
        queue = Queue.of_consumer(consumer)
        if (
            queue is not None
            and consumer not in self._queues
            and queue.language in self._languages
            and queue.toolchain in (ANY, self._toolchain)
        ):
            self._queues[consumer] = queue
            self._log.info("queue_found", queue=consumer)
            self._stirred.set()


def _status(message: Msg) -> str:
    """Return the code with which the server says something of a request; empty for a chunk."""
    return (message.headers or {}).get("Status", "") if not message.data else ""
