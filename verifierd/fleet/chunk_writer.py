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
from verifierd.fleet.blobs import PUT_AGAIN_S, Blobs
from verifierd.fleet.pending import Pending
from verifierd.fleet.run_messages import limits_to_wire, run_to_wire

# The lowest that reads a chunk as it is written here; a change that older readers must not miss raises it.
NEEDS_VERSION = 1
RUNS_INLINE_BYTES, SOURCE_INLINE_BYTES = 32 << 10, 64 << 10
KEPT_BYTES = 64 << 20  # of runs as messages


@dataclass(frozen=True, slots=True)
class _Written:
    """Runs as a message. The runs themselves are held too: nothing else may take their identity meanwhile."""

    runs: tuple[Run, ...]
    content: wire.Content
    size_bytes: int
    written_at_s: float


class ChunkWriter:
    """Writes chunks of one front end."""

    def __init__(self, blobs: Blobs, front_end: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._blobs = blobs
        self._front_end = front_end
        self._clock_s = clock_s
        self._kept: OrderedDict[tuple[int, ...], _Written] = OrderedDict()
        self._kept_bytes = 0

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
            written = await self._runs(task.request)
            place = places.get(id(written))
            if place is None:
                place = places[id(written)] = len(chunk.runs)
                chunk.runs.append(written.content)
            chunk.tasks.append(await self._task(task, place))
        return chunk.SerializeToString()

    def forget(self) -> None:
        """Write everything again from now on: a worker missed something of it."""
        self._kept.clear()
        self._kept_bytes = 0
        self._blobs.forget_puts()

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

    async def _runs(self, request: ExecutionRequest) -> _Written:
        key = tuple(map(id, request.runs))
        kept = self._kept.get(key)
        if kept is not None and self._is_there(kept):
            self._kept.move_to_end(key)
            return kept
        message = await asyncio.to_thread(_message, request.runs)  # of MiB, it may be
        content = await self._blobs.written(message, RUNS_INLINE_BYTES)
        written = _Written(request.runs, content, len(message), self._clock_s())
        self._keep(key, written)
        return written

    def _is_there(self, kept: _Written) -> bool:
        is_inline = kept.content.WhichOneof("where") == "inline"
        return is_inline or self._clock_s() - kept.written_at_s < PUT_AGAIN_S

    def _keep(self, key: tuple[int, ...], written: _Written) -> None:
        if (before := self._kept.pop(key, None)) is not None:
            self._kept_bytes -= before.size_bytes
        self._kept[key] = written
        self._kept_bytes += written.size_bytes
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.size_bytes


def _message(runs: tuple[Run, ...]) -> bytes:
    return wire.Runs(runs=map(run_to_wire, runs)).SerializeToString()
