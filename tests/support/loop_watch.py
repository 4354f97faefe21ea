"""Finds callbacks that hold the event loop: no other request is served while one of them runs.

A callback is charged the time it computed or slept in the kernel. The time it was ready to run and
the kernel gave the processor to others is not its fault and is taken off, by the scheduler's own
count (/proc/thread-self/schedstat, kernel documentation scheduler/sched-stats.rst), so that a busy
machine makes no test fail. Nor is what the machine's own host took of a processor meanwhile (steal in
proc(5), /proc/stat): that is counted for the whole watch, since it is told in hundredths of a second.

A test may hold the loop it runs on by what it calls itself, such as a store that it prepares: a disk may
take as long as it likes. So the stack of a step that takes long is looked at, and the step is the test's own
where the last asynchronous function of this repository in it is a test's.

Threads can be left out by name: the loop that fsspec has in one of its own holds up nobody but threads that
block, and one that only drives a server in another thread waits for the interpreter whenever that is kept off
the processor while it has it, which no count tells apart from sleeping.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from unittest import mock

SCHEDSTAT = "/proc/thread-self/schedstat"
BOUND_S = 0.25
FSSPEC, MAIN = "fsspecIO", "MainThread"
CPU, STEAL = re.compile(r"cpu\d"), 8  # a processor's line of /proc/stat, and the column in it
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
REPOSITORY = Path(__file__).resolve().parents[2]
ASYNCHRONOUS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
LOOKS = 5  # at the stack of a step, while it takes as long as it may


@dataclass(slots=True)
class _Step:
    """What runs on a loop; `is_the_tests` once its stack was looked at, and every time a test had called."""

    since_s: float
    is_the_tests: bool | None = None


class LoopWatch:
    """Collects the callbacks that held a loop of this process longer than `bound_s` seconds.

    Loops in threads with a name among `unwatched` may do so.
    """

    def __init__(self, bound_s: float = BOUND_S, unwatched: Collection[str] = (FSSPEC,)) -> None:
        self.bound_s = bound_s
        self._unwatched = unwatched
        self._steps: dict[int, _Step] = {}  # by thread
        self.blocked: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Charge every callback of every asyncio loop while the context lasts."""
        run = asyncio.Handle._run
        stolen_before_s = _stolen_s()

        def charged(handle: asyncio.Handle) -> None:
            if threading.current_thread().name in self._unwatched:
                run(handle)
                return
            thread, start_waited_s = threading.get_ident(), _waited_for_cpu_s()
            self._steps[thread] = step = _Step(time.monotonic())
            try:
                run(handle)
            finally:
                self._steps.pop(thread, None)
                held_s = time.monotonic() - step.since_s
                if held_s > self.bound_s:
                    held_s -= _waited_for_cpu_s() - start_waited_s
                    held_s -= max(map(float.__sub__, _stolen_s(), stolen_before_s))
                if held_s > self.bound_s and not step.is_the_tests:
                    # A task's step hides its task, and with it the coroutine's name, in `__self__`.
                    owner = getattr(getattr(handle, "_callback", None), "__self__", handle)
                    self.blocked.append(f"{held_s:.2f} s in {owner!r}")

        over = threading.Event()
        looking = threading.Thread(target=self._look, args=(over,), name="loop-watch", daemon=True)
        looking.start()
        try:
            with mock.patch.object(asyncio.Handle, "_run", charged):
                yield
        finally:
            over.set()
            looking.join()

    def _look(self, over: threading.Event) -> None:
        """Find out who called what takes long."""
        while not over.wait(self.bound_s / LOOKS):
            for thread, step in tuple(self._steps.items()):
                if time.monotonic() - step.since_s > self.bound_s / 2:
                    is_the_tests = _is_called_by_a_test(sys._current_frames().get(thread))
                    step.is_the_tests = is_the_tests and step.is_the_tests is not False


def _is_called_by_a_test(frame: FrameType | None) -> bool:
    """Whether the last asynchronous function of this repository in a stack is a test's."""
    while frame is not None:
        code = frame.f_code
        if code.co_flags & ASYNCHRONOUS and Path(code.co_filename).is_relative_to(REPOSITORY):
            below = Path(code.co_filename).relative_to(REPOSITORY).parts[0]
            if below != ".venv":
                return below == "tests"
        frame = frame.f_back
    return False


def _stolen_s() -> list[float]:
    """Seconds that the machine's host took of each processor."""
    lines = Path("/proc/stat").read_text("ascii").splitlines()
    return [int(line.split()[STEAL]) / TICKS_A_SECOND for line in lines if CPU.match(line)]


def _waited_for_cpu_s() -> float:
    """Seconds that this thread has been ready to run while others had the processor."""
    try:
        fd = os.open(SCHEDSTAT, os.O_RDONLY)
    except OSError:  # a kernel without CONFIG_SCHED_INFO counts nothing
        return 0.0
    try:
        return int(os.read(fd, 100).split()[1]) / 1e9
    finally:
        os.close(fd)
