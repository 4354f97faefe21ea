"""Toolchains that any worker ever had: a fleet that shrank to nothing still takes work, and grows for it."""

from __future__ import annotations

import asyncio

from google.protobuf.message import DecodeError
from nats.js.errors import NoKeysError, NotFoundError
from nats.js.kv import KeyValue

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.buckets import key_value_bucket
from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.subjects import Names
from verifierd.fleet.workers import Toolchain, toolchain_from_wire, toolchain_to_wire
from verifierd.logs import get_logger

AGE_S = 30 * 86_400.0
DESCRIPTION = "What verifierd's workers can run."
READ_TIMEOUT_S = 10.0


async def remember(connection: Connection, toolchain: Toolchain) -> None:
    """Keep a toolchain for front ends that start when no worker is there. Raises FleetUnavailable."""
    try:
        bucket = await _bucket(connection)
        await bucket.put(toolchain.token, toolchain_to_wire(toolchain).SerializeToString())
    except PASSING as error:
        raise FleetUnavailable(f"NATS does not keep what a worker can run: {error}") from error


async def remembered(connection: Connection) -> tuple[Toolchain, ...]:
    """Return the toolchains of the last month. Raises FleetUnavailable."""
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            bucket = await _bucket(connection)
            found = [await _remembered(bucket, key) for key in await bucket.keys()]
    except NoKeysError:
        return ()
    except PASSING as error:
        raise FleetUnavailable(f"NATS does not tell what workers can run: {error}") from error
    return tuple(each for each in found if each is not None)


async def _remembered(bucket: KeyValue, key: str) -> Toolchain | None:
    """Return one toolchain; None: it has gone meanwhile, or cannot be read, and a worker tells it anew."""
    try:
        entry = await bucket.get(key)
        return toolchain_from_wire(wire.Toolchain.FromString(entry.value or b""))
    except NotFoundError:
        return None
    except DecodeError:
        get_logger(__name__).warning("toolchain_unreadable", key=key)
        return None


async def _bucket(connection: Connection) -> KeyValue:
    name = Names(connection.settings.prefix).toolchains
    return await key_value_bucket(connection, name, DESCRIPTION, AGE_S)
