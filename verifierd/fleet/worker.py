"""A worker: takes chunks, runs their candidates in its own sandboxes, and tells what came of them.

It keeps what it holds alive, and acknowledges a chunk once its outcomes are safe in their stream: a worker
that is lost at any moment leaves nothing but work to be done again.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.execution.executor import Executor
from verifierd.fleet.blobs import Blobs
from verifierd.fleet.chunk_reader import ChunkReader
from verifierd.fleet.chunk_runner import ChunkRunner
from verifierd.fleet.connection import Connection
from verifierd.fleet.held import Held
from verifierd.fleet.intake import Intake
from verifierd.fleet.reporting import Report
from verifierd.fleet.roster import BEAT_S
from verifierd.fleet.streams import make_streams
from verifierd.fleet.subjects import Names
from verifierd.fleet.toolchains import remember
from verifierd.fleet.turns import Turns
from verifierd.fleet.workers import WIRE_VERSION, Toolchain, WorkerState, worker_to_wire
from verifierd.logs import get_logger

NEWER_PAUSE_S = 2.0  # before a chunk that only newer workers read goes back
LOOKAHEAD_SHARE = 4  # of so many sandboxes one chunk is held ready, and one at least
LONG_S = (
    0.25  # beside chunks of this length the next is fetched in no time: it stays for whoever is idle first
)
LEARNING = 0.3
TROUBLE_PAUSE_S = 1.0
GIVE_BACK_S = 5.0  # for NATS to take what a drain has cut off
SIGNS_OF_LIFE = 3  # within the time after which the server takes a chunk for lost


class Worker:
    """Works from `start` to `close`; `drain` before that loses nothing. The connection is its owner's."""

    def __init__(
        self, connection: Connection, executor: Executor, toolchain: Toolchain, version: str = ""
    ) -> None:
        """Run as many candidates at a time as the executor has room for."""
        self.id = f"{os.uname().nodename}-{uuid4().hex[:12]}".replace(".", "-")
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._executor = executor
        self._toolchain = toolchain
        self._version = version
        self._blobs = Blobs(connection, self.id)
        turns = Turns(connection.settings.tenant_weights)
        self._intake = Intake(connection, toolchain.token, toolchain.languages, turns, self._accept)
        self._held: dict[str, Held] = {}  # by the chunk's id
        self._backlog: asyncio.PriorityQueue[tuple[bool, int, Held]] = asyncio.PriorityQueue()
        self._order = itertools.count()
        self._runner = ChunkRunner(connection, executor, ChunkReader(self._blobs), self.id)
        self._busy = 0
        self._chunk_s = 0.0  # what a chunk takes, about, as the last ones did
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runners: list[asyncio.Task[None]] = []
        self._feeding: asyncio.Task[None] | None = None
        self._is_draining = False
        self._log = get_logger(__name__).bind(worker=self.id)

    @property
    def state(self) -> WorkerState:
        """Return what the worker tells of itself."""
        slots = 0 if self._is_draining else self._executor.capacity
        return WorkerState(
            self.id, os.uname().nodename, self._version, slots, self._busy, self._runner.done, self._toolchain
        )

    async def start(self) -> None:
        """Begin to work. Raises FleetUnavailable."""
        await self._make_what_is_missing()
        self._connection.on_reconnect(self._make_what_is_missing)
        client = self._connection.client
        await client.subscribe(self._names.cancel(self.id), cb=self._cancel)
        await client.subscribe(self._names.roll_call, cb=self._answer_roll_call)
        await self._intake.start()
        self._runners = [asyncio.create_task(self._run_chunks()) for _ in range(self._executor.capacity)]
        self._feeding = asyncio.create_task(self._feed())
        self._keep(self._beat_for_ever())
        self._keep(self._keep_alive())

    async def _make_what_is_missing(self) -> None:
        await make_streams(self._connection)
        await self._blobs.start()
        await remember(self._connection, self._toolchain)

    async def drain(self, timeout_s: float) -> bool:
        """Take no more, give back what is not begun, and end what is.

        Returns:
            True if what was begun came to its end within `timeout_s` seconds; the rest goes back as well.
        """
        self._is_draining = True
        await self._beat()
        if self._feeding is not None:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)
        await self._intake.close()
        try:
            async with asyncio.timeout(timeout_s):
                while not self._backlog.empty():
                    await self._give_back(self._backlog.get_nowait()[2])
                while self._held:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            self._log.warning("drain_timed_out", chunks=len(self._held))
            for runner in self._runners:
                runner.cancel()
            await asyncio.gather(*self._runners, return_exceptions=True)
            giving = [asyncio.create_task(self._give_back(held)) for held in tuple(self._held.values())]
            if giving:
                await asyncio.wait(giving, timeout=GIVE_BACK_S)
            return False
        return True

    async def close(self) -> None:
        """Stop at once. What is held goes to other workers when the server misses this one."""
        self._is_draining = True
        await self._intake.close()
        tasks = [*self._runners, *self._tasks, *([self._feeding] if self._feeding else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def _idle(self) -> int:
        return self._executor.capacity - self._busy - self._backlog.qsize()

    @property
    def _room(self) -> int:
        """How many more chunks may be held: one for each idle sandbox, and a few short ones to be in time."""
        ahead = max(1, self._executor.capacity // LOOKAHEAD_SHARE) if self._chunk_s < LONG_S else 0
        return self._idle + ahead

    async def _feed(self) -> None:
        """Take chunks for as long as there is room."""
        while True:
            try:
                await self._take_some()
            except Exception:  # a worker that takes nothing any more is worse than one that tries again
                self._log.exception("chunks_not_taken")
                await asyncio.sleep(TROUBLE_PAUSE_S)

    async def _take_some(self) -> None:
        self._changed.clear()
        if self._room <= 0:
            await self._changed.wait()
            return
        message = await self._intake.ask()
        if message is not None:
            self._accept(message)
        elif self._idle > 0:
            await self._intake.listen()
        else:
            await self._changed.wait()

    def _accept(self, message: Msg) -> None:
        """Take a chunk in hand; one that there is no room for, since its request had waited, goes back."""
        try:
            held = Held(self._connection, message, wire.Chunk.FromString(message.data))
        except DecodeError:
            self._log.error("chunk_unreadable", subject=message.subject)
            self._keep(message.term())
            return
        self._log.debug(
            "chunk_taken",
            chunk=held.chunk.id,
            delivered=message.metadata.num_delivered,
            losses=held.losses,
            candidates=len(held.chunk.tasks),
        )
        if (known := self._held.get(held.chunk.id)) is not None:
            known.came_again(message)
            return
        is_full = self._room <= 0 or self._is_draining
        self._held[held.chunk.id] = held
        if held.chunk.needs_version > WIRE_VERSION:
            self._keep(self._leave_to_newer(held))
        elif is_full or (held.losses and len(held.chunk.tasks) > 1):
            self._keep(self._give_back(held))
        else:
            self._backlog.put_nowait((not held.is_interactive, next(self._order), held))

    async def _leave_to_newer(self, held: Held) -> None:
        self._log.warning("chunk_of_newer_version", needs=held.chunk.needs_version, reads=WIRE_VERSION)
        await asyncio.sleep(NEWER_PAUSE_S)
        await self._give_back(held)

    async def _give_back(self, held: Held) -> None:
        await held.give_back(self.id)
        self._let_go(held)

    def _let_go(self, held: Held) -> None:
        self._held.pop(held.chunk.id, None)
        self._stir()

    def _stir(self) -> None:
        self._changed.set()
        self._intake.stir()

    async def _run_chunks(self) -> None:
        """Run chunks in one sandbox at a time, for ever."""
        while True:
            _, _, held = await self._backlog.get()
            self._busy += 1
            report = Report(self._connection, self._blobs, self.id, held.chunk)
            began_s = time.monotonic()
            try:
                await self._runner.run(held, report)
            except asyncio.CancelledError:
                report.give_up()
                raise
            except Exception:  # it goes to another worker when the server misses this one
                self._log.exception("chunk_not_run", chunk=held.chunk.id)
                self._let_go(held)
                continue
            finally:
                self._busy -= 1
                self._chunk_s += LEARNING * (time.monotonic() - began_s - self._chunk_s)
                self._stir()
            self._keep(self._finish(held, report))

    async def _finish(self, held: Held, report: Report) -> None:
        try:
            await report.close()
            await held.acknowledge()
        except Exception:  # it goes to another worker when the server misses this one
            self._log.exception("outcomes_not_told", chunk=held.chunk.id)
        finally:
            self._let_go(held)

    async def _cancel(self, message: Msg) -> None:
        with suppress(DecodeError):
            self._runner.cancel(wire.Cancel.FromString(message.data).tasks)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._connection.settings.ack_wait_s / SIGNS_OF_LIFE)
            for held in tuple(self._held.values()):
                if not held.is_over:
                    await held.keep_alive()

    async def _beat_for_ever(self) -> None:
        while True:
            await self._beat()
            await asyncio.sleep(BEAT_S)

    async def _answer_roll_call(self, _: Msg) -> None:
        await self._beat()

    async def _beat(self) -> None:
        state = worker_to_wire(self.state).SerializeToString()
        await self._connection.publish(self._names.presence("worker", self.id), state)

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
