"""The store's batches are this daemon's for as long as it runs; what a database forgets is taken again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from verifierd.audit.errors import StoreInUse, StoreUnavailable
from verifierd.audit.ownership import Ownership
from verifierd.logs import get_logger

LOOK_S = 5.0  # between two looks whether it still holds

_log = get_logger(__name__)


class Owning:
    """Holds a store's batches. A server of PostgreSQL that was restarted has forgotten who does."""

    def __init__(self, take: Callable[[], Ownership], look_s: float = LOOK_S) -> None:
        """Take them now, by a function that blocks. Raises StoreInUse, StoreUnavailable."""
        self._take = take
        self._look_s = look_s
        self._held = take()

    async def keep(self, lost: Callable[[], Awaitable[None]]) -> None:
        """Take the batches again whenever that is forgotten; call `lost` where another daemon was faster."""
        while True:
            await asyncio.sleep(self._look_s)
            if await asyncio.to_thread(self._held.holds):
                continue
            try:
                await asyncio.to_thread(self._take_again)
            except StoreUnavailable as error:
                if isinstance(error, StoreInUse) and not self._is_in_its_own_way(error):
                    _log.error("durable_batches_lost", error=str(error))
                    await lost()
                    return
                continue  # the database is away: it is asked again
            _log.warning("durable_batches_taken_again")

    def _is_in_its_own_way(self, error: StoreInUse) -> bool:
        """Tell whether the lock is this daemon's still: a server may notice late that a connection broke."""
        return bool(error.session) and error.session == self._held.session

    def _take_again(self) -> None:
        self._held, forgotten = self._take(), self._held
        forgotten.close()

    def close(self) -> None:
        """Leave the batches to others."""
        self._held.close()


@asynccontextmanager
async def owned(take: Callable[[], Ownership], lost: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Hold what `take` takes for the length of the block; `lost` is called where that cannot be kept up.

    Raises:
        StoreInUse: another daemon has them.
        StoreUnavailable: the store cannot be reached.
    """
    owning = await asyncio.to_thread(Owning, take)
    keeping = asyncio.create_task(owning.keep(lost))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await asyncio.to_thread(owning.close)
