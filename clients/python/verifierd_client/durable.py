"""Durable batches as plain data: where one stands, and what it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from verifierd_client.problems import Digest
from verifierd_client.results import BatchSummary, Verdict


class BatchState(Enum):
    """Where a durable batch stands. UNKNOWN stands for a state that a newer server has."""

    UNKNOWN = "UNKNOWN"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"


@dataclass(frozen=True)
class DurableBatch:
    """A batch that the server keeps and finishes, whoever still asks for it. Times are epoch seconds.

    `summary` is there once it is FINISHED; in a list it has no clusters. One that is FINISHED without a
    summary came to no end of its own; watching it says why. `last_sequence` numbers its newest event.
    `cancel_reason` is there once its end was asked for, and may be empty.
    """

    id: str
    request_id: str
    state: BatchState
    problem_id: str
    problem_digest: Digest
    labels: Mapping[str, str]
    candidates_total: int
    candidates_finished: int
    verdict_counts: Mapping[Verdict, int]
    submitted_at: float
    started_at: float | None
    summary: BatchSummary | None
    last_sequence: int
    cancel_reason: str | None = None

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more comes of it."""
        return self.state is BatchState.FINISHED
