"""What is too large for messages: in JetStream's object store, by SHA-256, and kept near who reads it.

Whoever puts a blob owns its name, so two never write one object at the same time. Objects go by themselves
after a while: who still names one by then puts it again.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable

from nats.js.api import ObjectStoreConfig, StorageType
from nats.js.errors import APIError, NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import PASSING, RETRY_PAUSES_S, Connection
from verifierd.fleet.errors import BlobMissing, FleetUnavailable
from verifierd.fleet.streams import NAME_IN_USE
from verifierd.fleet.subjects import Names

INLINE_BYTES = 128 << 10  # more goes by digest
AGE_S = 6 * 3600.0
PUT_AGAIN_S = AGE_S / 3
READ_TIMEOUT_S = 60.0
CACHE_BYTES = 256 << 20


class Blobs:
    """Puts and reads blobs for one process, known as `owner` in their names."""

    def __init__(
        self,
        connection: Connection,
        owner: str,
        cache_bytes: int = CACHE_BYTES,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep up to `cache_bytes` of what was read. `clock_s` gives seconds from any beginning."""
        self._connection = connection
        self._owner = owner
        self._cache_bytes = cache_bytes
        self._clock_s = clock_s
        self._store: ObjectStore | None = None
        self._puts: dict[bytes, tuple[float, asyncio.Task[None]]] = {}
        self._cache: OrderedDict[bytes, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._reads: dict[bytes, asyncio.Task[bytes]] = {}

    async def start(self) -> None:
        """Make the object store where it is missing. Raises FleetUnavailable."""
        settings, jetstream = self._connection.settings, self._connection.jetstream
        bucket = Names(settings.prefix).blobs
        wanted = ObjectStoreConfig(
            description="Programs, inputs and outputs that are too large for messages.",
            ttl=AGE_S,
            storage=StorageType.FILE,
            replicas=settings.replicas,
        )
        try:
            try:
                self._store = await jetstream.create_object_store(bucket, wanted)
            except APIError as error:
                if error.err_code != NAME_IN_USE:
                    raise
                self._store = await jetstream.object_store(bucket)
        except PASSING as error:
            raise FleetUnavailable(f"NATS cannot keep the object store {bucket}: {error}") from error

    async def written(self, content: bytes, inline_bytes: int = INLINE_BYTES) -> wire.Content:
        """Return content as it goes into a message: itself, or the name of the object that it is put as."""
        if len(content) <= inline_bytes:
            return wire.Content(inline=content)
        sha256 = await asyncio.to_thread(_sha256, content)
        name = f"{self._owner}.{sha256.hex()}"
        put_at_s, putting = self._puts.get(sha256, (0.0, None))
        if putting is None or self._clock_s() - put_at_s > PUT_AGAIN_S or _failed(putting):
            putting = asyncio.create_task(self._put(name, content))
            self._puts[sha256] = self._clock_s(), putting
        await asyncio.shield(putting)
        return wire.Content(blob=wire.Blob(name=name, sha256=sha256, size_bytes=len(content)))

    def forget_puts(self) -> None:
        """Put everything again that is written from now on: a reader missed something."""
        self._puts.clear()

    async def read(self, content: wire.Content) -> bytes:
        """Return the bytes of what is in a message or named by it.

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
            reading = self._reads[sha256] = asyncio.create_task(self._get(content.blob))
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

    async def _get(self, blob: wire.Blob) -> bytes:
        trouble = "it could not be read"
        for pause_s in RETRY_PAUSES_S:
            try:
                async with asyncio.timeout(READ_TIMEOUT_S):
                    got = await self._opened().get(blob.name)
            except (NotFoundError, ObjectNotFoundError):
                raise BlobMissing(f"the object {blob.name} is not in the object store") from None
            except PASSING as error:
                trouble = str(error) or type(error).__name__
                await asyncio.sleep(pause_s)
                continue
            content = bytes(got.data or b"")
            if await asyncio.to_thread(_sha256, content) != blob.sha256:
                raise BlobMissing(f"the object {blob.name} has other bytes than its name says")
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


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
