"""Looks through all of the heap for garbage, seldom: all calls wait meanwhile; ten thousand make it long."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

EVERY_S = 30.0
SHARE = 0.005
"""Of all time, what may be spent on it: what takes longer to look through is looked through less often."""
NEVER = 1 << 30  # collections of the young between two of all, as Python counts


@asynccontextmanager
async def collected_seldom(
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock_s: Callable[[], float] = time.perf_counter,
) -> AsyncIterator[None]:
    """Within the block, look through all that there is by the clock; through what is young as ever.

    Python itself does the first as the heap grows. Ten thousand streams that are opened one after the other
    make it do so again and again, for up to a second each time, in which nobody is served.
    """
    gc.freeze()  # what is loaded stays: no collection need look at it again
    thresholds = gc.get_threshold()
    gc.set_threshold(*thresholds[:2], NEVER)
    collecting = asyncio.create_task(_collect(pause, clock_s))
    try:
        yield
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
        gc.set_threshold(*thresholds)


async def _collect(pause: Callable[[float], Awaitable[object]], clock_s: Callable[[], float]) -> None:
    took_s = 0.0
    while True:
        await pause(max(EVERY_S, took_s / SHARE))
        began_s = clock_s()
        gc.collect()
        took_s = clock_s() - began_s
