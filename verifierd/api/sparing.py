"""Says of what happens many times a second that it did, and how often, instead of each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

WINDOW_S, MOST_IN_A_WINDOW = 1.0, 20
MAX_SUBJECTS = 1000


@dataclass(slots=True)
class _Window:
    begun_s: float
    said: int = 1
    left_out: int = 0


class Sparing:
    """Decides whether something is worth a line in the log: the first few times in a second it is."""

    def __init__(self, most: int = MOST_IN_A_WINDOW, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Say of each subject so much in a second. `clock_s` gives seconds that only grow."""
        self._most = most
        self._clock_s = clock_s
        self._windows: dict[Hashable, _Window] = {}

    def left_out(self, subject: Hashable) -> int | None:
        """Return how often nothing was said in the last window; None: say nothing now."""
        now_s, window = self._clock_s(), self._windows.get(subject)
        if window is None or now_s - window.begun_s >= WINDOW_S:
            if len(self._windows) >= MAX_SUBJECTS:
                self._windows.clear()
            self._windows[subject] = _Window(now_s)
            return 0 if window is None else window.left_out
        if window.said < self._most:
            window.said += 1
            return 0
        window.left_out += 1
        return None
