"""Holds each tenant's use against its quota: calls, candidates at a time, CPU time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from verifierd.errors import QuotaExceeded
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.quotas import Quotas

BURST_S = 2.0  # of calls that a tenant saves up
SOON_S = 1.0  # after which one of the tenant's calls or candidates may have ended


@dataclass(slots=True)
class _Bucket:
    """Calls that may be begun at once, and when that was so."""

    calls: float
    at_s: float


class Metering:
    """Counts what tenants use here, in one event loop. They are few: an administrator names them."""

    def __init__(
        self, quotas: Quotas, cpu_time: CpuTime, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock_s` gives seconds that only grow."""
        self._quotas = quotas
        self._clock_s = clock_s
        self._buckets: dict[str, _Bucket] = {}
        self._calls: Counter[str] = Counter()
        self._candidates: Counter[str] = Counter()
        self._freed: dict[str, asyncio.Event] = {}
        self.cpu_time = cpu_time

    @contextmanager
    def call(self, tenant: str) -> Iterator[None]:
        """Hold a call for the length of the block. Raises QuotaExceeded."""
        self._begin(tenant)
        self._calls[tenant] += 1
        try:
            yield
        finally:
            self._calls[tenant] -= 1

    def check_cpu_time(self, tenant: str) -> None:
        """Raise QuotaExceeded where a tenant has used up its CPU time of today."""
        allowed_s = self._quotas.of(tenant).cpu_seconds_per_day
        used_s = self.cpu_time.used_ns(tenant) / 1e9
        if allowed_s and used_s >= allowed_s:
            raise QuotaExceeded(
                tenant,
                "cpu_seconds_per_day",
                f"{used_s:.1f} CPU seconds of {allowed_s:g} are used up today; a new day begins at 0:00 UTC",
                self.cpu_time.seconds_left_of_day(),
            )

    @contextmanager
    def candidates(self, tenant: str, count: int, others: int = 0) -> Iterator[Held]:
        """Hold so many candidates for the length of the block, beside `others` that are counted elsewhere.

        Raises:
            QuotaExceeded: more than the tenant may have at a time.
        """
        held = Held(self, tenant)
        held.take(count, others)
        try:
            yield held
        finally:
            held.give_back(held.count)

    def _begin(self, tenant: str) -> None:
        quota = self._quotas.of(tenant)
        if quota.concurrent_calls and self._calls[tenant] >= quota.concurrent_calls:
            raise QuotaExceeded(
                tenant,
                "concurrent_calls",
                f"{self._calls[tenant]} calls of {quota.concurrent_calls} are open; let one end first",
                SOON_S,
            )
        if quota.requests_per_second:
            self._take_turn(tenant, quota.requests_per_second)

    def _take_turn(self, tenant: str, per_second: float) -> None:
        now_s, room = self._clock_s(), max(1.0, BURST_S * per_second)
        bucket = self._buckets.setdefault(tenant, _Bucket(room, now_s))
        bucket.calls = min(room, bucket.calls + (now_s - bucket.at_s) * per_second)
        bucket.at_s = now_s
        if bucket.calls < 1:
            raise QuotaExceeded(
                tenant,
                "requests_per_second",
                f"more calls than {per_second:g} a second were begun",
                (1 - bucket.calls) / per_second,
            )
        bucket.calls -= 1

    def take(self, tenant: str, count: int, others: int) -> None:
        """Count so many candidates more. Raises QuotaExceeded, and counts none then."""
        allowed, there = self._quotas.of(tenant).concurrent_candidates, self._candidates[tenant] + others
        if allowed and there + count > allowed:
            never = count > allowed
            raise QuotaExceeded(
                tenant,
                "concurrent_candidates",
                f"{there} candidates of {allowed} are not judged yet, and {count} more were asked for"
                + ("; split the batch, or stream it by VerifyStream" if never else ""),
                None if never else SOON_S,
            )
        self._candidates[tenant] += count

    def give_back(self, tenant: str, count: int) -> None:
        """Count so many candidates less, and let those go on who wait for room."""
        self._candidates[tenant] -= count
        if count and (freed := self._freed.pop(tenant, None)) is not None:
            freed.set()

    def most_candidates(self, tenant: str) -> int:
        """Return how many candidates a tenant may have at a time; 0: any number."""
        return self._quotas.of(tenant).concurrent_candidates

    async def room(self, tenant: str) -> None:
        """Wait until one candidate more may be taken at once."""
        allowed = self._quotas.of(tenant).concurrent_candidates
        while allowed and self._candidates[tenant] >= allowed:
            await self._freed.setdefault(tenant, asyncio.Event()).wait()


class Held:
    """The candidates that one batch holds of its tenant's quota."""

    def __init__(self, metering: Metering, tenant: str) -> None:
        self._metering = metering
        self._tenant = tenant
        self.count = 0

    def take(self, count: int = 1, others: int = 0) -> None:
        """Hold more. Raises QuotaExceeded."""
        self._metering.take(self._tenant, count, others)
        self.count += count

    def give_back(self, count: int = 1) -> None:
        """Hold less, and not less than none."""
        count = min(count, self.count)
        self._metering.give_back(self._tenant, count)
        self.count -= count
