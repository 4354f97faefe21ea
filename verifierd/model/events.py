"""What happens to a batch, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifierd.model.results import CandidateResult, Cost, Verdict
from verifierd.model.summaries import Cluster, Pick, SuiteReport


@dataclass(frozen=True, slots=True)
class BatchAccepted:
    """First event: the batch passed admission."""

    batch_id: str
    candidates_total: int  # 0 while an open batch still grows


@dataclass(frozen=True, slots=True)
class CandidateFinished:
    """A candidate's final result and what it adds to the bill; streamed as it lands.

    `extracted_source` is the program that was found in a completion; None where a program was given.
    """

    result: CandidateResult
    cost: Cost
    extracted_source: str | None = None


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """Last event: clusters, picks and cost of the whole batch.

    `none_probability`: that no candidate is correct, as far as the selection rule tells.
    """

    batch_id: str
    verdict_counts: Mapping[Verdict, int]
    clusters: tuple[Cluster, ...]
    picks: tuple[Pick, ...]
    cost: Cost
    stop_reason: str  # "completed", "accepted_enough", "deadline", "budget", "cancelled"
    started_at_ns: int
    ended_at_ns: int
    none_probability: float | None = None
    suite: SuiteReport | None = None


@dataclass(frozen=True, slots=True)
class StopDecided:
    """Open batches: the sampler should stop decoding the named candidates (empty: all that are left)."""

    reason: str
    candidate_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClustersChanged:
    """Open batches: the clusters as they stand; each such event replaces the one before."""

    clusters: tuple[Cluster, ...]


BatchEvent = BatchAccepted | CandidateFinished | ClustersChanged | StopDecided | BatchFinished
