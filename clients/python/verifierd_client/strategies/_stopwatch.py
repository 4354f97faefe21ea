"""Where time goes: each moment counts for the first of the phases that are going on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum


class Phase(IntEnum):
    """What a query waits for, what counts first being first."""

    DECODING = 0
    VERIFYING = 1
    WAITING = 2


class Stopwatch:
    """Runs from when it is made. A phase may be going on several times at once.

    Args:
        now: the clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing going on."""
        self._now = now
        self._going_on = {Phase.DECODING: 0, Phase.VERIFYING: 0, Phase.WAITING: 1}
        self._spent_s = dict.fromkeys(Phase, 0.0)
        self._begun_at = self._looked_at = now()

    def elapsed_s(self) -> float:
        """Return the seconds since it was made."""
        return self._now() - self._begun_at

    def begin(self, phase: Phase) -> None:
        """Count from now on one more of this phase."""
        self._count()
        self._going_on[phase] += 1

    def end(self, phase: Phase) -> None:
        """Count from now on one less."""
        self._count()
        self._going_on[phase] -= 1

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Count one more for the length of the block."""
        self.begin(phase)
        try:
            yield
        finally:
            self.end(phase)

    def spent_s(self, phase: Phase) -> float:
        """Return the seconds that counted for a phase so far."""
        self._count()
        return self._spent_s[phase]

    def _count(self) -> None:
        now = self._now()
        first = min(phase for phase, times in self._going_on.items() if times)
        self._spent_s[first] += now - self._looked_at
        self._looked_at = now
