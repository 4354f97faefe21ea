"""The one store whose batches are in a NATS below one prefix: said there by the first front end, for good.

Front ends of another store would take batches out of the queue that they do not know.
"""

from __future__ import annotations

import json

from nats.js.errors import KeyWrongLastSequenceError

from verifierd.fleet.buckets import key_value_bucket
from verifierd.fleet.connection import PASSING, Connection
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.subjects import Names

_KEY = "store"
DESCRIPTION = "Which audit store verifierd's batches are in."


async def claim(connection: Connection, identity: str, where: str) -> None:
    """Say that the batches below the connection's prefix are those of this store, called `where` in messages.

    Raises:
        FleetUnavailable: they are another store's; or NATS refuses to keep it, or does not answer.
    """
    names = Names(connection.settings.prefix)
    try:
        bucket = await key_value_bucket(connection, names.store, DESCRIPTION)
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
