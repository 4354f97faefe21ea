"""What the store is told, in the order in which it happens. Each entry becomes one record of the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandboxes.model import Limits
from verifierd.model import (
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateResult,
    Cost,
    Priority,
    SelectionSpec,
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the peer as the server saw it, on whose behalf, and the W3C trace id that it sent, if any."""

    requested_by: str = ""
    tenant: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class BatchBegun:
    """A batch was taken in. Times are epoch nanoseconds.

    `request` is the message that a durable batch came as: what it is finished from after a crash. It is kept
    until the batch has ended. `request_sha256` tells whether a repeated id has other contents. `problem` is
    the problem's own message, which a candidate can be run against again; `problem_sha256` and
    `problem_size_bytes` are what callers name it by. `front_end` is the daemon that runs it; empty where it
    is durable, and so runs wherever its turn comes. A durable one begins only if its tenant's durable batches
    have at most `most_unjudged` candidates without a verdict then, its own included; 0: however many.
    """

    batch_id: str
    request_id: str
    asker: Asker
    is_durable: bool
    problem_id: str
    problem_sha256: str
    limits: Limits
    options: BatchOptions
    selection: SelectionSpec
    submitted_at_ns: int
    candidates_total: int  # 0 where they are still to come
    deadline_at_ns: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    request: bytes = b""
    request_sha256: str = ""
    problem: bytes = b""
    problem_size_bytes: int = 0
    front_end: str = ""
    most_unjudged: int = 0
    priority: Priority = Priority.BULK


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """A durable batch was taken in hand: it began to run, or goes on after whoever ran it had died.

    From here on it is `front_end`'s: what another writer tells of its verdicts and its end counts no more.
    """

    batch_id: str
    occurred_at_ns: int
    front_end: str = ""


@dataclass(frozen=True, slots=True)
class CandidateJudged:
    """A candidate got its verdict.

    `position` is its place in the batch, from 0; `event_sequence` the number of the event that tells of it.
    `redactions` counts the places of its outputs and details that were blackened before it was stored.
    """

    batch_id: str
    position: int
    event_sequence: int
    occurred_at_ns: int
    candidate: Candidate
    program_sha256: str
    result: CandidateResult
    cost: Cost
    worker_id: str = ""  # whose sandboxes they were
    redactions: int = 0


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """A batch came to its end, with its clusters, picks and bill."""

    event_sequence: int
    occurred_at_ns: int
    event: BatchFinished


@dataclass(frozen=True, slots=True)
class BatchAbandoned:
    """A batch ended without a summary: its caller went, it was refused, or the daemon died in it."""

    batch_id: str
    occurred_at_ns: int
    why: str


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """Somebody asked for a durable batch's end."""

    batch_id: str
    occurred_at_ns: int
    asker: Asker
    reason: str


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A batch was put under legal hold, or freed of it. Retention removes nothing of one that is held."""

    batch_id: str
    occurred_at_ns: int
    is_held: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordsRemoved:
    """Retention removed records `first_sequence` to `last_sequence`.

    `last_hash` is the hash of the last of them: what the record after them names as its predecessor.
    `previous_hash` is what the first of them named as its own. `batch_ids` are the batches that went, in the
    first record of one removal.
    """

    occurred_at_ns: int
    first_sequence: int
    last_sequence: int
    previous_hash: bytes
    last_hash: bytes
    why: str
    batch_ids: tuple[str, ...] = ()


Entry = (
    BatchBegun
    | BatchStarted
    | CandidateJudged
    | BatchEnded
    | BatchAbandoned
    | CancelAsked
    | HoldChanged
    | RecordsRemoved
)


@dataclass(frozen=True, slots=True)
class Committed:
    """An entry as it was stored, and the number of its record."""

    sequence: int
    entry: Entry
