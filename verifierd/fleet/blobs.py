"""What is too large for messages: in JetStream's object store, by SHA-256, and kept near who reads it.

Each put makes an object of its own, so that who knows that nobody reads it any more can discard it: a front
end its programs and inputs, and the outputs that it was sent. What nobody discards goes by its age.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from contextlib import suppress
from uuid import uuid4

from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import PASSING, RETRY_PAUSES_S, Connection
from verifierd.fleet.errors import BlobMissing
from verifierd.fleet.objects import object_bytes, object_store, remove_object
from verifierd.fleet.subjects import Names

INLINE_BYTES = 128 << 10  # more goes by digest
AGE_S = 6 * 3600.0
CACHE_BYTES = 256 << 20


class Blobs:
    """Puts and reads blobs for one process, known as `owner` in their names."""

    def __init__(self, connection: Connection, owner: str, cache_bytes: int = CACHE_BYTES) -> None:
        """Keep up to `cache_bytes` of what was read."""
        self._connection = connection
        self._owner = owner
        self._cache_bytes = cache_bytes
        self._store: ObjectStore | None = None
        self._cache: OrderedDict[bytes, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._reads: dict[bytes, asyncio.Task[bytes]] = {}
        self._removing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Make the object store where it is missing. Raises FleetUnavailable."""
        self._store = await object_store(
            self._connection,
            Names(self._connection.settings.prefix).blobs,
            "Programs, inputs and outputs that are too large for messages.",
            AGE_S,
        )

    async def close(self) -> None:
        """Discard nothing more; the connection is closed by its owner."""
        for removing in self._removing:
            removing.cancel()
        await asyncio.gather(*self._removing, return_exceptions=True)

    async def written(self, content: bytes, inline_bytes: int = INLINE_BYTES) -> wire.Content:
        """Return content as it goes into a message: itself, or the name of the object that it is put as."""
        if len(content) <= inline_bytes:
            return wire.Content(inline=content)
        sha256 = await asyncio.to_thread(_sha256, content)
        name = f"{self._owner}.{uuid4().hex}"
        await self._put(name, content)
        return wire.Content(blob=wire.Blob(name=name, sha256=sha256, size_bytes=len(content)))

    def discard(self, content: wire.Content) -> None:
        """Remove an object, if content is in one: nobody reads it any more."""
        if content.WhichOneof("where") == "blob":
            removing = asyncio.create_task(self._remove(content.blob.name))
            self._removing.add(removing)
            removing.add_done_callback(self._removing.discard)

    async def read(self, content: wire.Content, *, is_kept: bool = True) -> bytes:
        """Return the bytes of what is in a message or named by it; kept for others who read equal ones.

        Raises:
            BlobMissing: the object is gone, or its bytes are not those that were put.
        """
        if content.WhichOneof("where") != "blob":
            return content.inline
        sha256 = content.blob.sha256
        if (known := self._cache.get(sha256)) is not None:
            self._cache.move_to_end(sha256)
            return known
        if (reading := self._reads.get(sha256)) is None:
            reading = self._reads[sha256] = asyncio.create_task(self._get(content.blob, is_kept=is_kept))
            reading.add_done_callback(lambda _: self._reads.pop(sha256, None))
        return await asyncio.shield(reading)

    async def _put(self, name: str, content: bytes) -> None:
        failures = 0
        while True:
            try:
                await self._opened().put(name, content)
            except PASSING:
                await asyncio.sleep(RETRY_PAUSES_S[min(failures, len(RETRY_PAUSES_S) - 1)])
                failures += 1
            else:
                return

    async def _remove(self, name: str) -> None:
        with suppress(*PASSING):
            await remove_object(self._connection, self._opened(), name)

    async def _get(self, blob: wire.Blob, *, is_kept: bool) -> bytes:
        trouble = "it could not be read"
        for pause_s in RETRY_PAUSES_S:
            try:
                content = await object_bytes(self._connection, self._opened(), blob.name)
            except NotFoundError:
                raise BlobMissing(f"the object {blob.name} is not in the object store") from None
            except PASSING as error:
                trouble = str(error) or type(error).__name__
                await asyncio.sleep(pause_s)
                continue
            if await asyncio.to_thread(_sha256, content) != blob.sha256:
                raise BlobMissing(f"the object {blob.name} has other bytes than its name says")
            if is_kept:
                self._keep(blob.sha256, content)
            return content
        raise BlobMissing(f"the object {blob.name}: {trouble}")

    def _keep(self, sha256: bytes, content: bytes) -> None:
        if sha256 not in self._cache:
            self._cache[sha256] = content
            self._cached_bytes += len(content)
        while self._cached_bytes > self._cache_bytes and self._cache:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= len(dropped)

    def _opened(self) -> ObjectStore:
        if self._store is None:
            raise RuntimeError("start comes first")
        return self._store


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
