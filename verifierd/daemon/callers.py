"""Who calls the daemon: the tokens that it knows, refreshed, and what each tenant used, kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from verifierd.api.server import Door
from verifierd.api.tls import TlsFiles
from verifierd.config.door import certificate_holders, quotas_of
from verifierd.config.settings import Settings
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.metering import Metering
from verifierd.identity.recognition import Identity, Recognition
from verifierd.identity.refreshing import Refreshing
from verifierd.identity.shelf import NoTokens, TokenBook, TokenShelf
from verifierd.identity.token_file import TokenFile

if TYPE_CHECKING:
    from verifierd.audit.store import Store


@asynccontextmanager
async def door_kept(settings: Settings, cpu_time: CpuTime, store: Store | None) -> AsyncIterator[Door]:
    """Give the door that callers come in by, and keep what it knows up to date for the length of the block.

    Raises:
        StoreError, WrongInput: tokens or sums of CPU time cannot be read.
    """
    working: list[asyncio.Task[None]] = []
    quotas, recognition = quotas_of(settings), None
    try:
        if quotas.bound_cpu_time and store is not None:
            # Who keeps no records does not wait for the libraries of a store.
            from verifierd.identity.usage_table import UsageTable

            cpu_time.keep_in(UsageTable(store))
            await cpu_time.flush()
            working.append(asyncio.create_task(cpu_time.keep()))
        if settings.identity.required:
            book = TokenBook(token_shelf(settings, store) or NoTokens())
            await asyncio.to_thread(book.refresh)
            refreshing = Refreshing(book, settings.identity.refresh_seconds)
            working.append(asyncio.create_task(refreshing.keep()))
            recognition = Recognition(book, certificate_holders(settings), refreshing.look)
        yield Door(
            settings.server.listen,
            Identity(Metering(quotas, cpu_time), recognition),
            _tls_files(settings),
            settings.server.message_timeout_s,
            settings.server.max_streams,
        )
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await cpu_time.close()


def token_shelf(settings: Settings, store: Store | None) -> TokenShelf | None:
    """Return where tokens are kept: a file, or an open store; None where there is neither."""
    if settings.identity.token_file is not None:
        return TokenFile(settings.identity.token_file)
    if store is None:
        return None
    from verifierd.identity.token_table import TokenTable

    return TokenTable(store)


def _tls_files(settings: Settings) -> TlsFiles | None:
    tls = settings.tls
    if tls.certificate_file is None or tls.key_file is None:
        return None
    return TlsFiles(tls.certificate_file, tls.key_file, tls.client_ca_file)
