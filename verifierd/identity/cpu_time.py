"""What each tenant's candidates took of CPU time today: counted here, and kept where a store is."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from verifierd.logs import get_logger

DAY_NS = 86_400 * 10**9
FLUSH_S = 5.0


class UsageShelf(Protocol):
    """Keeps sums of CPU time in nanoseconds by tenant, over all front ends. Blocks."""

    def add(self, day: int, used_ns: Mapping[str, int]) -> Mapping[str, int]:
        """Add to the sums of a day, counted since 1970, and return all of that day."""
        ...


class CpuTime:
    """Counts CPU time by tenant in the current day of UTC.

    With a shelf, what is counted here is added to it every few seconds, and what others added comes back: so
    a restart forgets at most that much, and front ends that share a store see each other's use.
    """

    def __init__(self, shelf: UsageShelf | None = None, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """Count in memory alone where there is no shelf. `clock_ns` gives epoch nanoseconds."""
        self._shelf = shelf
        self._clock_ns = clock_ns
        self._day = clock_ns() // DAY_NS
        self._kept: Counter[str] = Counter()
        self._new: Counter[str] = Counter()
        self._log = get_logger(__name__)

    def keep_in(self, shelf: UsageShelf) -> None:
        """Keep the sums in a shelf from now on."""
        self._shelf = shelf

    def count(self, tenant: str, cpu_time_ns: int) -> None:
        """Count what a run took."""
        self._turn_day()
        self._new[tenant] += cpu_time_ns

    def used_ns(self, tenant: str) -> int:
        """Return what a tenant used today, in nanoseconds."""
        self._turn_day()
        return self._kept[tenant] + self._new[tenant]

    def seconds_left_of_day(self) -> float:
        """Return when all sums begin anew."""
        return (DAY_NS - self._clock_ns() % DAY_NS) / 1e9

    async def flush(self) -> None:
        """Add what was counted to the shelf, and learn what others added. Raises what the shelf raises."""
        if self._shelf is None:
            return
        self._turn_day()
        day, sent = self._day, +self._new
        self._new -= sent
        self._kept += sent
        try:
            kept = await asyncio.to_thread(self._shelf.add, day, sent)
        except BaseException:
            if day == self._day:
                self._kept -= sent
                self._new += sent
            raise
        if day == self._day:
            self._kept = Counter(kept)

    async def keep(self) -> None:
        """Flush every few seconds, for ever; where the store is away, count on and try again."""
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
            except Exception as error:  # it is counted on in memory meanwhile
                self._log.warning("usage_not_kept", error=str(error))

    async def close(self) -> None:
        """Flush what is left, as far as that can be."""
        with suppress(Exception):
            await self.flush()

    def _turn_day(self) -> None:
        today = self._clock_ns() // DAY_NS
        if today != self._day:
            self._day = today
            self._kept.clear()
            self._new.clear()
