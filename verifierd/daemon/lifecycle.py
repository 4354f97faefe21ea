"""A daemon's life: startup, main loop, shutdown. What was made is unmade in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sandboxes.backends.base import BackendUnavailable
from sandboxes.findings import HostReport
from sandboxes.host import examine
from sandboxes.model import SandboxError
from verifierd.api.server import ApiServer, ListenError
from verifierd.api.tls import TlsUnusable
from verifierd.audit.errors import StoreError
from verifierd.audit.wrong_input import WrongInput
from verifierd.config.convert import sandbox_settings
from verifierd.config.door import check_exposure
from verifierd.config.settings import Settings
from verifierd.daemon.callers import door_kept
from verifierd.daemon.parts import Parts, assemble, server_of
from verifierd.daemon.telemetry import telemetry_for
from verifierd.logs import get_logger
from verifierd.telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from verifierd.api.records import Records

CANNOT_START = (
    *(BackendUnavailable, SandboxError, ListenError, TlsUnusable),
    *(StoreError, TelemetryError, WrongInput),
)
CLOSING_GRACE_S = 2.0  # for calls that read their last events after the drain
CONNECT_TIMEOUT_S = 2.0


class StartFailed(Exception):
    """The daemon cannot start; the message says why and what to do."""


class HostUnusable(StartFailed):
    """This host does not give what the sandboxes need; `report` has each finding."""

    def __init__(self, report: HostReport) -> None:
        """Name what is missing, and its remedy."""
        missing = [finding for finding in report.grouped if finding.required and not finding.ok]
        lines = [f"  {finding.what}: {finding.detail}; {finding.remedy}" for finding in missing]
        super().__init__("\n".join(["this host cannot run sandboxes:", *lines]))
        self.report = report


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
        report = await asyncio.to_thread(examine, sandbox_settings(self._settings))
        if not report.usable:
            raise HostUnusable(report)
        await _refuse_live_socket(self._settings.server.listen)
        async with AsyncExitStack() as undo:
            try:
                telemetry = await undo.enter_async_context(telemetry_for(self._settings))
                parts = assemble(self._settings, report, telemetry.observer)
                records = await self._records_kept(parts, undo)
                undo.push_async_callback(parts.pool.close)
                await parts.pool.start()
                store = None if records is None else records.store
                door = await undo.enter_async_context(door_kept(self._settings, parts.cpu_time, store))
                server = server_of(parts, door, records, telemetry.observer)
                if records is not None:
                    undo.push_async_callback(records.durable.stop)  # before there are no sandboxes
                    await records.durable.resume()
                await server.start()
                telemetry.started(parts, records)
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
            sandboxes=parts.pool.size,
            backend=parts.pool.backend.name,
            telemetry=telemetry.address or None,
            audit_store=None if records is None else records.store.where,
            seconds=round(time.monotonic() - began, 3),
        )

    async def _records_kept(self, parts: Parts, undo: AsyncExitStack) -> Records | None:
        """Open the records that the settings want kept, until `undo` closes them; None: they want none."""
        if not self._settings.audit.database:
            return None
        # Who keeps no records does not wait for the libraries of a store.
        from verifierd.daemon.records import records_kept

        return await undo.enter_async_context(records_kept(self._settings, parts))

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
