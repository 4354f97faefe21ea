"""A daemon inside another command: on a socket that nobody else can reach, gone when the block ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from verifierd.config.identity import IdentitySection, QuotasSection, TlsSection
from verifierd.config.settings import Settings
from verifierd.daemon.lifecycle import Daemon
from verifierd.daemon.starting import StartFailed

SOCKET_PATH_BYTES = 107  # what a socket's address has room for


@asynccontextmanager
async def embedded_daemon(settings: Settings) -> AsyncIterator[str]:
    """Run a daemon for the length of the block and give its address; `server.listen` is not used.

    It keeps no records: those of `audit.database` belong to the daemon that serves others, and so do the
    address `telemetry.listen`, its callers and their quotas.

    Raises:
        StartFailed: the daemon could not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="verifierd-"))
    try:
        socket = folder / "api.sock"
        if len(bytes(socket)) > SOCKET_PATH_BYTES:
            raise StartFailed(f"the path {socket} is too long for a socket; set TMPDIR to a shorter folder")
        server = settings.server.model_copy(update={"listen": f"unix:{socket}"})
        audit = settings.audit.model_copy(update={"database": ""})
        telemetry = settings.telemetry.model_copy(update={"listen": ""})
        nobody_else = {"tls": TlsSection(), "identity": IdentitySection(), "quotas": QuotasSection()}
        alone = {"server": server, "audit": audit, "telemetry": telemetry} | nobody_else
        daemon = Daemon(settings.model_copy(update=alone))
        await daemon.startup()
        try:
            yield daemon.address
        finally:
            await daemon.shutdown()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
