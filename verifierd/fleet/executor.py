"""The executor of a front end: candidates go to workers through JetStream, and their answers come back here.

Delivery is at least once, an answer counts once: the first one to each run. A candidate whose worker is lost
is given to another by JetStream; one of which nothing is known any more, neither in the queue nor from a
worker, is published again. So nothing is lost with a message, a server or a worker.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from uuid import uuid4

from google.protobuf.message import DecodeError
from nats.errors import MaxPayloadError

from sandboxes.model import BrokenTestProgram
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.answer_messages import answer_read
from verifierd.fleet.blobs import Blobs
from verifierd.fleet.chunk_writer import ChunkWriter
from verifierd.fleet.chunking import Chunker, Pace
from verifierd.fleet.connection import PASSING, REQUEST_TIMEOUT_S, Connection
from verifierd.fleet.errors import BlobMissing, UnreadableMessage
from verifierd.fleet.inbox import Inbox
from verifierd.fleet.lookout import Lookout
from verifierd.fleet.pending import Landed, Pending
from verifierd.fleet.queues import Queues
from verifierd.fleet.roster import Roster
from verifierd.fleet.streams import make_streams
from verifierd.fleet.subjects import ANY, Names, Queue, token
from verifierd.judging.answers import Answer, Executed
from verifierd.logs import get_logger
from verifierd.observing import NOBODY, Observer

# On their way where no worker is there: enough for an autoscaler to see that one is wanted.
LEAST_CAPACITY = 4
MOST_TRIES = 4
KEPT_UNWANTED = 100_000
ROOM_BYTES = 16 << 10  # of a message, for its subject and headers


class JetStreamExecutor:
    """Carries out requests by the workers of a fleet, from `start` to `close`."""

    def __init__(
        self,
        connection: Connection,
        roster: Roster,
        toolchain: str = "",
        ahead: int = 3,
        observer: Observer = NOBODY,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Have up to `ahead` candidates on their way for each sandbox of the fleet.

        With a `toolchain` (its token) only workers that have it are asked. `clock_s` gives seconds from any
        beginning. The connection and a started roster are their owner's to close.
        """
        self.id = uuid4().hex[:16]
        self._connection = connection
        self._roster = roster
        self._toolchain = toolchain or ANY
        self._ahead = ahead
        self._observer = observer
        self._clock_s = clock_s
        self._names = Names(connection.settings.prefix)
        self._blobs = Blobs(connection, self.id)
        self._writer = ChunkWriter(self._blobs, self.id, clock_s)
        self._queues = Queues(connection, clock_s)
        self._pace = Pace()
        self._chunker = Chunker(self._send, self._pace, self._is_busy)
        self._inbox = Inbox(connection, self.id, self._take_outcomes, self._take_news)
        self._lookout = Lookout(
            connection, self._queues, self._inbox, self._queue_of, self._try_again, clock_s
        )
        self._tasks: dict[str, Pending] = {}
        self._unwanted: OrderedDict[str, None] = OrderedDict()  # what was let go of without all its answers
        self._working: set[asyncio.Task[None]] = set()
        self._count = 0
        self._log = get_logger(__name__)

    @property
    def capacity(self) -> int:
        """Return how many candidates may be on their way."""
        return max(LEAST_CAPACITY, self._ahead * self._roster.slots)

    @property
    def waiting(self) -> int:
        """Return how many candidates are on their way."""
        return len(self._tasks)

    async def start(self) -> None:
        """Make the streams where they are missing, and open the inbox. Raises FleetUnavailable."""
        await make_streams(self._connection)
        await self._queues.clear()
        await self._blobs.start()
        await self._inbox.start()
        self._connection.on_reconnect(self._begin_anew)
        self._keep(self._lookout.keep(self._tasks))

    async def _begin_anew(self) -> None:
        """Make what a server has lost; what was in it is missed, and published again."""
        await make_streams(self._connection)
        await self._queues.clear()
        self._queues.forget()
        self._writer.forget()
        await self._blobs.start()
        await self._inbox.renew()

    async def close(self) -> None:
        """Let go of everything; requests that are still carried out get no answer any more."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self._inbox.close()
        await self._blobs.close()

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order, as they land.

        Raises:
            BrokenTestProgram: the test program of the run that is due can judge no program.
        """
        self._count += 1
        task = Pending(f"{self.id}-{self._count}", request)
        self._tasks[task.id] = task
        queue = self._queue_of(task)
        try:
            if request.runs:
                self._chunker.add(queue, task)
            for _ in request.runs:
                landed = await task.next()
                if isinstance(landed, BrokenTestProgram):
                    raise landed
                yield landed
        finally:
            self._let_go(task, queue)

    def _queue_of(self, task: Pending) -> Queue:
        request = task.request
        language = request.program.language
        return Queue(request.priority.value, self._toolchain, token(language), token(request.tenant))

    def _is_busy(self) -> bool:
        return len(self._tasks) > self._roster.slots

    def _keep(self, coroutine: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(coroutine)  # type: ignore[arg-type]
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _send(self, queue: Queue, tasks: tuple[Pending, ...]) -> None:
        self._keep(self._publish(queue, tasks))

    async def _publish(self, queue: Queue, tasks: tuple[Pending, ...]) -> None:
        """Put a chunk into the queue, however long that takes."""
        chunk_id = f"{tasks[0].id}-{tasks[0].tries}"
        try:
            await self._queues.ensure(queue)
            chunk = await self._writer.write(chunk_id, tasks)
            if len(tasks) > 1 and len(chunk) > self._connection.client.max_payload - ROOM_BYTES:
                middle = len(tasks) // 2
                await self._publish(queue, tasks[:middle])
                await self._publish(queue, tasks[middle:])
                return
            for task in tasks:
                task.tries += 1
                task.worker = ""
            sequence = await self._connection.published(self._names.chunks(queue), chunk, chunk_id)
        except MaxPayloadError:
            cause = "the candidate is larger than NATS takes a message; raise its max_payload to 1 MiB"
            self._fail(tasks, cause)
            return
        except Exception as error:  # nobody else would answer for them
            self._log.exception("chunk_not_published", chunk=chunk_id)
            self._fail(tasks, f"the service failed while sending it to a worker ({type(error).__name__})")
            return
        finally:
            for task in tasks:
                if task.id not in self._tasks:  # it was let go of meanwhile
                    self._writer.release(task.id)
        mates = tuple(task.id for task in tasks)
        for task in tasks:
            task.sequence, task.chunk_mates, task.heard_at_s = sequence, mates, self._clock_s()

    def _fail(self, tasks: tuple[Pending, ...], cause: str) -> None:
        for task in tasks:
            task.fail(cause, task.tries)

    async def _take_outcomes(self, message: wire.Outcomes) -> None:
        for told in message.tasks:
            task = self._tasks.get(told.task_id)
            if task is None:
                if told.task_id not in self._unwanted:
                    self._observer.outcome_dropped()
                self._discard(told)
                continue
            task.heard_at_s = self._clock_s()
            if told.not_begun:
                if message.chunk_id not in task.refused:  # told twice, it is one refusal
                    task.refused.add(message.chunk_id)
                    self._try_again(task, told.not_begun)
                continue
            is_large = any(content.WhichOneof("where") == "blob" for content in told.answers)
            if is_large:  # others do not wait for it
                self._keep(self._land(task, told))
            else:
                await self._land(task, told)

    async def _land(self, task: Pending, told: wire.TaskOutcomes) -> None:
        answers: list[Landed] = []
        try:
            if not task.knows(told.first_run, len(told.answers)):
                for place, content in enumerate(told.answers, start=told.first_run):
                    message = await self._blobs.read(content, is_kept=False)
                    answers.append(await answer_read(message, place))
        except (BlobMissing, DecodeError, UnreadableMessage) as error:
            if not task.knows(told.first_run, len(told.answers)):  # else it came twice, and was read
                self._try_again(task, f"what came back of it cannot be read: {error}")
            return
        finally:
            self._discard(told)
        self._learn(task, answers)
        if not answers or task.land(told.first_run, answers):
            self._observer.outcome_dropped()

    def _discard(self, told: wire.TaskOutcomes) -> None:
        """Remove outcomes from the object store: they are read once, here."""
        for content in told.answers:
            self._blobs.discard(content)

    def _learn(self, task: Pending, answers: list[Landed]) -> None:
        for answer in answers:
            if isinstance(answer, Executed):
                run_s = answer.outcome.usage.wall_time_ns / 1e9
                self._pace.took(task.request.program.language, run_s)

    async def _take_news(self, message: wire.News) -> None:
        unwanted = [task_id for task_id in message.begun if task_id not in self._tasks]
        for task_id in message.begun:
            task = self._tasks.get(task_id)
            if task is not None:
                if task.worker:
                    self._observer.work_redelivered()
                task.worker, task.heard_at_s = message.worker_id, self._clock_s()
        for moved in message.moved:
            task = self._tasks.get(moved.task_id)
            if task is not None:
                task.sequence, task.chunk_mates = moved.sequence, (moved.task_id,)
                task.worker, task.heard_at_s = "", self._clock_s()
        if unwanted:
            await self._cancel(message.worker_id, unwanted)

    def _try_again(self, task: Pending, why: str) -> None:
        """Publish what was not begun, or not understood, once more, but not for ever."""
        if task.is_complete:
            return
        self._log.warning("candidate_sent_again", candidate_id=task.request.candidate_id, cause=why)
        if task.tries >= MOST_TRIES:
            task.fail(f"it was sent to workers {task.tries} times: {why}", task.tries)
            return
        self._writer.forget()
        self._chunker.add(self._queue_of(task), task)

    def _let_go(self, task: Pending, queue: Queue) -> None:
        del self._tasks[task.id]
        self._writer.release(task.id)
        if not self._is_busy():
            self._chunker.hurry()
        if task.is_complete:
            return
        self._unwanted[task.id] = None
        if len(self._unwanted) > KEPT_UNWANTED:
            self._unwanted.popitem(last=False)
        self._chunker.drop(queue, task)
        if task.worker:
            self._keep(self._cancel(task.worker, [task.id]))
        elif task.sequence and not any(mate in self._tasks for mate in task.chunk_mates):
            self._keep(self._take_back(task.sequence))

    async def _cancel(self, worker: str, tasks: list[str]) -> None:
        cancel = wire.Cancel(tasks=tasks).SerializeToString()
        await self._connection.publish(self._names.cancel(worker), cancel)

    async def _take_back(self, sequence: int) -> None:
        """Remove a chunk from the queue of which nothing is wanted any more; a worker may be faster."""
        subject = f"$JS.API.STREAM.MSG.DELETE.{self._names.work}"
        wanted = json.dumps({"seq": sequence, "no_erase": True}).encode()
        with suppress(*PASSING):
            await self._connection.client.request(subject, wanted, timeout=REQUEST_TIMEOUT_S)
