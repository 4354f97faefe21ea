"""A writer that does not wait between its tries, and waiting for what it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from verifierd.audit.store import Store
from verifierd.audit.writer import Writer, WriterSettings

QUICK = WriterSettings(linger_s=0.0, delays_s=(0.02,))


async def until(holds: Callable[[], bool]) -> None:
    """Return once this holds; a test's failure if that takes a minute."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - a thread or a server makes it hold, and tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Writer]:
    """Write into a store, and close the writer after the block."""
    writer = Writer(store, QUICK)
    writer.start()
    yield writer
    await writer.close()
