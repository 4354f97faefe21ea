"""JetStream's key-value buckets, made where they are missing."""

from __future__ import annotations

from functools import partial

from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KeyValue

from verifierd.fleet.connection import Connection
from verifierd.fleet.streams import make_or_take


async def key_value_bucket(
    connection: Connection, name: str, description: str, age_s: float | None = None
) -> KeyValue:
    """Return a bucket; what is in it goes after `age_s` seconds, None: never.

    Raises:
        Exception: one of `PASSING`.
    """
    wanted = KeyValueConfig(
        bucket=name,
        description=description,
        ttl=age_s,
        storage=StorageType.FILE,
        replicas=connection.settings.replicas,
    )
    jetstream = connection.jetstream
    return await make_or_take(partial(jetstream.create_key_value, wanted), partial(jetstream.key_value, name))
