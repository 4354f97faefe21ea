"""The watch over the event loop must tell a held loop from a loop on a busy machine."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.support.loop_watch import REPOSITORY, LoopWatch

BOUND_S = 0.05
HOLDS = "async def blocks(hold, seconds):\n    hold(seconds)\n"


def _blocks(file: str) -> Callable[..., Coroutine[None, None, None]]:
    """An asynchronous function that calls what holds the loop, as if it stood in this file."""
    names: dict[str, Any] = {}
    exec(compile(HOLDS, str(REPOSITORY / file), "exec"), names)  # noqa: S102
    blocks: Callable[..., Coroutine[None, None, None]] = names["blocks"]
    return blocks


def _compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("hold", [_compute, time.sleep], ids=["computing", "sleeping"])
@pytest.mark.parametrize("file", ["verifierd/held.py", ".venv/lib/held.py"])
def test_a_callback_that_holds_the_loop_is_named(hold: Callable[[float], None], file: str) -> None:
    watch = LoopWatch(BOUND_S)
    with watch.watching():
        asyncio.run(_blocks(file)(hold, 2 * BOUND_S))
    assert len(watch.blocked) == 1
    assert "blocks" in watch.blocked[0]


def test_what_a_test_calls_itself_may_take_long() -> None:
    watch = LoopWatch(BOUND_S)

    async def blocks() -> None:
        time.sleep(2 * BOUND_S)  # noqa: ASYNC251
        await _blocks(".venv/lib/held.py")(time.sleep, 2 * BOUND_S)

    with watch.watching():
        asyncio.run(blocks())
    assert watch.blocked == []


def test_what_a_test_awaits_may_not() -> None:
    watch = LoopWatch(BOUND_S)

    async def waits() -> None:
        time.sleep(2 * BOUND_S)  # noqa: ASYNC251
        await _blocks("verifierd/held.py")(time.sleep, 2 * BOUND_S)

    with watch.watching():
        asyncio.run(waits())
    assert len(watch.blocked) == 1


def test_a_thread_can_be_left_out_by_its_name() -> None:
    watch = LoopWatch(BOUND_S, unwatched={"driver"})
    blocks = _blocks("verifierd/held.py")
    with watch.watching():
        for name in ("driver", "server"):
            held = blocks(_compute, 2 * BOUND_S)
            thread = threading.Thread(target=asyncio.run, args=(held,), name=name)
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
