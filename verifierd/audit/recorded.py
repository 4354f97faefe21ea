"""Executions with all that was recorded of them: what ran, under what, what it did, and the hashes of it.

A record or a blob that cannot be read takes nothing else with it: what is lost is said in words, and the rest
is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.bodies import BlobName, Part, entry_of
from verifierd.audit.entries import BatchBegun, CandidateJudged, Entry
from verifierd.audit.errors import BlobError, RecordDamaged
from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow
from verifierd.audit.packing import unpack
from verifierd.audit.reading import MAX_BODY_BYTES
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import Store
from verifierd.model import ExecutionResult

NOTHING: frozenset[Part] = frozenset()
PROBLEM = frozenset({Part.PROBLEM})
OUTPUTS = frozenset({Part.OUTPUTS})
SOURCE_AND_OUTPUTS = frozenset({Part.SOURCE, Part.OUTPUTS})


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record as it was read: its entry, its hashes, and what of its blobs is lost, in words by part."""

    sequence: int
    entry: Entry
    previous_hash: bytes
    hash: bytes
    lost: tuple[tuple[Part, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedExecution:
    """An execution's row and what its records tell beside it.

    Attributes:
        begun: how its batch began; None where that is lost.
        record: that of its candidate, a `CandidateJudged`; None where it is lost.
        lost: what cannot be read, one sentence each.
    """

    row: ExecutionRow
    begun: BatchBegun | None
    record: ReadRecord | None
    lost: tuple[str, ...] = ()

    @property
    def judged(self) -> CandidateJudged | None:
        """Return what was recorded of its candidate."""
        entry = None if self.record is None else self.record.entry
        return entry if isinstance(entry, CandidateJudged) else None

    @property
    def result(self) -> ExecutionResult | None:
        """Return what was recorded of the execution itself."""
        return None if self.judged is None else self.judged.result.executions[self.row.place]

    def has_lost(self, part: Part) -> bool:
        """Tell whether a blob of its candidate could not be read."""
        return self.record is not None and any(part is each for each, _ in self.record.lost)


class RecordReader:
    """Reads records over one connection; the last candidate and the batches seen are read once."""

    def __init__(self, store: Store, connection: sa.Connection, parts: Collection[Part] = NOTHING) -> None:
        """Read of the blobs these parts, and nothing of others."""
        self._store = store
        self._connection = connection
        self._parts = parts
        self._begun: dict[str, BatchBegun | str] = {}
        self._judged: tuple[int, ReadRecord | str] = (0, "")

    def executions(self, rows: Iterable[ExecutionRow]) -> Iterator[RecordedExecution]:
        """Yield what is recorded of each of these, in their order."""
        for row in rows:
            begun, judged = self._begun_of(row), self._judged_at(row)
            lost = [each for each in (begun, judged) if isinstance(each, str)]
            if isinstance(judged, ReadRecord):
                lost += [words for _, words in judged.lost]
            yield RecordedExecution(
                row,
                None if isinstance(begun, str) else begun,
                None if isinstance(judged, str) else judged,
                tuple(lost),
            )

    def candidate(self, row: CandidateRow) -> tuple[ReadRecord, CandidateJudged]:
        """Return a candidate's record and what it says. Raises RecordDamaged."""
        record = self.read(row.sequence)
        if not isinstance(record.entry, CandidateJudged):
            raise RecordDamaged(row.sequence, "it is no candidate's")
        return record, record.entry

    def begun(self, row: BatchRow) -> BatchBegun:
        """Return how a batch began. Raises RecordDamaged."""
        entry = self.read(row.sequence).entry
        if not isinstance(entry, BatchBegun):
            raise RecordDamaged(row.sequence, "it does not say how a batch began")
        return entry

    def read(self, sequence: int) -> ReadRecord:
        """Return a record.

        Raises:
            RecordDamaged: it is not there, or not what was written.
        """
        row = self._connection.execute(
            sa.select(RECORDS.c.kind, RECORDS.c.body, RECORDS.c.previous_hash, RECORDS.c.hash).where(
                RECORDS.c.sequence == sequence
            )
        ).one_or_none()
        if row is None:
            raise RecordDamaged(sequence, "it is not there")
        lost: list[tuple[Part, str]] = []

        def fetch(part: Part, name: BlobName) -> bytes | None:
            if part not in self._parts:
                return None
            try:
                return self._store.blobs.read(self._connection, name.sha256)
            except BlobError as error:
                lost.append((part, str(error)))
                return None

        try:
            entry = entry_of(row.kind, unpack(row.body, MAX_BODY_BYTES), fetch)
        except ValueError as error:
            raise RecordDamaged(sequence, str(error)) from None
        return ReadRecord(sequence, entry, bytes(row.previous_hash), bytes(row.hash), tuple(lost))

    def _of_kind(self, sequence: int, kind: type[Entry]) -> ReadRecord:
        record = self.read(sequence)
        if not isinstance(record.entry, kind):
            raise RecordDamaged(sequence, f"it is no {kind.__name__}")
        return record

    def _judged_at(self, row: ExecutionRow) -> ReadRecord | str:
        if self._judged[0] != row.sequence:
            self._judged = (row.sequence, self._tried(row.sequence, CandidateJudged))
        record = self._judged[1]
        if isinstance(record, ReadRecord) and isinstance(record.entry, CandidateJudged):
            if row.place < len(record.entry.result.executions):
                return record
            return str(RecordDamaged(row.sequence, f"it tells of no execution {row.place}"))
        return record

    def _begun_of(self, row: ExecutionRow) -> BatchBegun | str:
        if row.batch_id not in self._begun:
            self._begun[row.batch_id] = self._first_of(row.batch_id)
        return self._begun[row.batch_id]

    def _first_of(self, batch_id: str) -> BatchBegun | str:
        first = sa.select(sa.func.min(RECORDS.c.sequence)).where(RECORDS.c.batch_id == batch_id)
        sequence = self._connection.execute(first).scalar()
        if sequence is None:
            return f"the record that batch {batch_id} began with is not there"
        record = self._tried(sequence, BatchBegun)
        if isinstance(record, ReadRecord) and isinstance(record.entry, BatchBegun):
            return record.entry
        return str(record)

    def _tried(self, sequence: int, kind: type[Entry]) -> ReadRecord | str:
        try:
            return self._of_kind(sequence, kind)
        except RecordDamaged as error:
            return str(error)
