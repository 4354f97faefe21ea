"""JetStream's object store: buckets made where they are missing, and objects read."""

from __future__ import annotations

import base64
from functools import partial

from nats.js.api import ObjectStoreConfig, StorageType
from nats.js.object_store import ObjectStore

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.streams import make_or_take

PART_TIMEOUT_S = 5.0  # for the next part of an object that is read


async def object_store(
    connection: Connection, bucket: str, description: str, age_s: float, max_bytes: int | None = None
) -> ObjectStore:
    """Return the store of a bucket, made where it is missing. Raises FleetUnavailable."""
    settings, jetstream = connection.settings, connection.jetstream
    wanted = ObjectStoreConfig(
        description=description,
        ttl=age_s,
        max_bytes=max_bytes,
        storage=StorageType.FILE,
        replicas=settings.replicas,
    )
    try:
        return await make_or_take(
            partial(jetstream.create_object_store, bucket, wanted), partial(jetstream.object_store, bucket)
        )
    except PASSING as error:
        raise FleetUnavailable(f"NATS cannot keep the object store {bucket}: {error}") from error


async def object_bytes(connection: Connection, store: ObjectStore, name: str) -> bytes:
    """Return an object's bytes, unproven.

    The library's own way waits for ever for what is removed meanwhile, and copies by the square of the size.

    Raises:
        Exception: one of `PASSING`; NotFoundError where there is no such object.
    """
    info = await store.get_info(name)
    content = bytearray()
    parts = f"$O.{info.bucket}.C.{info.nuid}"
    coming = await connection.jetstream.subscribe(parts, ordered_consumer=True)
    try:
        while len(content) < (info.size or 0):
            content += (await coming.next_msg(PART_TIMEOUT_S)).data
    finally:
        await coming.unsubscribe()
    return bytes(content)


async def remove_object(connection: Connection, store: ObjectStore, name: str) -> None:
    """Remove an object with all that tells of it.

    The library leaves a note of each, and the server a file of many parts for as long as one note is in it.

    Raises:
        Exception: one of `PASSING`.
    """
    info = await store.get_info(name)
    encoded = base64.urlsafe_b64encode(name.encode()).decode()
    for subject in (f"$O.{info.bucket}.M.{encoded}", f"$O.{info.bucket}.C.{info.nuid}"):
        await connection.jetstream.purge_stream(f"OBJ_{info.bucket}", subject=subject)
