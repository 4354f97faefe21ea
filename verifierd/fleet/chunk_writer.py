"""Chunks as messages: what many candidates are asked alike is put together once, and goes once if large."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandboxes.model import Run
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.blobs import AGE_S, Blobs
from verifierd.fleet.pending import Pending
from verifierd.fleet.run_messages import limits_to_wire, run_to_wire

# The lowest that reads a chunk as it is written here; a change that older readers must not miss raises it.
NEEDS_VERSION = 1
RUNS_INLINE_BYTES, SOURCE_INLINE_BYTES = 32 << 10, 64 << 10
KEPT_BYTES = 64 << 20  # of runs as messages
WRITE_AGAIN_S = AGE_S / 3  # before a worker could miss it


@dataclass(slots=True)
class _Shared:
    """Runs as a message. The runs themselves are held too: nothing else may take their identity meanwhile.

    Attributes:
        writing: gives the message, or its name.
        users: how often candidates that are on their way name it.
        is_kept: candidates that come may name it, too.
    """

    runs: tuple[Run, ...]
    written_at_s: float
    writing: asyncio.Task[wire.Content]
    size_bytes: int = 0
    users: int = 0
    is_kept: bool = True


class ChunkWriter:
    """Writes chunks of one front end. `release` discards what nobody needs but one candidate."""

    def __init__(self, blobs: Blobs, front_end: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._blobs = blobs
        self._front_end = front_end
        self._clock_s = clock_s
        self._kept: OrderedDict[tuple[int, ...], _Shared] = OrderedDict()
        self._kept_bytes = 0
        self._parts: dict[str, list[_Shared | wire.Content]] = {}  # by the candidate's task

    async def write(self, chunk_id: str, tasks: Sequence[Pending]) -> bytes:
        """Return a chunk of these candidates, which are one tenant's."""
        chunk = wire.Chunk(
            needs_version=NEEDS_VERSION,
            id=chunk_id,
            front_end=self._front_end,
            tenant=tasks[0].request.tenant,
        )
        places: dict[int, int] = {}
        for task in tasks:
            shared = self._runs(task.request)
            shared.users += 1
            self._note(task.id, shared)
            content = await asyncio.shield(shared.writing)
            place = places.get(id(shared))
            if place is None:
                place = places[id(shared)] = len(chunk.runs)
                chunk.runs.append(content)
            chunk.tasks.append(written := await self._task(task, place))
            self._note(task.id, written.source)
        return chunk.SerializeToString()

    def release(self, task_id: str) -> None:
        """Discard what nobody needs but a candidate that is not on its way any more.

        One that was let go of while it was written is released once more when it is.
        """
        for part in self._parts.pop(task_id, ()):
            if isinstance(part, wire.Content):
                self._blobs.discard(part)
            else:
                part.users -= 1
                self._discard_unused(part)

    def forget(self) -> None:
        """Write everything again from now on: a worker missed something of it."""
        for key in tuple(self._kept):
            self._drop(key)

    def _note(self, task_id: str, part: _Shared | wire.Content) -> None:
        self._parts.setdefault(task_id, []).append(part)

    async def _task(self, task: Pending, runs: int) -> wire.Task:
        request = task.request
        source = request.program.source.encode()
        return wire.Task(
            id=task.id,
            batch_id=request.batch_id,
            candidate_id=request.candidate_id,
            traceparent=request.traceparent,
            language=request.program.language,
            source=await self._blobs.written(source, SOURCE_INLINE_BYTES),
            limits=limits_to_wire(request.limits),
            runs=runs,
        )

    def _runs(self, request: ExecutionRequest) -> _Shared:
        key = tuple(map(id, request.runs))
        kept = self._kept.get(key)
        if kept is not None and self._is_there(kept):
            self._kept.move_to_end(key)
            return kept
        if kept is not None:
            self._drop(key)
        writing: asyncio.Task[wire.Content] = asyncio.create_task(self._write_runs(key, request.runs))
        made = self._kept[key] = _Shared(request.runs, self._clock_s(), writing)
        return made

    async def _write_runs(self, key: tuple[int, ...], runs: tuple[Run, ...]) -> wire.Content:
        message = await asyncio.to_thread(_message, runs)  # of MiB, it may be
        shared = self._kept.get(key)
        if shared is not None and shared.runs is runs:
            shared.size_bytes = len(message)
            self._kept_bytes += len(message)
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))
        return await self._blobs.written(message, RUNS_INLINE_BYTES)

    def _is_there(self, kept: _Shared) -> bool:
        writing = kept.writing
        if not writing.done():
            return True
        if writing.cancelled() or writing.exception() is not None:
            return False
        is_inline = writing.result().WhichOneof("where") == "inline"
        return is_inline or self._clock_s() - kept.written_at_s < WRITE_AGAIN_S

    def _drop(self, key: tuple[int, ...]) -> None:
        dropped = self._kept.pop(key)
        self._kept_bytes -= dropped.size_bytes
        dropped.is_kept = False
        self._discard_unused(dropped)

    def _discard_unused(self, shared: _Shared) -> None:
        if not shared.is_kept and not shared.users:
            shared.writing.add_done_callback(self._discard_written)

    def _discard_written(self, writing: asyncio.Task[wire.Content]) -> None:
        if not writing.cancelled() and writing.exception() is None:
            self._blobs.discard(writing.result())


def _message(runs: tuple[Run, ...]) -> bytes:
    return wire.Runs(runs=map(run_to_wire, runs)).SerializeToString()
