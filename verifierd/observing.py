"""What the core tells of its work to whoever counts and traces it, by one small interface.

Every method is called in the event loop, and must return within microseconds and raise nothing. The core
works the same whatever an observer makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from verifierd.model import Batch, Candidate, CandidateResult, Cost


class Stage(StrEnum):
    """What the time of a candidate goes to, that of all its runs together."""

    QUEUE = "queue"  # from when it came to its first step in a sandbox
    TRANSFER = "transfer"  # from when a sandbox was lent to it to that step
    COMPILE = "compile"
    FORK = "fork"  # from the ends of its runs to the starts of the next ones
    RUN = "run"
    JUDGE = "judge"
    STORE = "store"  # from its verdict to its record


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker did for one candidate of a batch that a front end has. Times are epoch nanoseconds.

    `traceparent` is the W3C trace that it is part of; empty: of none.
    """

    batch_id: str
    candidate_id: str
    language: str
    traceparent: str
    runs_answered: int
    runs_failed: int  # of those, how many could not be carried out
    began_at_ns: int
    ended_at_ns: int


class Call:
    """One call of the API while it lasts. `trace_id` is the W3C trace that it is part of; empty: none."""

    trace_id = ""

    def ended(self, code: str) -> None:
        """Take the name of the call's status code, such as OK, once its last message is on its way."""


class Observer:
    """Is told what happens; this one makes nothing of it. Times are epoch nanoseconds."""

    @contextmanager
    def call(self, method: str, traceparent: str) -> Iterator[Call]:
        """Watch one call of `/package.Service/Method`; `traceparent` is the caller's, empty where none is."""
        yield Call()

    def batch_began(self, batch: Batch, candidates: int) -> None:
        """Tell that a batch was taken in, in the task of its call; 0 candidates: they are still to come."""

    def traceparent(self, batch: Batch) -> str:
        """Return the W3C `traceparent` that a batch's work elsewhere is part of; empty: of none."""
        return ""

    def candidate_judged(
        self, batch: Batch, candidate: Candidate, queued_at_ns: int, result: CandidateResult, cost: Cost
    ) -> None:
        """Tell of a candidate that has its result now."""

    def batch_ended(self, batch: Batch, stop_reason: str, started_at_ns: int, ended_at_ns: int) -> None:
        """Tell that a batch of which the beginning was told has ended, however it did."""

    def stage_took(self, stage: Stage, seconds: float) -> None:
        """Tell how long a stage took that no result has the times of."""

    def judging_failed(self) -> None:
        """Tell that a fault of the service's own kept a candidate from its verdict."""

    def work_done(self, work: Work) -> None:
        """Tell what a worker did, at whatever it ended."""

    def work_redelivered(self) -> None:
        """Tell that work was given to another worker, since the first was not heard of any more."""

    def outcome_dropped(self) -> None:
        """Tell that an outcome came for work that had one already."""


NOBODY = Observer()


@dataclass(frozen=True, slots=True)
class CacheLoad:
    """What a cache has at a moment, and how often it was of use since the start."""

    hits: int = 0
    misses: int = 0
    used_bytes: int = 0
    max_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine has in hand at a moment.

    Attributes:
        batches: in flight.
        candidates_waiting: are in, have no result and do not run.
        candidates_running: have a slot of the executor.
        oldest_queued_at_ns: when the first of those that wait began to, epoch nanoseconds; None: none waits.
        slots: how many candidates can run at a time.
        is_draining: no new batch is taken.
        result_cache: outcomes of earlier runs.
    """

    batches: int = 0
    candidates_waiting: int = 0
    candidates_running: int = 0
    oldest_queued_at_ns: int | None = None
    slots: int = 0
    is_draining: bool = False
    result_cache: CacheLoad = CacheLoad()


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """What is known of one worker on another machine at a moment; `seen_s_ago`: its last sign of life."""

    id: str
    slots: int
    slots_busy: int
    is_draining: bool = False
    seen_s_ago: float = 0.0
    version: str = ""
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FleetLoad:
    """What is known of the workers on other machines at a moment.

    Attributes:
        workers: those that are heard of.
        pending: work in the queue that no worker has yet, by priority.
        in_progress: work that a worker has.
        trouble: why the queue's server cannot be used; empty: it can.
        can_wait: work is taken without a worker too: what some worker could run is known, and one may come.
    """

    workers: Sequence[WorkerLoad] = ()
    pending: Mapping[str, int] = field(default_factory=dict)
    in_progress: int = 0
    trouble: str = ""
    can_wait: bool = False
