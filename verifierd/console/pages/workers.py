"""Workers and sandboxes: what the latest executions ran in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.figures import LATEST_EXECUTIONS
from verifierd.audit.queries import SandboxUse
from verifierd.console.console import Console

MOST_SANDBOXES = 200


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker with its sandboxes, the busiest first."""

    id: str
    sandboxes: tuple[SandboxUse, ...]

    @property
    def executions(self) -> int:
        """Return how many of the latest executions it ran."""
        return sum(each.executions for each in self.sandboxes)

    @property
    def infrastructure_errors(self) -> int:
        """Return how many of them failed by no fault of the program."""
        return sum(each.infrastructure_errors for each in self.sandboxes)

    @property
    def last_recorded_at_ns(self) -> int:
        """Return when the last of them was recorded, in epoch nanoseconds."""
        return max(each.last_recorded_at_ns for each in self.sandboxes)


def workers(console: Console, request: Request) -> Response:
    """Show the workers of the latest executions, the busiest first."""
    del request  # its address says nothing more
    found = by_worker(console.shelf.sandboxes())
    return console.page("workers", workers=found, latest=LATEST_EXECUTIONS, most=MOST_SANDBOXES)


def by_worker(uses: Sequence[SandboxUse]) -> list[Worker]:
    """Return the workers of these sandboxes, the busiest first."""
    ids = dict.fromkeys(each.worker_id for each in uses)
    found = [Worker(id, tuple(each for each in uses if each.worker_id == id)) for id in ids]
    return sorted(found, key=lambda worker: -worker.executions)
