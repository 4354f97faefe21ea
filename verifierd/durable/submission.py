"""A durable batch as it is handed in, and as it is read again from the store to be run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from verifierd.audit.entries import Asker, BatchBegun
from verifierd.batches.recorded import Origin, begun_entry
from verifierd.model import Batch, Candidate


@dataclass(frozen=True, slots=True)
class RequestName:
    """What a submission goes by before it is read: a repeated one may name a problem that is forgotten.

    `request_sha256` is equal for requests that are equal, the problem included.
    """

    asker: Asker
    request_id: str
    request_sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A batch that may be run, and the message that it came as.

    Attributes:
        request: what a `RequestSource` reads it from again, beside the origin's problem.
        request_sha256: that of its `RequestName`.
        most_unjudged: candidates that its tenant's durable batches may have at a time; 0: any number.
    """

    batch: Batch
    candidates_total: int
    origin: Origin
    request: bytes
    request_sha256: str
    most_unjudged: int = 0

    def entry(self, now_ns: int) -> BatchBegun:
        """Return the entry by which the store accepts it. `now_ns` is in epoch nanoseconds."""
        begun = begun_entry(self.batch, self.candidates_total, self.origin, now_ns, is_durable=True)
        return replace(
            begun,
            request=self.request,
            request_sha256=self.request_sha256,
            most_unjudged=self.most_unjudged,
        )


class RequestSource(Protocol):
    """Reads stored requests: whoever knows the form that they came in."""

    async def read(self, begun: BatchBegun) -> tuple[Batch, tuple[Candidate, ...]]:
        """Return the batch that was accepted, under its own id and deadline, and its candidates.

        Raises:
            RequestRejected: this server does not take it (any longer).
        """
        ...
