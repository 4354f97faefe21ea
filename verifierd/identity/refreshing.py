"""Keeps a book of tokens up to date: every so often, and when somebody shows a token that is not in it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from verifierd.identity.shelf import TokenBook

AT_MOST_EVERY_S = 0.5
WAITS_S = 5.0
MOST_WAITING = 64


class Refreshing:
    """Reads a book's source again, as long as `keep` runs.

    Who shows wrong tokens, however many, has it read twice a second at most, and the others are not held up.
    """

    def __init__(self, book: TokenBook, every_s: float) -> None:
        """Read it every so many seconds, also where nobody asks."""
        self._book = book
        self._every_s = every_s
        self._wanted = asyncio.Event()
        self._next_is_read = asyncio.Event()
        self._waiting = 0

    async def keep(self) -> None:
        """Keep it up to date, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._wanted.wait()
            self._wanted.clear()
            is_read, self._next_is_read = self._next_is_read, asyncio.Event()
            await asyncio.to_thread(self._book.try_refresh)
            is_read.set()
            await asyncio.sleep(min(AT_MOST_EVERY_S, self._every_s))

    async def look(self) -> None:
        """Wait until the source was read from now on; not for long, and not where many wait already."""
        if self._waiting >= MOST_WAITING:
            return
        self._waiting += 1
        self._wanted.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(WAITS_S):
                    await self._next_is_read.wait()
        finally:
            self._waiting -= 1
