"""Whose turn it is: interactive queues before bulk ones, and among equals tenants by their weights.

Tenants take turns by stride scheduling (Waldspurger, 1995): each chunk moves its tenant on by one over its
weight, and the tenant that has come least far is next. One that was away joins where the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifierd.fleet.subjects import Queue, token
from verifierd.model import Priority


class Turns:
    """Orders queues, and learns from what was taken of them."""

    def __init__(self, weights: Mapping[str, int] | None = None) -> None:
        """`weights` has tenants by name; others weigh 1."""
        self._weights = {token(name): weight for name, weight in (weights or {}).items()}
        self._passes: dict[str, float] = {}
        self._now = 0.0

    def order(self, queues: Iterable[Queue]) -> list[Queue]:
        """Return the queues, the one whose turn it is first."""
        return sorted(queues, key=self._rank)

    def took(self, queue: Queue) -> None:
        """Learn that a chunk of a queue was taken."""
        passed = max(self._passes.get(queue.tenant, 0.0), self._now)
        self._now = passed
        self._passes[queue.tenant] = passed + 1 / self._weights.get(queue.tenant, 1)

    def _rank(self, queue: Queue) -> tuple[bool, float, str]:
        passed = max(self._passes.get(queue.tenant, 0.0), self._now)
        return queue.priority != Priority.INTERACTIVE, passed, queue.consumer
