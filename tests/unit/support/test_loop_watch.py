"""The watch over the event loop must tell a held loop from a loop on a busy machine."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from tests.support.loop_watch import LoopWatch

BOUND_S = 0.05


def _compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("hold", [_compute, time.sleep], ids=["computing", "sleeping"])
def test_a_callback_that_holds_the_loop_is_named(hold: Callable[[float], None]) -> None:
    watch = LoopWatch(BOUND_S)

    async def blocks() -> None:
        hold(2 * BOUND_S)

    with watch.watching():
        asyncio.run(blocks())
    assert len(watch.blocked) == 1
    assert "blocks" in watch.blocked[0]


def test_a_thread_can_be_left_out_by_its_name() -> None:
    watch = LoopWatch(BOUND_S, unwatched={"driver"})

    async def blocks() -> None:
        _compute(2 * BOUND_S)

    with watch.watching():
        for name in ("driver", "server"):
            thread = threading.Thread(target=asyncio.run, args=(blocks(),), name=name)
            thread.start()
            thread.join()
    assert len(watch.blocked) == 1


def test_waiting_for_the_loop_holds_nothing() -> None:
    watch = LoopWatch(BOUND_S)
    with watch.watching():
        asyncio.run(asyncio.sleep(2 * BOUND_S))
    assert watch.blocked == []


def test_a_loop_that_the_kernel_keeps_off_the_processor_is_not_blamed() -> None:
    watch = LoopWatch(BOUND_S)
    core = min(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    spin = f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    neighbours = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(4)]
    wall_s = 0.0

    async def computes_a_little() -> None:
        nonlocal wall_s
        started = time.monotonic()
        _compute(BOUND_S * 0.6)
        wall_s = time.monotonic() - started

    try:
        os.sched_setaffinity(0, {core})
        with watch.watching():
            for _ in range(5):
                asyncio.run(computes_a_little())
    finally:
        os.sched_setaffinity(0, before)
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
    assert wall_s > BOUND_S, "the neighbours did not keep the processor busy"
    assert watch.blocked == []


def test_the_loop_runs_untouched_after_watching() -> None:
    before = asyncio.Handle._run
    with LoopWatch().watching():
        assert asyncio.Handle._run is not before
    assert asyncio.Handle._run is before
