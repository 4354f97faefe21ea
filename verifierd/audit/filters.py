"""Which executions and batches a list is of: those that match every field that is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifierd.model import Verdict

BATCH_STATES = ("queued", "running", "finished", "abandoned")


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """Which executions. Empty text, an empty tuple and None ask for nothing.

    Attributes:
        verdicts: any of these.
        recorded_from_ns: recorded then or later, in epoch nanoseconds.
        recorded_until_ns: recorded before.
        text: words that all occur in source, detail or outputs of the candidate.
    """

    batch_id: str = ""
    problem_id: str = ""
    candidate_id: str = ""
    test_id: str = ""
    language: str = ""
    verdicts: tuple[Verdict, ...] = ()
    recorded_from_ns: int | None = None
    recorded_until_ns: int | None = None
    text: str = ""
    tenant: str = ""
    worker_id: str = ""
    sandbox_id: str = ""


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """Which batches, by the same rules.

    Attributes:
        states: any of `BATCH_STATES`.
        labels: all of these, as (name, value), in the order of their names.
        submitted_from_ns: submitted then or later, in epoch nanoseconds.
        submitted_until_ns: submitted before.
        durable_only: those alone that outlive their caller.
    """

    states: tuple[str, ...] = ()
    problem_id: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    submitted_from_ns: int | None = None
    submitted_until_ns: int | None = None
    tenant: str = ""
    durable_only: bool = False

    @staticmethod
    def labelled(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return labels as this filter has them."""
        return tuple(sorted(labels.items()))


ANY_BATCH = BatchFilter()


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Which candidates of all batches, by the same rules.

    Attributes:
        text: words that all occur in source, detail or outputs.
        verdicts: any of these.
    """

    text: str = ""
    batch_id: str = ""
    problem_id: str = ""
    language: str = ""
    verdicts: tuple[Verdict, ...] = ()
