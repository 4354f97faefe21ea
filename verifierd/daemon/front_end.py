"""A daemon without sandboxes of its own: its connection to NATS, and the fleet that it has work done by."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from verifierd.config.convert import jetstream_settings
from verifierd.config.settings import Settings
from verifierd.fleet.connection import Connection, connect
from verifierd.fleet.executor import JetStreamExecutor
from verifierd.fleet.problems import SharedProblems
from verifierd.fleet.queue_load import QueueLoad
from verifierd.fleet.roster import Roster
from verifierd.observing import FleetLoad, Observer, WorkerLoad


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What carries a front end's work."""

    connection: Connection
    roster: Roster
    executor: JetStreamExecutor
    queue: QueueLoad
    problems: SharedProblems

    def load(self) -> FleetLoad:
        """Return what is known of the fleet at this moment."""
        now_s = time.monotonic()
        return FleetLoad(
            workers=[
                WorkerLoad(
                    worker.id,
                    worker.slots,
                    worker.busy,
                    is_draining=not worker.slots,
                    seen_s_ago=now_s - heard_at_s,
                    version=worker.version,
                    languages=tuple(worker.toolchain.languages),
                )
                for heard_at_s, worker in self.roster.heard
            ],
            pending=self.queue.pending,
            in_progress=self.queue.in_progress,
            trouble=self.connection.trouble,
            can_wait=bool(self.roster.toolchains),
        )


@asynccontextmanager
async def front_end(settings: Settings, observer: Observer) -> AsyncIterator[FrontEnd]:
    """Be a front end of the fleet that the settings name, for the length of the block.

    Raises:
        FleetUnavailable: NATS cannot be reached, or does not do what is needed.
    """
    section = settings.executor
    async with AsyncExitStack() as undo:
        name = f"verifierd front end {os.uname().nodename}:{os.getpid()}"
        connection = await connect(jetstream_settings(settings), name)
        undo.push_async_callback(connection.close)
        roster = Roster(connection, section.toolchain)
        undo.push_async_callback(roster.close)
        await roster.start()
        executor = JetStreamExecutor(connection, roster, section.toolchain, section.ahead, observer)
        undo.push_async_callback(executor.close)
        await executor.start()
        queue = QueueLoad(connection)
        undo.push_async_callback(queue.close)
        queue.start()
        problems = SharedProblems(connection)
        await problems.start()
        yield FrontEnd(connection, roster, executor, queue, problems)
