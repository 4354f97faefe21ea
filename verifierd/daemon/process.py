"""The daemon as a process of its own: signals in, an exit status out."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable

from verifierd.config.settings import Settings
from verifierd.daemon.lifecycle import Daemon
from verifierd.logs import get_logger

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
SIGNALLED = 128


def run(settings: Settings, on_ready: Callable[[str], None]) -> int:
    """Serve until a signal; return the exit status.

    The first SIGTERM or SIGINT drains: running batches end, new ones are refused, and the status is 0. A
    second one forces: what runs is cancelled, and the status is 128 and the signal's number.
    `on_ready` is called with the address once batches are served.

    Raises:
        StartFailed: the daemon could not start.
    """
    return asyncio.run(_serve(settings, on_ready))


async def _serve(settings: Settings, on_ready: Callable[[str], None]) -> int:
    daemon = Daemon(settings)
    signals: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, signals.put_nowait, number)
    starting = asyncio.create_task(daemon.startup())
    if early := await _first(starting, signals):
        return SIGNALLED + early
    gc.freeze()  # what is loaded stays: no collection need look at it again
    on_ready(daemon.address)
    received = signal.Signals(await signals.get())
    get_logger(__name__).info("signal_received", signal=received.name)
    forced = await _first(asyncio.create_task(daemon.shutdown()), signals)
    return SIGNALLED + forced if forced else 0


async def _first(task: asyncio.Task[None], signals: asyncio.Queue[int]) -> int:
    """Wait for the task and return 0; where a signal comes first, cancel the task and return its number."""
    signalled = asyncio.create_task(signals.get())
    await asyncio.wait({task, signalled}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        signalled.cancel()
        task.result()
        return 0
    task.cancel()
    await asyncio.wait({task})
    return signalled.result()
