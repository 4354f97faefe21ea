"""A daemon as one of several front ends of a store: its part in the queue of batches, over NATS."""

from __future__ import annotations

import asyncio

from verifierd.audit.ownership import identity
from verifierd.audit.store import Store
from verifierd.batches.recorded import Recorder
from verifierd.durable.batch_queue import BatchQueue
from verifierd.durable.leftovers import Leftovers
from verifierd.durable.news import News
from verifierd.durable.one_store import claim
from verifierd.durable.runs import Runs
from verifierd.durable.shared import Shared
from verifierd.fleet.connection import Connection

ACK_WAITS = 2  # as long as a worker's: to take over a whole batch costs more than a chunk
WATCH_LOOK_S = 5.0  # between two looks of who watches, where no news comes


async def shared(
    connection: Connection, recorder: Recorder, store: Store, runs: Runs, at_a_time: int
) -> Shared:
    """Return what takes batches from the queue, which is there when this returns.

    Raises:
        FleetUnavailable: NATS refuses the queue, or does not answer; or another store's batches are in it.
        StoreUnavailable: the store cannot be reached, or is a file, which front ends cannot share.
    """
    await claim(connection, await asyncio.to_thread(identity, store), store.where)
    queue = BatchQueue(connection, ACK_WAITS * connection.settings.ack_wait_s)
    await queue.open()
    scribe = recorder.scribe
    news, leftovers = News(connection, scribe.front_end), Leftovers(recorder, store, queue)
    return Shared(scribe, store, runs, queue, news, leftovers, at_a_time)
