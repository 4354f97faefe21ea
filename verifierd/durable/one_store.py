"""The one store whose batches are in a NATS below one prefix: said there by the first front end, for good.

Front ends of another store would take batches out of the queue that they do not know.
"""

from __future__ import annotations

import json

from nats.js.api import KeyValueConfig, StorageType
from nats.js.errors import APIError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.streams import NAME_IN_USE
from verifierd.fleet.subjects import Names

_KEY = "store"


async def claim(connection: Connection, identity: str, where: str) -> None:
    """Say that the batches below the connection's prefix are those of this store, called `where` in messages.

    Raises:
        FleetUnavailable: they are another store's; or NATS refuses to keep it, or does not answer.
    """
    names = Names(connection.settings.prefix)
    try:
        bucket = await _bucket(connection, names.store)
        said = json.dumps({"identity": identity, "where": where}).encode()
        try:
            await bucket.create(_KEY, said)
        except KeyWrongLastSequenceError:
            said = (await bucket.get(_KEY)).value or b"{}"
    except PASSING as error:
        why = str(error) or type(error).__name__
        raise FleetUnavailable(f"NATS does not say which store it serves: {why}") from error
    first = json.loads(said)
    if first.get("identity") != identity:
        raise FleetUnavailable(
            f"below jetstream.prefix {connection.settings.prefix} are the batches of another store: "
            f"{first.get('where')}, not {where}; set another prefix here and at this store's workers, or, "
            "where the first one has moved or is given up, end its front ends and remove the stream "
            f"KV_{names.store}"
        )


async def _bucket(connection: Connection, name: str) -> KeyValue:
    wanted = KeyValueConfig(
        bucket=name,
        description="Which audit store verifierd's batches are in.",
        storage=StorageType.FILE,
        replicas=connection.settings.replicas,
    )
    try:
        return await connection.jetstream.create_key_value(wanted)
    except APIError as error:
        if error.err_code != NAME_IN_USE:
            raise
        return await connection.jetstream.key_value(name)
