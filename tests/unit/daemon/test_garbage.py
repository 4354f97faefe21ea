"""All of the heap is looked through by the clock, and not because it grows."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from verifierd.daemon.garbage import EVERY_S, SHARE, collected_seldom

pytestmark = pytest.mark.anyio


class Clock:
    """Gives what a test says a collection takes, and lets as much time pass as it allows."""

    def __init__(self, took_s: float = 0.0) -> None:
        self.pauses: asyncio.Queue[float] = asyncio.Queue()
        self.may_go_on = asyncio.Semaphore(0)
        self._took_s, self._now_s = took_s, 0.0

    async def pause(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await self.may_go_on.acquire()

    def now_s(self) -> float:
        self._now_s += self._took_s
        return self._now_s


class Knot:
    """Knows itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def full() -> Iterator[list[int]]:
    """Collections of all that there is."""
    seen: list[int] = []

    def look(phase: str, told: dict[str, int]) -> None:
        if phase == "start" and told["generation"] == 2:
            seen.append(told["generation"])

    gc.callbacks.append(look)
    yield seen
    gc.callbacks.remove(look)
    gc.unfreeze()


async def test_a_heap_that_grows_is_not_looked_through(full: list[int]) -> None:
    clock = Clock()
    async with collected_seldom(clock.pause, clock.now_s):
        held = [[place] for place in range(300_000)]
        assert full == []
    del held


async def test_what_has_grown_old_is_freed_when_its_time_has_come(full: list[int]) -> None:
    clock = Clock()
    async with collected_seldom(clock.pause, clock.now_s):
        await clock.pauses.get()
        knot = Knot()
        gc.collect(1)
        gone = weakref.ref(knot)
        del knot
        gc.collect(1)
        assert gone() is not None
        clock.may_go_on.release()
        await clock.pauses.get()
        assert gone() is None
    assert full == [2]


async def test_what_takes_long_is_done_less_often() -> None:
    clock = Clock(took_s=1.0)
    async with collected_seldom(clock.pause, clock.now_s):
        assert await clock.pauses.get() == EVERY_S
        clock.may_go_on.release()
        assert await clock.pauses.get() == pytest.approx(1.0 / SHARE)
    gc.unfreeze()


async def test_afterwards_python_decides_again() -> None:
    before = gc.get_threshold()
    async with collected_seldom():
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
    gc.unfreeze()
