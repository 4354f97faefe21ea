"""A group for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

from verifierd_client.groups.form import OpenGroup
from verifierd_client.results import BatchResult, CandidateResult, StopReason

Found = TypeVar("Found")


class Group(OpenGroup):
    """The samples of one problem, verified while the rest of them is decoded.

    Iterating gives results as they land and ends with the group; `result` is the whole. Where the connection
    is lost, the samples are sent again and those results land that had not; the bill is then that of the
    last connection. Leaving the `async with` block cancels what is left.
    """

    async def __aenter__(self) -> Self:
        """Open the group, and wait until the server has taken it. Raises VerifierError."""
        self._changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop was closed, and nobody waits there
                loop.call_soon_threadsafe(self._changed.set)

        self._call.changed = tell
        self._call.begin()
        try:
            await self._until(lambda: self._ledger.is_accepted or None)
        except BaseException:
            self._call.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what is left."""
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[CandidateResult]:
        """Return itself: a group is read once."""
        return self

    async def __anext__(self) -> CandidateResult:
        """Return the next result. Raises VerifierError."""
        landed = await self._until(self._own().next_landed)
        if not isinstance(landed, CandidateResult):
            raise StopAsyncIteration
        return landed

    async def stop_decided(self) -> StopReason | None:
        """Wait until decoding is of no use any more, and return why; None where the group ended by itself.

        Raises:
            VerifierError: the group failed.
        """
        self._own()
        await self._until(lambda: self._is_decided)
        return self._ledger.stopped

    async def result(self) -> BatchResult:
        """Say that no more samples come, wait for the end, and return all results by index, and the summary.

        Raises:
            VerifierError: the group failed.
        """
        self._own().finish()
        summary = await self._until(lambda: self._ledger.summary)
        return BatchResult(self._ledger.results(), summary)

    async def aclose(self) -> None:
        """Cancel what is left of the group; in a forked child it is left to the parent."""
        if self._is_own:
            self._call.close()

    async def _until(self, found: Callable[[], Found | None]) -> Found:
        """Wait until there is something. Raises what the group failed by, where nothing more can come."""
        while (value := found()) is None:
            if self._ledger.error is not None:
                raise self._ledger.error
            self._changed.clear()
            await self._changed.wait()
        return value
