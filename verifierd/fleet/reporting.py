"""How a worker tells what came of a chunk: answers that land close to each other go in one message."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from sandboxes.model import BrokenTestProgram
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.answer_messages import answer_to_wire
from verifierd.fleet.blobs import Blobs
from verifierd.fleet.connection import Connection
from verifierd.fleet.subjects import Names
from verifierd.judging.answers import Answer, Executed

TOGETHER_S = 0.05  # an answer waits for the next ones so long, and never beyond its chunk's end
MOST_BYTES = 256 << 10
HEAVY_BYTES = 64 << 10


class Report:
    """Tells one front end of one chunk. `close` returns when everything is safe in the stream."""

    def __init__(self, connection: Connection, blobs: Blobs, worker_id: str, chunk: wire.Chunk) -> None:
        self._connection = connection
        self._blobs = blobs
        self._chunk = chunk
        self._subject = Names(connection.settings.prefix).outcome(chunk.front_end, chunk.id)
        self._worker_id = worker_id
        self._id = f"{chunk.id}-{uuid4().hex[:12]}"
        self._messages = 0
        self._open = self._empty()
        self._open_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._publishing: set[asyncio.Task[int]] = set()

    async def add(self, task_id: str, place: int, answer: Answer | BrokenTestProgram) -> None:
        """Tell the answer to the run at `place`; those of one task come in order."""
        if isinstance(answer, Executed) and answer.outcome.result_total_bytes > HEAVY_BYTES:
            message = await asyncio.to_thread(_written, answer)  # it would hold up everybody
        else:
            message = _written(answer)
        content = await self._blobs.written(message)
        if not self._open.tasks or self._open.tasks[-1].task_id != task_id:
            self._open.tasks.add(task_id=task_id, first_run=place)
        self._open.tasks[-1].answers.append(content)
        self._open_bytes += len(content.inline)
        if self._open_bytes >= MOST_BYTES:
            self._tell()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER_S, self._tell)

    def not_begun(self, task_id: str, why: str) -> None:
        """Tell that a task was not begun here, and why."""
        self._open.tasks.add(task_id=task_id, not_begun=why)

    async def close(self) -> None:
        """Tell the rest, and wait until the stream has all of it."""
        self._tell()
        if self._publishing:
            await asyncio.gather(*self._publishing)

    def give_up(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._publishing:
            task.cancel()

    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._open.tasks:
            return
        message, self._open, self._open_bytes = self._open.SerializeToString(), self._empty(), 0
        self._messages += 1
        message_id = f"{self._id}-{self._messages}"
        publishing = asyncio.create_task(self._connection.published(self._subject, message, message_id))
        self._publishing.add(publishing)
        publishing.add_done_callback(self._told)

    def _told(self, publishing: asyncio.Task[int]) -> None:
        """Forget a message that is safe; one that failed is kept, so that `close` raises why."""
        if not publishing.cancelled() and publishing.exception() is None:
            self._publishing.discard(publishing)

    def _empty(self) -> wire.Outcomes:
        return wire.Outcomes(chunk_id=self._chunk.id, worker_id=self._worker_id)


def _written(answer: Answer | BrokenTestProgram) -> bytes:
    return answer_to_wire(answer).SerializeToString()
