"""The daemon, or a worker, as a process of its own: signals in, an exit status out."""

from __future__ import annotations

import asyncio
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from verifierd.config.settings import Settings
from verifierd.daemon.garbage import collected_seldom
from verifierd.daemon.lifecycle import Daemon
from verifierd.logs import get_logger
from verifierd.stopping import SIGNALLED, heeded, leave_the_next_to_the_kernel

REPEATED_S = 0.5
"""A signal that comes again so soon is the same: the kernel tells of a parent's death once a thread."""


class Service(Protocol):
    """What a process runs."""

    @property
    def address(self) -> str:
        """Return where it is found, once it has started."""
        ...

    async def startup(self) -> None:
        """Begin. Raises StartFailed."""
        ...

    async def main_loop(self) -> None:
        """Work until asked to stop. Raises GaveUp where it cannot go on."""
        ...

    async def shutdown(self) -> None:
        """End in good order; being cancelled skips the waiting and not the unmaking."""
        ...


def run(
    settings: Settings, on_ready: Callable[[str], None], service: Callable[[Settings], Service] = Daemon
) -> int:
    """Run a service, the daemon unless another is given, until a signal; return the exit status.

    The first SIGTERM or SIGINT drains: running batches end, new ones are refused, and the status is 0. A
    second one forces: what runs is cancelled, and the status is 128 and the signal's number; what comes again
    within `REPEATED_S` is no second one. One during the start ends it, with that status too. The next ends
    the process at once, whatever it is at. SIGINT is left alone where it is ignored. `on_ready` is called
    with the address once it has started.

    Raises:
        StartFailed: it could not start.
        GaveUp: it could not go on; it has ended in good order.
    """
    return asyncio.run(_serve(settings, on_ready, service))


async def _serve(
    settings: Settings, on_ready: Callable[[str], None], service: Callable[[Settings], Service]
) -> int:
    serving = service(settings)
    signals = _Signals()
    with signals.heard():
        starting = asyncio.create_task(serving.startup())
        if early := await _first(starting, signals.received):
            return SIGNALLED + early
        signals.expected += 1
        async with collected_seldom():
            on_ready(serving.address)
            try:
                if received := await _first(asyncio.create_task(serving.main_loop()), signals.received):
                    get_logger(__name__).info("signal_received", signal=signal.Signals(received).name)
            finally:
                forced = await _first(asyncio.create_task(serving.shutdown()), signals.received)
    return SIGNALLED + forced if forced else 0


class _Signals:
    """What was signalled, in order; after as many as are expected, the next ends the process by itself."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[int] = asyncio.Queue()
        self.expected = 1
        self._loop = asyncio.get_running_loop()
        self._heard_s: dict[int, float] = {}  # by signal, when it last counted

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear them within the block, even while something holds up the loop."""
        before = {number: signal.signal(number, self._hear) for number in heeded()}
        try:
            yield
        finally:
            if self.expected > 0:
                for number, handler in before.items():
                    signal.signal(number, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        now_s = time.monotonic()
        if now_s - self._heard_s.get(number, -math.inf) < REPEATED_S:
            return
        self._heard_s[number] = now_s
        self.expected -= 1
        if self.expected <= 0:
            leave_the_next_to_the_kernel()
        self._loop.call_soon_threadsafe(self.received.put_nowait, number)


async def _first(task: asyncio.Task[None], signals: asyncio.Queue[int]) -> int:
    """Wait for the task and return 0; where a signal comes first, cancel the task and return its number."""
    signalled = asyncio.create_task(signals.get())
    await asyncio.wait({task, signalled}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        if not signalled.cancel():
            signals.put_nowait(signalled.result())  # it came in the same moment: it is heard next
        task.result()
        return 0
    task.cancel()
    await asyncio.wait({task})
    return signalled.result()
