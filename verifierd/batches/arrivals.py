"""The candidates of a batch in order of arrival, from a list or from a sampler that is still at work."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, Callable, Iterator, Sequence
from dataclasses import dataclass

from verifierd.model import Candidate

Candidates = Sequence[Candidate] | AsyncIterable[Candidate]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A candidate that has come in.

    `position` is its place in the batch, `queued_at_ns` when it began to wait (epoch nanoseconds), and
    `program_digest` is equal for programs that are equal byte for byte.
    """

    position: int
    candidate: Candidate
    queued_at_ns: int
    program_digest: bytes


class Arrivals:
    """Numbers the candidates of one batch. The candidates of a list all began to wait at once."""

    def __init__(self, candidates: Candidates, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._position = 0
        self._known: set[int] = set()
        self._opened_at_ns = clock_ns()
        if isinstance(candidates, Sequence):
            self.total = len(candidates)
            self.is_open = False
            self._listed: Iterator[Candidate] = iter(candidates)
        else:
            self.total = 0
            self.is_open = True
            self._listed = iter(())
            self._decoded = aiter(candidates)

    async def next(self) -> Arrived | None:
        """Return the next candidate, None after the last one. Raises what an open batch's source raises."""
        if not self.is_open:
            return next(self.left(), None)
        try:
            candidate = await anext(self._decoded)
        except StopAsyncIteration:
            return None
        return self._arrived(candidate, self._clock_ns())

    def left(self) -> Iterator[Arrived]:
        """Yield the candidates of a list that `next` has not returned; none of an open batch."""
        for candidate in self._listed:
            if self._position in self._known:
                self._known.discard(self._position)
                self._position += 1
            else:
                yield self._arrived(candidate, self._opened_at_ns)

    @property
    def listed(self) -> int:
        """Return how many candidates of a list `next` has still to return; 0 of an open batch."""
        return max(0, self.total - self._position - len(self._known))

    @property
    def opened_at_ns(self) -> int:
        """Return when the candidates of a list began to wait, epoch nanoseconds."""
        return self._opened_at_ns

    def leave_out(self, position: int) -> None:
        """Do not return the candidate at this place of a list: its result is known."""
        self._known.add(position)

    def _arrived(self, candidate: Candidate, queued_at_ns: int) -> Arrived:
        self._position += 1
        return Arrived(self._position - 1, candidate, queued_at_ns, program_digest(candidate))


def program_digest(candidate: Candidate) -> bytes:
    """Return the SHA-256 of a candidate's language and source."""
    digest = hashlib.sha256(candidate.language.encode() + b"\0")
    digest.update(candidate.source.encode("utf-8", "surrogatepass"))
    return digest.digest()
