"""Quotas: what a tenant uses is counted, more is refused by name, and nobody pays for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping

import pytest

from tests.unit.batches.scene import batch, candidates
from verifierd.errors import QuotaExceeded
from verifierd.identity.cpu_time import DAY_NS, CpuTime
from verifierd.identity.metered import Candidates, MeteredEngine
from verifierd.identity.metering import Metering
from verifierd.identity.quotas import Quota, Quotas
from verifierd.model import Batch, BatchEvent, Candidate, CandidateFinished, CandidateResult, Cost, Verdict

pytestmark = pytest.mark.anyio


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def metering(clock: Clock | None = None, cpu_time: CpuTime | None = None, **quota: float) -> Metering:
    """`tenant b` has no bound."""
    quotas = Quotas(Quota(**quota), {"b": Quota()})  # type: ignore[arg-type]
    return Metering(quotas, cpu_time or CpuTime(), clock or Clock())


def begin(meter: Metering, tenant: str = "a") -> None:
    with meter.call(tenant):
        pass


def test_calls_are_bounded_on_average_and_saved_up_for_two_seconds() -> None:
    clock = Clock()
    meter = metering(clock, requests_per_second=5.0)
    for _ in range(10):
        begin(meter)
    with pytest.raises(QuotaExceeded) as refused:
        begin(meter)
    assert refused.value.quota == "requests_per_second"
    assert refused.value.retry_after_s == pytest.approx(0.2)
    begin(meter, "b")
    clock.now_s += 0.2
    begin(meter)
    clock.now_s += 3600
    for _ in range(10):
        begin(meter)
    with pytest.raises(QuotaExceeded):
        begin(meter)


def test_a_rate_below_one_lets_one_call_through_at_a_time() -> None:
    clock = Clock()
    meter = metering(clock, requests_per_second=0.1)
    begin(meter)
    with pytest.raises(QuotaExceeded) as refused:
        begin(meter)
    assert refused.value.retry_after_s == pytest.approx(10.0)
    clock.now_s += 10.0
    begin(meter)


def test_open_calls_are_bounded() -> None:
    meter = metering(concurrent_calls=1)
    refused = pytest.raises(QuotaExceeded, match="concurrent_calls of tenant 'a'")
    with meter.call("a"), meter.call("b"), refused:
        begin(meter)
    begin(meter)


def test_cpu_time_is_that_of_a_day_of_utc_and_says_when_it_begins_anew() -> None:
    now_ns = 10 * DAY_NS + DAY_NS // 2
    cpu_time = CpuTime(clock_ns=lambda: now_ns)
    meter = metering(cpu_time=cpu_time, cpu_seconds_per_day=2.0)
    cpu_time.count("a", 1_999_999_999)
    meter.check_cpu_time("a")
    cpu_time.count("a", 1)
    with pytest.raises(QuotaExceeded, match=r"2\.0 CPU seconds of 2") as refused:
        meter.check_cpu_time("a")
    assert refused.value.retry_after_s == 43_200.0
    meter.check_cpu_time("b")
    now_ns += DAY_NS // 2
    meter.check_cpu_time("a")


class Sums:
    """Sums that several front ends add to."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], int] = {}
        self.broken = False

    def add(self, day: int, used_ns: Mapping[str, int]) -> Mapping[str, int]:
        if self.broken:
            raise OSError("away")
        for tenant, used in used_ns.items():
            self.kept[day, tenant] = self.kept.get((day, tenant), 0) + used
        return {tenant: used for (of_day, tenant), used in self.kept.items() if of_day == day}


async def test_front_ends_see_each_other_s_use_and_a_restart_forgets_none() -> None:
    sums = Sums()
    one, other = (CpuTime(sums, clock_ns=lambda: DAY_NS) for _ in range(2))
    one.count("a", 5)
    other.count("a", 7)
    await one.flush()
    await other.flush()
    assert (one.used_ns("a"), other.used_ns("a")) == (5, 12)
    await one.flush()
    assert one.used_ns("a") == 12
    after = CpuTime(sums, clock_ns=lambda: DAY_NS)
    await after.flush()
    assert after.used_ns("a") == 12


async def test_what_could_not_be_kept_is_counted_on_and_kept_later() -> None:
    sums = Sums()
    cpu_time = CpuTime(sums, clock_ns=lambda: DAY_NS)
    cpu_time.count("a", 5)
    sums.broken = True
    with pytest.raises(OSError, match="away"):
        await cpu_time.flush()
    assert cpu_time.used_ns("a") == 5
    sums.broken = False
    await cpu_time.flush()
    assert cpu_time.used_ns("a") == 5
    assert sums.kept == {(1, "a"): 5}


class Scripted:
    """An engine that finishes a candidate whenever `go_on` is released."""

    def __init__(self) -> None:
        self.go_on = asyncio.Semaphore(0)
        self.taken: list[str] = []

    async def run(self, batch: Batch, candidates: Candidates) -> AsyncGenerator[BatchEvent, None]:
        async for candidate in _each(candidates):
            self.taken.append(candidate.id)
            await self.go_on.acquire()
            result = CandidateResult(
                candidate_id=candidate.id,
                verdict=Verdict.ACCEPTED,
                detail="",
                duplicate_of="",
                executions=(),
                tests_passed=0,
                tests_total=0,
                cpu_time_ns=0,
                wall_time_ns=0,
                peak_memory_bytes=0,
            )
            yield CandidateFinished(result, Cost(), None)

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        raise AssertionError("nobody does")


async def _each(candidates: Candidates) -> AsyncIterator[Candidate]:
    if isinstance(candidates, tuple):
        for candidate in candidates:
            yield candidate
    else:
        async for candidate in candidates:  # type: ignore[union-attr]
            yield candidate


async def test_a_closed_batch_holds_its_candidates_until_they_are_told_of() -> None:
    inner, meter = Scripted(), metering(concurrent_candidates=3)
    engine = MeteredEngine(inner, meter)
    running = engine.run(batch(), candidates("right", "right"))
    inner.go_on.release()
    await anext(running)
    with meter.candidates("", 2), pytest.raises(QuotaExceeded) as refused:
        await anext(engine.run(batch(), candidates("right")))
    assert (refused.value.quota, refused.value.retry_after_s) == ("concurrent_candidates", 1.0)
    await running.aclose()
    with meter.candidates("", 3):
        pass


async def test_a_batch_that_never_fits_is_not_told_to_come_back() -> None:
    engine = MeteredEngine(Scripted(), metering(concurrent_candidates=1))
    with pytest.raises(QuotaExceeded, match="split the batch") as refused:
        await anext(engine.run(batch(), candidates("right", "right")))
    assert refused.value.retry_after_s is None


async def test_an_open_batch_is_read_as_there_is_room_whoever_makes_it() -> None:
    inner, meter = Scripted(), metering(concurrent_candidates=1)
    engine = MeteredEngine(inner, meter)

    async def decoded() -> AsyncIterator[Candidate]:
        for candidate in candidates("right", "right"):
            yield candidate

    with meter.candidates("", 1) as others:
        running = engine.run(batch(), decoded())
        inner.go_on.release()
        first = asyncio.ensure_future(anext(running))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert inner.taken == []
        others.give_back()
        await first
    inner.go_on.release()
    await anext(running)
    assert inner.taken == ["c0", "c1"]
    with pytest.raises(StopAsyncIteration):
        await anext(running)
    with meter.candidates("", 1):
        pass


async def test_an_open_batch_ends_where_the_cpu_time_of_its_tenant_is_used_up() -> None:
    cpu_time = CpuTime(clock_ns=lambda: DAY_NS)
    inner, meter = Scripted(), metering(cpu_time=cpu_time, cpu_seconds_per_day=1.0)

    async def decoded() -> AsyncIterator[Candidate]:
        for candidate in candidates("right", "right"):
            yield candidate

    running = MeteredEngine(inner, meter).run(batch(), decoded())
    inner.go_on.release()
    await anext(running)
    cpu_time.count("", 10**9)
    with pytest.raises(QuotaExceeded, match="cpu_seconds_per_day"):
        await anext(running)
