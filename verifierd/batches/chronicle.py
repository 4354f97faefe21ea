"""One batch as the audit store is told of it: its events as entries, numbered and dated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from verifierd.audit.entries import BatchEnded, CandidateJudged, Entry
from verifierd.batches.arrivals import Candidates, program_digest
from verifierd.batches.landing import Step
from verifierd.model import BatchEvent, BatchFinished, Candidate, CandidateFinished


class Chronicle:
    """Numbers a batch's events in the order in which they are told, as a caller's stream does.

    What stays of a candidate after its result is nothing.
    """

    def __init__(
        self,
        batch_id: str,
        candidates: Candidates,
        worker_id: str,
        clock_ns: Callable[[], int],
        after: int = 0,
    ) -> None:
        """Tell of events after the one with number `after`; `worker_id` names whose sandboxes they run in."""
        self._batch_id = batch_id
        self._worker_id = worker_id
        self._clock_ns = clock_ns
        self._sequence = after
        self._arrived = 0
        self._waiting: dict[str, tuple[int, Candidate]] = {}
        self.candidates: Candidates
        if isinstance(candidates, Sequence):
            for candidate in candidates:
                self._saw(candidate)
            self.candidates = candidates
        else:
            self.candidates = _Seen(aiter(candidates), self._saw)

    def entries(self, step: Step) -> tuple[Entry, ...]:
        """Return what the store is told of events that happened together, and count them."""
        return tuple(self._entries(step))

    def _entries(self, step: Step) -> Iterator[Entry]:
        now_ns = self._clock_ns()
        for event in step:
            self._sequence += 1
            entry = self._entry(event, now_ns)
            if entry is not None:
                yield entry

    def _entry(self, event: BatchEvent, now_ns: int) -> Entry | None:
        """Return the entry of an event; None where there is nothing in it that is to be kept."""
        if isinstance(event, BatchFinished):
            return BatchEnded(self._sequence, now_ns, event)
        if not isinstance(event, CandidateFinished):
            return None
        position, candidate = self._waiting.pop(event.result.candidate_id)
        return CandidateJudged(
            batch_id=self._batch_id,
            position=position,
            event_sequence=self._sequence,
            occurred_at_ns=now_ns,
            candidate=candidate,
            program_sha256=program_digest(candidate).hex(),
            result=event.result,
            cost=event.cost,
            worker_id=self._worker_id,
        )

    def _saw(self, candidate: Candidate) -> None:
        self._waiting[candidate.id] = (self._arrived, candidate)
        self._arrived += 1


class _Seen(AsyncIterator[Candidate]):
    """Candidates as they are decoded, each seen before it is handed on."""

    def __init__(self, source: AsyncIterator[Candidate], saw: Callable[[Candidate], None]) -> None:
        self._source = source
        self._saw = saw

    async def __anext__(self) -> Candidate:
        """Return the next candidate. Raises what the source raises."""
        candidate = await anext(self._source)
        self._saw(candidate)
        return candidate
