"""What the pages read: the audit store by the questions that a page has. Nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from verifierd.api.convert.stored import stored_problem
from verifierd.audit import queries, reading
from verifierd.audit.entries import BatchBegun, CandidateJudged, RecordsRemoved
from verifierd.audit.queries import (
    Asked,
    BatchFilter,
    BatchRow,
    CandidateFilter,
    CandidateRow,
    Page,
    ProblemRow,
    SandboxUse,
    TimeBucket,
)
from verifierd.audit.recorded import PROBLEM, SOURCE_AND_OUTPUTS, ReadRecord, RecordReader
from verifierd.audit.removals import removal_of
from verifierd.audit.store import Store
from verifierd.console import lookups, parameters
from verifierd.model import BatchFinished, Problem, Verdict

# A larger problem takes longer to read than a page may.
MOST_PROBLEM_BYTES = 2 << 20

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Thing]):
    """Something that was kept, as far as it can be read; `missing` says, for a person, what cannot."""

    thing: Thing
    missing: tuple[str, ...] = ()


class Shelf:
    """Reads a store. Each method blocks, and raises StoreUnavailable where the store cannot be read."""

    def __init__(self, store: Store) -> None:
        """Take a store that stays open for as long as this is used."""
        self._store = store

    def batches(self, wanted: BatchFilter, asked: Asked) -> Page[BatchRow]:
        """Return a page of batches, the newest first. Raises BadPageToken."""
        with self._store.reading() as connection:
            return queries.batches(connection, wanted, asked)

    def batches_beginning(self, beginning: str) -> Sequence[BatchRow]:
        """Return some batches whose ids begin so."""
        with self._store.reading() as connection:
            return queries.batches_beginning(connection, beginning)

    def batch(self, batch_id: str) -> BatchRow | None:
        """Return a batch; None where there is none of this id."""
        with self._store.reading() as connection:
            return queries.batch_with_id(connection, batch_id)

    def begun(self, batch: BatchRow) -> BatchBegun:
        """Return how a batch began, without its problem. Raises RecordDamaged."""
        with self._store.reading() as connection:
            return RecordReader(self._store, connection).begun(batch)

    def ended(self, batch: BatchRow) -> BatchFinished | None:
        """Return what a batch came to; None where it has no summary. Raises RecordDamaged."""
        # Of a batch without an end all records would be looked through.
        ended = reading.batch_end(self._store, batch.id) if batch.state == "finished" else None
        return None if ended is None else ended.event

    def removed(self, batch_id: str) -> RecordsRemoved | None:
        """Return how retention removed a batch; None where it removed none of this id."""
        return removal_of(self._store, batch_id)

    def why_abandoned(self, batch: BatchRow) -> str:
        """Return why a batch ended without a summary; empty where it did not. Raises RecordDamaged."""
        end = reading.batch_abandoned(self._store, batch.id) if batch.state == "abandoned" else None
        return "" if end is None else end.why

    def problem(self, batch: BatchRow) -> Kept[Problem | None]:
        """Return the problem of a batch, where it was kept and is not too large for a page."""
        with self._store.reading() as connection:
            size = lookups.problem_size(connection, batch.id)
            if size is not None and size > MOST_PROBLEM_BYTES:
                return Kept(None, ("the problem is too large for its inputs to be shown",))
            record = RecordReader(self._store, connection, PROBLEM).read(batch.sequence)
        if not isinstance(record.entry, BatchBegun) or not record.entry.problem:
            return Kept(None, _words(record))
        try:
            return Kept(stored_problem(record.entry.problem))
        except ValueError as error:
            return Kept(None, (f"the problem cannot be read: {error}",))

    def candidates(self, batch_id: str, verdicts: tuple[Verdict, ...], asked: Asked) -> Page[CandidateRow]:
        """Return a page of a batch's candidates in their order there. Raises BadPageToken."""
        with self._store.reading() as connection:
            return queries.candidates_of_batch(connection, batch_id, asked, verdicts)

    def candidates_by_id(self, batch_id: str, ids: Collection[str]) -> Mapping[str, CandidateRow]:
        """Return those of some candidates of a batch that are judged, by their ids."""
        with self._store.reading() as connection:
            return queries.candidates_in(connection, batch_id, ids) if ids else {}

    def candidate(self, batch_id: str, position: int) -> CandidateRow | None:
        """Return the candidate at a place of a batch; None where none is judged there."""
        with self._store.reading() as connection:
            return lookups.candidate_at(connection, batch_id, position)

    def candidate_named(self, batch_id: str, name: str) -> CandidateRow | None:
        """Return the candidate of a batch at a place, or else of an id; None where none is judged."""
        position = parameters.position(name)
        row = None if position is None else self.candidate(batch_id, position)
        return row or self.candidates_by_id(batch_id, [name]).get(name)

    def neighbours(self, batch_id: str, position: int) -> tuple[int | None, int | None]:
        """Return the places of the candidates before and after one; None where there is none."""
        with self._store.reading() as connection:
            return lookups.neighbours(connection, batch_id, position)

    def judged(self, row: CandidateRow) -> Kept[CandidateJudged]:
        """Return a candidate's record with source and outputs. Raises RecordDamaged."""
        with self._store.reading() as connection:
            record, judged = RecordReader(self._store, connection, SOURCE_AND_OUTPUTS).candidate(row)
        return Kept(judged, _words(record))

    def found(self, wanted: CandidateFilter, asked: Asked) -> Page[CandidateRow]:
        """Return a page of the candidates that have some words, the newest first. Raises BadPageToken."""
        with self._store.reading() as connection:
            return queries.search(connection, wanted, asked)

    def candidates_named(self, candidate_id: str) -> Sequence[CandidateRow]:
        """Return some candidates of this id, of any batch."""
        with self._store.reading() as connection:
            return lookups.candidates_named(connection, candidate_id)

    def problems(self, asked: Asked) -> Page[ProblemRow]:
        """Return a page of the problems, in the order of their ids. Raises BadPageToken."""
        with self._store.reading() as connection:
            return queries.problems(connection, asked)

    def usage(self, from_ns: int, until_ns: int, buckets: int) -> Sequence[TimeBucket]:
        """Return time, cost and waiting of candidates, in so many buckets of equal length."""
        with self._store.reading() as connection:
            return queries.usage_over_time(connection, from_ns, until_ns, buckets)

    def sandboxes(self) -> Sequence[SandboxUse]:
        """Return the sandboxes of the latest executions, the busiest first."""
        with self._store.reading() as connection:
            return queries.sandboxes_in_use(connection)

    def newest_record_at(self) -> int | None:
        """Return when the newest record was made, in epoch nanoseconds; None where there is none."""
        with self._store.reading() as connection:
            return lookups.newest_record_at(connection)


def _words(record: ReadRecord) -> tuple[str, ...]:
    """Return what of a record's blobs cannot be read, a sentence each."""
    return tuple(f"the {part.value} cannot be read: {why}" for part, why in record.lost)
