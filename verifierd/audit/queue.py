"""What waits to be written, handed from the event loop to the writer's thread, within bounds."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from verifierd.audit.entries import BatchBegun, CandidateJudged, Entry
from verifierd.model import ExecutionResult
from verifierd.model.sizes import bytes_of

_RECORD_BYTES = 1000
_VALUE_BYTES = 8 << 20  # a result carries no larger value unless it is set so, and counting takes time


@dataclass(frozen=True, slots=True)
class Unit:
    """Entries that are committed together. `done` is told the numbers of their records, if anybody waits."""

    entries: tuple[Entry, ...]
    size_bytes: int
    done: asyncio.Future[tuple[int | None, ...]] | None = None


def size_of(entries: Sequence[Entry]) -> int:
    """Return about how many bytes of memory entries take."""
    return sum(_size(entry) for entry in entries)


def _size(entry: Entry) -> int:
    if isinstance(entry, BatchBegun):
        return _RECORD_BYTES + len(entry.request) + len(entry.problem)
    if isinstance(entry, CandidateJudged):
        outputs = sum(_output_size(each) for each in entry.result.executions)
        return _RECORD_BYTES + len(entry.candidate.source) + outputs
    return _RECORD_BYTES


def _output_size(execution: ExecutionResult) -> int:
    value = 0 if execution.actual is None else bytes_of(execution.actual[0], _VALUE_BYTES)
    return _RECORD_BYTES + len(execution.stdout) + len(execution.stderr) + value


class Queue:
    """Units in order. The event loop adds, one thread takes; both may ask anything else."""

    def __init__(self) -> None:
        """Make an empty queue."""
        self._units: deque[Unit] = deque()
        self._entries = 0  # of these units
        self._awaited = 0  # of these units, that somebody waits for
        self._changed = threading.Condition()
        self._closed_at_s: float | None = None

    def add(self, unit: Unit) -> None:
        """Add a unit at the end."""
        with self._changed:
            self._units.append(unit)
            self._count(unit, 1)
            self._changed.notify()

    def close(self, within_s: float) -> None:
        """Let the taker end: once all is taken, or this many seconds from now where there is trouble."""
        with self._changed:
            self._closed_at_s = time.monotonic() + within_s
            self._changed.notify_all()

    def take(self, at_most: int, linger_s: float) -> list[Unit]:
        """Return the units to write next, up to so many entries; none once the queue is closed and empty.

        Waits for the first. Where nobody waits for these to be written, it waits `linger_s` for more of
        them, since a commit costs the same for one as for many.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._units or self._closed_at_s is not None)
            self._changed.wait_for(lambda: self._is_worth_it(at_most), linger_s)
            taken: list[Unit] = []
            count = 0
            while self._units and (not taken or count + len(self._units[0].entries) <= at_most):
                taken.append(self._units.popleft())
                self._count(taken[-1], -1)
                count += len(taken[-1].entries)
            return taken

    def rest(self, delay_s: float) -> bool:
        """Wait before another try; return False where the time for more tries is over."""
        with self._changed:
            if self._closed_at_s is None:
                self._changed.wait_for(lambda: self._closed_at_s is not None, delay_s)
                return True
        left_s = self._closed_at_s - time.monotonic()
        time.sleep(max(0.0, min(delay_s, left_s)))
        return left_s > 0

    def _count(self, unit: Unit, times: int) -> None:
        self._entries += times * len(unit.entries)
        self._awaited += times * (unit.done is not None)

    def _is_worth_it(self, at_most: int) -> bool:
        return self._closed_at_s is not None or self._awaited > 0 or self._entries >= at_most
