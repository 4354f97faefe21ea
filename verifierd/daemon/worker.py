"""A worker's life: sandboxes as the daemon has them, lent to a fleet; what it began it ends."""

from __future__ import annotations

import os
import time
from contextlib import AsyncExitStack

from sandboxes.backends.base import BackendUnavailable
from sandboxes.findings import HostReport
from sandboxes.model import SandboxError
from verifierd.config.convert import jetstream_settings
from verifierd.config.settings import Settings
from verifierd.daemon.parts import distribution_version, executor_of, sandbox_pool
from verifierd.daemon.starting import GaveUp, StartFailed, examined
from verifierd.daemon.telemetry import telemetry_for
from verifierd.execution.watched import Watched
from verifierd.fleet.connection import Connection, connect
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.worker import Worker
from verifierd.fleet.workers import Toolchain, Wall
from verifierd.logs import get_logger
from verifierd.telemetry.errors import TelemetryError

GIVES_UP_AFTER_S = 60.0  # of refusals: what starts processes again tells more people than a log


class WorkerDaemon:
    """One worker in the running event loop, which must be that of the process' main thread."""

    def __init__(self, settings: Settings, gives_up_after_s: float = GIVES_UP_AFTER_S) -> None:
        """Take the settings; nothing is made before `startup`.

        A worker that NATS lets in no more gives up after so many seconds.
        """
        self._settings = settings
        self._gives_up_after_s = gives_up_after_s
        self._connection: Connection | None = None
        self._worker: Worker | None = None
        self._undo = AsyncExitStack()
        self._log = get_logger(__name__)

    @property
    def address(self) -> str:
        """Return the worker's name."""
        return "" if self._worker is None else self._worker.id

    async def startup(self) -> None:
        """Examine the host, make the sandboxes, join the fleet.

        Raises:
            HostUnusable: the host lacks something that the sandboxes need.
            StartFailed: the sandboxes cannot be made, or NATS or the address of telemetry cannot be used.
        """
        began = time.monotonic()
        report = await examined(self._settings)
        async with AsyncExitStack() as undo:
            try:
                name = f"verifierd worker {os.uname().nodename}:{os.getpid()}"
                telemetry = await undo.enter_async_context(telemetry_for(self._settings))
                connection = await connect(jetstream_settings(self._settings), name)
                undo.push_async_callback(connection.close)
                pool = sandbox_pool(self._settings)
                undo.push_async_callback(pool.close)
                await pool.start()
                executor = Watched(executor_of(pool, telemetry.observer), telemetry.observer)
                worker = Worker(connection, executor, toolchain_of(report), distribution_version())
                undo.push_async_callback(worker.close)
                await worker.start()
                telemetry.worker_started(worker, pool, connection)
            except (BackendUnavailable, FleetUnavailable, SandboxError, TelemetryError) as error:
                raise StartFailed(str(error)) from error
            self._undo = undo.pop_all()
        self._worker, self._connection = worker, connection
        self._log.info(
            "worker_started",
            worker=worker.id,
            sandboxes=pool.size,
            backend=pool.backend.name,
            toolchain=worker.state.toolchain.token,
            nats=connection.server,
            telemetry=telemetry.address or None,
            seconds=round(time.monotonic() - began, 3),
        )

    async def main_loop(self) -> None:
        """Work for as long as NATS lets this worker in.

        Raises:
            GaveUp: it has not done so for a while.
        """
        assert self._connection is not None  # noqa: S101 - `startup` comes first
        await self._connection.refusals.lasting(self._gives_up_after_s)
        raise GaveUp(f"this worker is of no use any more: {self._connection.trouble}")

    async def shutdown(self) -> None:
        """Give back what is not begun, end what is within the drain timeout, then unmake everything.

        Where NATS refuses this worker nothing can be given back, and others have its work already.

        Being cancelled, as by a second signal, skips the waiting: others begin anew what was not ended.
        """
        if self._worker is None or self._connection is None:
            return
        try:
            if self._connection.refusals.cause:
                return
            in_time = await self._worker.drain(self._settings.server.drain_timeout_s)
            self._log.info("worker_stopped", everything_ended=in_time)
        finally:
            await self._undo.aclose()


def toolchain_of(report: HostReport) -> Toolchain:
    """Return what programs meet on the host that `report` tells of."""
    found = report.toolchain
    versions = {name: said for name, said in found.versions.items() if said} if found else {}
    walls = tuple(Wall(finding.what, finding.ok, finding.detail) for finding in report.findings)
    return Toolchain(report.backend, found.digest if found else "", versions, walls)
