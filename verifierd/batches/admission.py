"""The door: how many batches and candidates may wait, and that none comes in while the daemon drains."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from verifierd.errors import Draining, QueueFull


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may be in flight over all batches, and when who is refused may try again.

    A batch larger than `max_candidates` runs only where nothing else does.
    """

    max_batches: int = 2048
    max_candidates: int = 1_000_000
    retry_after_s: float = 1.0


class Ticket:
    """What one batch holds of the queue."""

    def __init__(self, candidates: int) -> None:
        self.candidates = candidates

    def judged(self) -> None:
        """Give back the place of one candidate that has its result."""
        self.candidates = max(0, self.candidates - 1)


class Admission:
    """Counts what is in flight."""

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._tickets: set[Ticket] = set()
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def candidates_waiting(self) -> int:
        """Return how many places are taken."""
        return sum(ticket.candidates for ticket in self._tickets)

    @contextmanager
    def admitted(self, candidates: int) -> Iterator[Ticket]:
        """Hold places for one batch and so many candidates.

        Raises:
            Draining: the daemon takes no new work.
            QueueFull: as much is in flight as may be; later there may be room.
        """
        self._check(candidates)
        ticket = Ticket(candidates)
        self._tickets.add(ticket)
        self._empty.clear()
        try:
            yield ticket
        finally:
            self._tickets.discard(ticket)
            if not self._tickets:
                self._empty.set()

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more is admitted."""
        return self._draining

    def close(self) -> None:
        """Admit nothing more."""
        self._draining = True

    async def empty(self) -> None:
        """Wait until nothing is in flight."""
        await self._empty.wait()

    def _check(self, candidates: int) -> None:
        limits = self._limits
        if self._draining:
            raise Draining
        if len(self._tickets) >= limits.max_batches:
            raise QueueFull(
                limits.retry_after_s, f"{limits.max_batches} batches are in flight, as many as may be"
            )
        if self._tickets and self.candidates_waiting + candidates > limits.max_candidates:
            raise QueueFull(
                limits.retry_after_s,
                f"{self.candidates_waiting} candidates wait; with {candidates} more they were above"
                f" {limits.max_candidates}",
            )
