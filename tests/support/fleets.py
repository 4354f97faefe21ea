"""A fleet in one event loop: a real nats-server, front ends and workers whose sandboxes are stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from sandboxes.model import Outcome, Run, StdioRun
from tests.support.nats_server import NatsServer
from tests.unit.execution.fakes import FakeExecutor, printed
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.fleet.connection import connect
from verifierd.fleet.executor import JetStreamExecutor
from verifierd.fleet.roster import Roster
from verifierd.fleet.settings import JetStreamSettings
from verifierd.fleet.worker import Worker
from verifierd.fleet.workers import Toolchain
from verifierd.judging.answers import Answer
from verifierd.observing import NOBODY, Observer

PYTHON = Toolchain("scripted", "", {"python": "CPython 3.11"})
ACK_WAIT_S = 1.0


@dataclass
class Fleet:
    """Front ends and workers of one nats-server; `aclose` of the block ends what is left."""

    nats: NatsServer
    undo: AsyncExitStack
    settings: JetStreamSettings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = self.nats.settings(ack_wait_s=ACK_WAIT_S)

    async def front_end(self, ahead: int = 3, observer: Observer = NOBODY) -> JetStreamExecutor:
        """Return a started executor."""
        connection = await connect(self.settings, "front end")
        self.undo.push_async_callback(connection.close)
        roster = Roster(connection)
        self.undo.push_async_callback(roster.close)
        await roster.start()
        executor = JetStreamExecutor(connection, roster, ahead=ahead, observer=observer)
        self.undo.push_async_callback(executor.close)
        await executor.start()
        return executor

    async def chunks(self) -> int:
        """Return how many chunks wait in queues or are with a worker."""
        connection = await connect(self.settings, "a look")
        info = await connection.jetstream.stream_info("verifierd-work")
        await connection.close()
        return info.state.messages

    async def worker(self, executor: Executor, toolchain: Toolchain = PYTHON) -> Worker:
        """Return a started worker with these sandboxes."""
        connection = await connect(self.settings, "worker")
        self.undo.push_async_callback(connection.close)
        worker = Worker(connection, executor, toolchain, "test")
        self.undo.push_async_callback(worker.close)
        await worker.start()
        return worker


@asynccontextmanager
async def fleet_of(nats: NatsServer) -> AsyncIterator[Fleet]:
    """Give a fleet without anybody in it."""
    async with AsyncExitStack() as undo:
        yield Fleet(nats, undo)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what nobody tells of."""
    while not await true():  # noqa: ASYNC110 - streams tell of nothing
        await asyncio.sleep(0.02)


async def lose(worker: Worker) -> None:
    """Take a worker away as a crash would: it acknowledges nothing and says no goodbye."""
    client = worker._connection.client
    await worker.close()
    await client.close()


class Poisoned(FakeExecutor):
    """Runs all but what is called poison: at that it stays for ever, and says so."""

    def __init__(self) -> None:
        super().__init__(echo, capacity=1)
        self.met = asyncio.Event()

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        if request.program.source == "poison":
            self.met.set()
            await asyncio.Event().wait()
        async for answer in super().execute(request):
            yield answer


def echo(request: ExecutionRequest, run: Run) -> Outcome:
    """Print what was given."""
    return printed(run.stdin if isinstance(run, StdioRun) else b"")
