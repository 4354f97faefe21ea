"""How long the host kept a run from computing, added up from one look to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .groups import RunGroup, ThreadTimes


@dataclass(frozen=True)
class _Look:
    at_ns: int
    cpu_ns: int
    threads: dict[int, ThreadTimes]


class Starvation:
    """The time in which a run was ready to compute and the host gave its CPUs to others.

    What a thread waits while another of the run's threads computes is not the host's doing: else threads
    that take turns, and sleep most of the time, would earn time without end. What they wait beyond that
    is added up, since threads that wait for each other share one wait among them; where all waits are more
    than the time that passed, they overlap, and count in proportion. It is never more than the time that
    passed without the run's computing: a program that sleeps earns nothing, nor one that keeps a CPU busy.
    """

    def __init__(self, groups: Sequence[RunGroup], lasting: frozenset[int]) -> None:
        """Meter these groups together; `lasting` are the threads that were there before the run."""
        self._groups = groups
        self._lasting = lasting
        self._before: _Look | None = None
        self._unclaimed_ns = 0
        self.total_ns = 0

    @property
    def looked_at_ns(self) -> int:
        """When the last look was, since the beginning."""
        return self._before.at_ns if self._before else 0

    def look(self, at_ns: int) -> None:
        """Add what was waited since the last look; `at_ns` is the time since the beginning."""
        threads: dict[int, ThreadTimes] = {}
        for group in self._groups:
            threads |= group.threads()
        now = _Look(at_ns, sum(group.cpu_time_ns() for group in self._groups), threads)
        before = self._before or _Look(0, 0, {key: threads[key] for key in self._lasting & threads.keys()})
        self.total_ns += self._starved_ns(before, now)
        self._before = now

    def _starved_ns(self, before: _Look, now: _Look) -> int:
        passed_ns, cpu_ns = now.at_ns - before.at_ns, now.cpu_ns - before.cpu_ns
        waited_ns = kept_waiting_ns = 0
        for thread, times in now.threads.items():
            earlier = before.threads.get(thread, ThreadTimes(0, 0))
            others_cpu_ns = max(0, cpu_ns - (times.cpu_ns - earlier.cpu_ns))
            waited_ns += times.waited_ns - earlier.waited_ns
            kept_waiting_ns += max(0, times.waited_ns - earlier.waited_ns - others_cpu_ns)
        # A wait is seen once it is over, so what was left unclaimed last time may be claimed now.
        span_ns, room_ns = passed_ns + self._unclaimed_ns, passed_ns + self._unclaimed_ns - cpu_ns
        if waited_ns > span_ns:
            kept_waiting_ns = kept_waiting_ns * span_ns // waited_ns
        self._unclaimed_ns = max(0, passed_ns - cpu_ns - kept_waiting_ns)
        return max(0, min(kept_waiting_ns, room_ns))
