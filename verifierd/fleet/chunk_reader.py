"""Chunks read: a candidate's request as executors take it; runs that many candidates share are read once."""

from __future__ import annotations

from collections import OrderedDict

from google.protobuf.message import DecodeError

from sandboxes.languages import LANGUAGES
from sandboxes.model import Program, Run
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.blobs import Blobs
from verifierd.fleet.errors import UnreadableMessage
from verifierd.fleet.run_messages import limits_from_wire, run_from_wire

KEPT_BYTES = 64 << 20  # of messages whose runs are kept


class ChunkReader:
    """Reads chunks of one worker."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._kept: OrderedDict[bytes, tuple[int, tuple[Run, ...]]] = OrderedDict()
        self._kept_bytes = 0

    async def request(self, chunk: wire.Chunk, task: wire.Task) -> ExecutionRequest:
        """Return what a task asks for.

        Raises:
            BlobMissing: a part of it is in the object store no longer.
            UnreadableMessage: it says what this version does not understand, or is damaged.
        """
        if task.language not in LANGUAGES:
            raise UnreadableMessage(f"this version does not know the language {task.language!r}")
        source = await self._blobs.read(task.source)
        try:
            program = Program(task.language, source.decode())
        except UnicodeDecodeError:
            raise UnreadableMessage("the program is not UTF-8") from None
        return ExecutionRequest(
            batch_id=task.batch_id,
            candidate_id=task.candidate_id,
            program=program,
            runs=await self.runs(chunk, task),
            limits=limits_from_wire(task.limits),
            tenant=chunk.tenant,
            traceparent=task.traceparent,
        )

    async def runs(self, chunk: wire.Chunk, task: wire.Task) -> tuple[Run, ...]:
        """Return the runs that a task asks for. Raises the same."""
        if task.runs >= len(chunk.runs):
            raise UnreadableMessage("a task asks for runs that its chunk does not have")
        content = chunk.runs[task.runs]
        key = content.blob.sha256 if content.WhichOneof("where") == "blob" else content.inline
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept[1]
        message = await self._blobs.read(content)
        try:
            runs = tuple(map(run_from_wire, wire.Runs.FromString(message).runs))
        except DecodeError:
            raise UnreadableMessage("the runs of a task cannot be read") from None
        before_bytes, _ = self._kept.pop(key, (0, ()))  # another one may have read it meanwhile
        self._kept[key] = len(message), runs
        self._kept_bytes += len(message) - before_bytes
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, (dropped_bytes, _) = self._kept.popitem(last=False)
            self._kept_bytes -= dropped_bytes
        return runs
