"""Front ends over one store and one NATS, without sandboxes: in this process, or each in one of its own."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.integration.durable.scene import Life, Requests
from tests.support.stores import REPOSITORY
from tests.unit.batches.scene import act, engine, fake
from tests.unit.execution.fakes import FakeExecutor
from verifierd.audit.entries import Entry
from verifierd.audit.ownership import identity, share
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.audit.writer import Writer
from verifierd.batches.recorded import Recorder
from verifierd.daemon.owning import owned
from verifierd.durable.batch_queue import BatchQueue
from verifierd.durable.batches import DurableBatches
from verifierd.durable.leftovers import Leftovers
from verifierd.durable.news import News
from verifierd.durable.one_store import claim
from verifierd.durable.runs import Runs
from verifierd.durable.shared import Shared
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.connection import Connection, connect
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.settings import JetStreamSettings
from verifierd.judging.answers import Answer

ACK_WAIT_S = 2.0


@dataclass
class FrontEnd(Life):
    """One front end, with what it reaches the others by."""

    connection: Connection
    queue: BatchQueue
    leftovers: Leftovers


class Paced(FakeExecutor):
    """Runs programs one at a time, each for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(act, capacity=1)
        self._seconds = seconds

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        await asyncio.sleep(self._seconds)
        async with aclosing(super().execute(request)) as answers:
            async for answer in answers:
                yield answer


async def never() -> None:
    raise AssertionError("the batches were not lost")


@asynccontextmanager
async def shared_life(
    store: Store,
    nats: JetStreamSettings,
    executor: FakeExecutor | None = None,
    name: str = "a",
    at_a_time: int = 4,
    alter: Callable[[Entry], Entry] = lambda entry: entry,
    look_s: float = 600.0,
    grace_s: float = 600.0,
    watch_look_s: float = 600.0,
    clock_s: Callable[[], float] = time.monotonic,
    ack_wait_s: float = ACK_WAIT_S,
) -> AsyncIterator[FrontEnd]:
    """Live over a store as one of several until the block ends. It looks for what is left when it begins."""
    connection = await connect(nats, name)
    executor = executor or fake()
    served = engine(executor)
    writer = Writer(store, alter=alter, front_end=name)
    writer.start()
    recorder = Recorder(served, writer, f"{name}:1")
    try:
        await claim(connection, await asyncio.to_thread(identity, store), store.where)
    except FleetUnavailable:
        await connection.close()
        raise
    queue = BatchQueue(connection, ack_wait_s)
    await queue.open()
    leftovers = Leftovers(recorder, store, queue, look_s, grace_s, clock_s)
    runs = Runs(recorder, store, Requests())
    shared = Shared(writer, store, runs, queue, News(connection, name), leftovers, at_a_time)
    durable = DurableBatches(recorder, store, shared, watch_look_s)
    writer.on_commit(durable.committed)
    writer.on_drop(durable.dropped)
    try:
        await durable.resume()
        yield FrontEnd(durable, runs, executor, served, writer, connection, queue, leftovers)
    finally:
        await durable.stop()
        await recorder.close(1.0)
        await writer.close()
        await connection.close()


@asynccontextmanager
async def front_end(
    settings: StoreSettings,
    nats: JetStreamSettings,
    executor: FakeExecutor | None = None,
    name: str = "a",
    **how: Any,
) -> AsyncIterator[FrontEnd]:
    """Live so over a store of one's own opening, and hold it together with others. For `how` see there."""
    store = await asyncio.to_thread(open_store, settings)
    try:
        async with (
            owned(partial(share, store, name), never),
            shared_life(store, nats, executor, name, **how) as living,
        ):
            yield living
    finally:
        store.close()


@asynccontextmanager
async def process(
    settings: StoreSettings, nats: JetStreamSettings, name: str, delay_s: float
) -> AsyncIterator[int]:
    """A front end in a process of its own, until the block ends; its programs take so long."""
    command = (settings.database, settings.blobs, nats.servers[0], name, str(delay_s))
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, *command, stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY
    )
    try:
        assert started.stdout is not None
        assert await started.stdout.readline() == b"ready\n"
        yield started.pid
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def _main(database: str, blobs: str, server: str, name: str, delay_s: str) -> None:
    executor = Paced(float(delay_s))
    nats = JetStreamSettings(servers=(server,))
    async with front_end(StoreSettings(database, blobs), nats, executor, name):
        print("ready", flush=True)  # noqa: T201 - whoever started it waits for this
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
