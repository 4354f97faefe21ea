"""Which workers are there: they say so every few seconds, and who is not heard any more has gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.connection import Connection
from verifierd.fleet.subjects import Names
from verifierd.fleet.toolchains import remembered
from verifierd.fleet.workers import Toolchain, WorkerState, worker_from_wire
from verifierd.logs import get_logger

BEAT_S = 2.0
GONE_S = 4 * BEAT_S


class Roster:
    """Listens to workers from `start` to `close`.

    With a `toolchain` (its token) only workers that have it count, and only what it can run is known.
    """

    def __init__(
        self, connection: Connection, toolchain: str = "", clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._names = Names(connection.settings.prefix)
        self._wanted = toolchain
        self._clock_s = clock_s
        self._heard: dict[str, tuple[float, WorkerState]] = {}
        self._toolchains: dict[str, Toolchain] = {}
        self._changed: list[Callable[[], None]] = []
        self._slots = 0
        self._looking: asyncio.Task[None] | None = None
        self._log = get_logger(__name__)

    async def start(self) -> None:
        """Begin to listen, and ask who is there. Raises FleetUnavailable."""
        for toolchain in await remembered(self._connection):
            self._learn(toolchain)
        await self._connection.client.subscribe(self._names.presence("worker", "*"), cb=self._hear)
        await self._connection.publish(self._names.roll_call)
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop; the connection is closed by its owner."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def on_change(self, called: Callable[[], None]) -> None:
        """Call this when the number of sandboxes has changed."""
        self._changed.append(called)

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        """Return the workers that are there, as they told of themselves last."""
        return tuple(worker for _, worker in self._heard.values())

    @property
    def heard(self) -> tuple[tuple[float, WorkerState], ...]:
        """Return the workers that are there, each with when it was heard last, by the roster's clock."""
        return tuple(self._heard.values())

    @property
    def slots(self) -> int:
        """Return the sandboxes of all workers that take work."""
        return self._slots

    @property
    def toolchains(self) -> tuple[Toolchain, ...]:
        """Return what can be run: by workers that are there, or that were and may come back."""
        return tuple(self._toolchains.values())

    def is_there(self, worker: str) -> bool:
        """Tell whether a worker was heard a moment ago."""
        return worker in self._heard

    async def _hear(self, message: Msg) -> None:
        try:
            worker = worker_from_wire(wire.Worker.FromString(message.data))
        except DecodeError:
            self._log.warning("presence_unreadable", subject=message.subject)
            return
        if self._wanted and worker.toolchain.token != self._wanted:
            return
        if worker.id not in self._heard:
            self._log.info("worker_there", worker=worker.id, host=worker.host, sandboxes=worker.slots)
        self._heard[worker.id] = self._clock_s(), worker
        self._learn(worker.toolchain)
        self._count()

    def _learn(self, toolchain: Toolchain) -> None:
        if self._wanted in ("", toolchain.token):
            self._toolchains[toolchain.token] = toolchain

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S / 2)
            if not self._connection.is_connected:  # nobody can be heard, which says nothing of them
                now_s = self._clock_s()
                self._heard = {name: (now_s, worker) for name, (_, worker) in self._heard.items()}
            for name, (heard_at_s, worker) in tuple(self._heard.items()):
                if self._clock_s() - heard_at_s > GONE_S:
                    del self._heard[name]
                    say = self._log.warning if worker.slots else self._log.info  # who drained was to go
                    say("worker_gone", worker=name, host=worker.host)
            self._count()

    def _count(self) -> None:
        slots = sum(worker.slots for worker in self.workers)
        if slots != self._slots:
            self._slots = slots
            for called in self._changed:
                called()
