"""Says of what happens many times a second that it did, and how often, instead of each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MAX_SUBJECTS = 1000


@dataclass(slots=True)
class _Told:
    at_s: float
    left_out: int = 0


class Sparing:
    """Decides whether something is worth a line in the log: once a second for each subject."""

    def __init__(self, every_s: float = 1.0, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`clock_s` gives seconds that only grow."""
        self._every_s = every_s
        self._clock_s = clock_s
        self._told: dict[Hashable, _Told] = {}

    def left_out(self, subject: Hashable) -> int | None:
        """Return how often nothing was said since the last time; None: say nothing now."""
        now_s, told = self._clock_s(), self._told.get(subject)
        if told is not None and now_s - told.at_s < self._every_s:
            told.left_out += 1
            return None
        if len(self._told) >= MAX_SUBJECTS:
            self._told.clear()
        self._told[subject] = _Told(now_s)
        return told.left_out if told is not None else 0
