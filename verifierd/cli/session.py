"""A client for one command: to the server that was named, or to a daemon of the command's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from verifierd import logs
from verifierd.cli.credentials import told_where_they_stand, verifier_of
from verifierd.cli.options import refuse_config_for_server
from verifierd.config import load_settings
from verifierd.daemon.embedded import embedded_daemon
from verifierd_client import AsyncVerifier


@asynccontextmanager
async def session(server: str | None, config: Path | None) -> AsyncIterator[AsyncVerifier]:
    """Give a client for the length of the block; without a `server` a daemon serves it, and ends with it.

    `config` is the file with that daemon's settings; None: the environment alone has them.

    Raises:
        StartFailed: the daemon of the command's own could not start.
        ConfigError: the settings or credentials cannot be used, or settings are given for a `server`.
    """
    refuse_config_for_server(config, server)
    if server is not None:
        with told_where_they_stand():
            async with verifier_of(server) as verifier:
                yield verifier
        return
    settings = load_settings(config)
    logs.configure("error", "console")
    async with embedded_daemon(settings) as address, AsyncVerifier(address) as verifier:
        yield verifier
