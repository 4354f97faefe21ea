"""A daemon's life: startup, main loop, shutdown. What was made is unmade in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sandboxes.backends.base import BackendUnavailable
from sandboxes.model import SandboxError
from sandboxes.pool import SandboxPool
from verifierd.api.server import ApiServer, ListenError
from verifierd.api.tls import TlsUnusable
from verifierd.audit.errors import StoreError
from verifierd.audit.wrong_input import WrongInput
from verifierd.config.door import check_exposure
from verifierd.config.settings import Settings
from verifierd.daemon.callers import door_kept
from verifierd.daemon.parts import Parts, assemble, assemble_front_end, server_of
from verifierd.daemon.starting import StartFailed, examined, fleet_part
from verifierd.daemon.telemetry import telemetry_for
from verifierd.fleet.errors import FleetUnavailable
from verifierd.logs import get_logger
from verifierd.observing import Observer
from verifierd.telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from verifierd.api.records import Records
    from verifierd.daemon.front_end import FrontEnd

CANNOT_START = (
    *(BackendUnavailable, FleetUnavailable, SandboxError, ListenError, TlsUnusable),
    *(StoreError, TelemetryError, WrongInput),
)
CLOSING_GRACE_S = 2.0  # for calls that read their last events after the drain
CONNECT_TIMEOUT_S = 2.0


class Daemon:
    """One daemon in the running event loop, which must be that of the process' main thread.

    Sandboxes die with the thread that made them, and a thread that is not the main one may end early.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is made before `startup`."""
        self._settings = settings
        self._parts: Parts | None = None
        self._server: ApiServer | None = None
        self._records: Records | None = None
        self._undo = AsyncExitStack()
        self._stop_asked = asyncio.Event()
        self._log = get_logger(__name__)

    @property
    def address(self) -> str:
        """Return where the daemon listens, with the port that was chosen where any was asked for."""
        return self._settings.server.listen if self._server is None else self._server.address

    async def startup(self) -> None:
        """Examine the host, open the records, make the sandboxes, listen; then batches are served.

        Durable batches of the daemon before this one are gone on with.

        Raises:
            HostUnusable: the host lacks something that the sandboxes need.
            StartFailed: the audit store cannot be used, the sandboxes cannot be made, or the address cannot
                be listened on.
            ConfigError: the settings let in whom they should not.
        """
        began = time.monotonic()
        check_exposure(self._settings)
        await _refuse_live_socket(self._settings.server.listen)
        async with AsyncExitStack() as undo:
            try:
                telemetry = await undo.enter_async_context(telemetry_for(self._settings))
                fleet = await self._fleet(telemetry.observer, undo)
                if fleet is None:
                    report = await examined(self._settings)
                    parts = assemble(self._settings, report, telemetry.observer)
                else:
                    parts = assemble_front_end(self._settings, fleet, telemetry.observer)
                records = await self._records_kept(parts, fleet, undo)
                if parts.pool is not None:
                    undo.push_async_callback(parts.pool.close)
                    await parts.pool.start()
                store = None if records is None else records.store
                door = await undo.enter_async_context(door_kept(self._settings, parts.cpu_time, store))
                server = server_of(parts, door, records, telemetry.observer)
                if records is not None:
                    undo.push_async_callback(records.durable.stop)  # before there are no sandboxes
                    await records.durable.resume()
                await server.start()
                telemetry.started(parts, records, None if fleet is None else fleet.load)
                undo.push_async_callback(
                    _stopped, asyncio.create_task(telemetry.keep_health(server.tell_health))
                )
            except CANNOT_START as error:
                raise StartFailed(str(error)) from error
            self._undo = undo.pop_all()
        self._parts, self._server, self._records = parts, server, records
        self._log.info(
            "daemon_started",
            address=self.address,
            executor=self._settings.executor.kind,
            **_sandboxes(parts.pool),
            telemetry=telemetry.address or None,
            audit_store=None if records is None else records.store.where,
            seconds=round(time.monotonic() - began, 3),
        )

    async def _fleet(self, observer: Observer, undo: AsyncExitStack) -> FrontEnd | None:
        """Join the fleet that the settings name, until `undo` leaves it; None: work is done here."""
        if self._settings.executor.kind == "local":
            return None
        # Who has sandboxes of its own does not wait for the libraries of a fleet.
        front_end = fleet_part("front_end").front_end
        joined: FrontEnd = await undo.enter_async_context(front_end(self._settings, observer))
        return joined

    async def _records_kept(
        self, parts: Parts, fleet: FrontEnd | None, undo: AsyncExitStack
    ) -> Records | None:
        """Open the records that the settings want kept, until `undo` closes them; None: they want none."""
        if not self._settings.audit.database:
            return None
        # Who keeps no records does not wait for the libraries of a store.
        from verifierd.daemon.records import records_kept

        connection = None if fleet is None else fleet.connection
        return await undo.enter_async_context(records_kept(self._settings, parts, connection))

    def ask_to_stop(self) -> None:
        """Let the main loop end, from a signal handler or anywhere else in the event loop."""
        self._stop_asked.set()

    async def main_loop(self) -> None:
        """Serve until asked to stop."""
        await self._stop_asked.wait()

    async def shutdown(self) -> None:
        """Refuse new batches, let running ones end within the drain timeout, then unmake everything.

        Durable batches stop at once: they go on after the next start.

        Being cancelled, as by a second signal, skips the waiting and not the unmaking.
        """
        if self._parts is None or self._server is None:
            return
        server, engine = self._server, self._parts.engine
        try:
            await server.drain()
            if self._records is not None:
                await self._records.durable.stop()
            in_time = await engine.drain(self._settings.server.drain_timeout_s)
            await server.stop(CLOSING_GRACE_S)
            self._log.info("daemon_stopped", everything_ended=in_time)
        finally:
            await server.stop(0)
            await self._undo.aclose()


def _sandboxes(pool: SandboxPool | None) -> dict[str, object]:
    return {} if pool is None else {"sandboxes": pool.size, "backend": pool.backend.name}


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _refuse_live_socket(listen: str) -> None:
    """Raise StartFailed where another server answers on a socket file, which listening would take away."""
    scheme, _, path = listen.partition(":")
    if scheme != "unix" or not Path(path).is_socket():  # noqa: ASYNC240 - one look at a local file
        return
    with contextlib.suppress(OSError, TimeoutError):
        _, writer = await asyncio.wait_for(asyncio.open_unix_connection(path), CONNECT_TIMEOUT_S)
        writer.close()
        raise StartFailed(f"cannot listen on {listen}: another server does; stop it or give another path")
