"""A client for one command: to the server that was named, or to a daemon of the command's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from verifierd import logs
from verifierd.config import load_settings
from verifierd.daemon.embedded import embedded_daemon
from verifierd_client import AsyncVerifier


@asynccontextmanager
async def session(server: str | None) -> AsyncIterator[AsyncVerifier]:
    """Give a client for the length of the block; without a `server` a daemon serves it, and ends with it.

    Raises:
        StartFailed: the daemon of the command's own could not start.
        ConfigError: the environment sets something that is no setting.
    """
    if server is not None:
        async with AsyncVerifier(server) as verifier:
            yield verifier
        return
    settings = load_settings()
    logs.configure("error", "console")
    async with embedded_daemon(settings) as address, AsyncVerifier(address) as verifier:
        yield verifier
