"""Candidates put together into chunks of 100 to 200 ms of work: less of it would cost a message each.

While a sandbox of the fleet may be idle, each candidate goes by itself and at once: together they would run
one after the other. While all are busy a chunk may fill up for a moment: what it would wait for here it would
wait for in the queue as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from verifierd.fleet.pending import Pending
from verifierd.fleet.subjects import Queue

TARGET_S = 0.15
MOST_TASKS, MOST_BYTES = 64, 256 << 10
LINGER_S = 0.02
# What a run and a candidate take before any was seen, and how fast that is unlearned.
FIRST_GUESS_S, PER_CANDIDATE_S, LEARNING = 0.02, 0.003, 0.05


class Pace:
    """What a run in each language takes, about, as the last ones did."""

    def __init__(self) -> None:
        self._run_s: dict[str, float] = {}

    def expected_s(self, language: str, runs: int) -> float:
        """Return how long a candidate with so many runs takes, about."""
        return PER_CANDIDATE_S + runs * self._run_s.get(language, FIRST_GUESS_S)

    def took(self, language: str, run_s: float) -> None:
        """Learn from one run."""
        before = self._run_s.get(language, run_s)
        self._run_s[language] = before + LEARNING * (run_s - before)


@dataclass(slots=True)
class _Open:
    tasks: list[Pending] = field(default_factory=list)
    work_s: float = 0.0
    size_bytes: int = 0
    timer: asyncio.TimerHandle | None = None


class Chunker:
    """Gathers candidates by queue, and hands each chunk to `send` as it closes."""

    def __init__(
        self, send: Callable[[Queue, tuple[Pending, ...]], None], pace: Pace, is_busy: Callable[[], bool]
    ) -> None:
        """`is_busy` tells whether every sandbox of the fleet has work."""
        self._send = send
        self._pace = pace
        self._is_busy = is_busy
        self._open: dict[Queue, _Open] = {}

    def add(self, queue: Queue, task: Pending) -> None:
        """Take a candidate in; it goes soon."""
        request = task.request
        chunk = self._open.setdefault(queue, _Open())
        chunk.tasks.append(task)
        chunk.work_s += self._pace.expected_s(request.program.language, len(request.runs))
        chunk.size_bytes += len(request.program.source)
        if (
            chunk.work_s >= TARGET_S
            or len(chunk.tasks) >= MOST_TASKS
            or chunk.size_bytes >= MOST_BYTES
            or task.tries
            or not self._is_busy()
        ):
            self._close(queue)
        elif chunk.timer is None:
            chunk.timer = asyncio.get_running_loop().call_later(LINGER_S, self._close, queue)

    def drop(self, queue: Queue, task: Pending) -> None:
        """Let go of a candidate that has not gone yet."""
        chunk = self._open.get(queue)
        if chunk is not None and task in chunk.tasks:
            chunk.tasks.remove(task)

    def hurry(self) -> None:
        """Close what is open: a sandbox of the fleet has nothing to do."""
        for queue in tuple(self._open):
            self._close(queue)

    def _close(self, queue: Queue) -> None:
        chunk = self._open.pop(queue, None)
        if chunk is None:
            return
        if chunk.timer is not None:
            chunk.timer.cancel()
        if chunk.tasks:
            self._send(queue, tuple(chunk.tasks))
