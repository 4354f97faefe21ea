"""Compares the rows that records are found by with the records: a batch, its candidates, its executions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from verifierd.audit.bodies import BlobName, Part, batch_of, entry_of, time_of
from verifierd.audit.entries import BatchBegun, CandidateJudged, Entry
from verifierd.audit.errors import BlobError
from verifierd.audit.rows import Row, batch_row, candidate_row, changes, execution_rows
from verifierd.audit.schema import BATCHES, CANDIDATES, EXECUTIONS, EXECUTIONS_OF_A_RECORD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.faults import Faults, named, quoted
from verifierd.audit.verifying.records import StoredRecord, read_records
from verifierd.audit.verifying.snapshots import raw_rows
from verifierd.audit.verifying.words import Words, compare_words, expected_words

_PAGE = 100
_COLUMNS_SHOWN = 3
_LARGE_BYTES = 64 << 10
"""More than this of one candidate's blobs is not kept in memory while its page is compared."""


class BatchRows:
    """One batch's records in order, and beside them what the tables have of it."""

    def __init__(
        self,
        connection: sa.Connection,
        store: Store,
        of_batch: sa.ColumnElement[bool],
        faults: Faults,
        *,
        with_words: bool,
    ) -> None:
        """Take a connection that sees one state of the store, and what chooses the batch's records.

        `with_words`: the words that candidates are searched by are compared, for which their blobs are read.
        """
        self.executions = 0
        self._connection = connection
        self._blobs = store.blobs
        self._of_batch = of_batch
        self._faults = faults
        self._expected: Row | None = None
        self._with_words = with_words
        self._words: dict[int, tuple[str, Words]] = {}  # of the page's candidates, and what each is called
        self._is_whole = True  # no record of it is altered or misplaced, so its row can be reckoned

    @property
    def has_begun(self) -> bool:
        """Say whether there is a record, as it was written, that begins the batch."""
        return self._expected is not None

    def compare(self) -> Iterator[None]:
        """Compare everything, and yield after each record."""
        after = 0
        while page := self._page(after):
            names: dict[int, dict[Part, BlobName]] = {}
            judged: dict[int, CandidateJudged] = {}
            for record in page:
                of_record = names[record.sequence] = {}
                entry = self._entry(record, of_record)
                if isinstance(entry, CandidateJudged):
                    judged[record.sequence] = entry
                if entry is not None:
                    self._follow(record.sequence, entry, of_record)
            self._compare_candidates(judged, names)
            if self._words:
                compare_words(self._connection, self._words, self._faults)
                self._words = {}
            yield from (None for _ in page)
            after = page[-1].sequence
        self._compare_batch()

    def _page(self, after: int) -> list[StoredRecord]:
        return read_records(self._connection, self._of_batch, RECORDS.c.sequence > after, limit=_PAGE)

    def _entry(self, record: StoredRecord, names: dict[Part, BlobName]) -> Entry | None:
        """Return the entry of a record, and fill in the blobs that it names; None where it was altered."""
        has_lost = False

        def fetch(part: Part, name: BlobName) -> bytes | None:
            nonlocal has_lost
            names[part] = name
            if not self._with_words or part not in (Part.SOURCE, Part.OUTPUTS):
                return None
            try:
                return self._blobs.read(self._connection, name.sha256)
            except (BlobError, TypeError, ValueError):  # which one it is, is told where all blobs are read
                has_lost = True
                return None

        try:
            link = record.link
            entry = entry_of(link.kind, link.body, fetch) if record.is_sound else None
        except ValueError as error:
            why = f"its contents cannot be understood: {error}"
            self._faults.add(record.sequence, f"{record.called}: {why}")
            entry = None
        if entry is None or not self._is_filed(record, entry):
            self._is_whole = False
            return None
        if self._with_words and isinstance(entry, CandidateJudged) and not has_lost:
            words = expected_words(entry)
            if words is not None:
                name = named(record.sequence, link.kind, entry.batch_id, entry.candidate.id)
                self._words[record.sequence] = name, words
        is_large = sum(blob.size_bytes for blob in names.values()) > _LARGE_BYTES
        return _without_blobs(entry) if is_large and isinstance(entry, CandidateJudged) else entry

    def _is_filed(self, record: StoredRecord, entry: Entry) -> bool:
        """Say whether a record's columns are those of its contents."""
        if batch_of(entry) != record.batch_id:
            why = f"its batch was altered: it is of batch {quoted(batch_of(entry))}"
            self._faults.add(record.sequence, f"{record.called}: {why}")
            return False
        if time_of(entry) != record.recorded_at_ns:
            says = quoted(record.recorded_at_ns)
            why = f"its time was altered: it is {time_of(entry)}, and says {says}"
            self._faults.add(record.sequence, f"{record.called}: {why}")
        return True

    def _follow(self, sequence: int, entry: Entry, names: Mapping[Part, BlobName]) -> None:
        if isinstance(entry, BatchBegun):
            self._expected = batch_row(sequence, entry, names)
        elif self._expected is not None:
            self._expected |= changes(self._expected, entry)

    def _compare_candidates(
        self, judged: Mapping[int, CandidateJudged], names: Mapping[int, Mapping[Part, BlobName]]
    ) -> None:
        if not judged:
            return
        there = self._rows(CANDIDATES, CANDIDATES.c.sequence.in_(judged), "sequence")
        for sequence, entry in judged.items():
            name = named(sequence, "candidate_judged", entry.batch_id, entry.candidate.id)
            self._compare(
                sequence,
                name,
                CANDIDATES,
                candidate_row(sequence, entry, names[sequence]),
                there.get(sequence),
            )
            self._compare_executions(sequence, name, entry)
        self._find_missing_blobs(judged, names)

    def _compare_executions(self, sequence: int, name: str, entry: CandidateJudged) -> None:
        problem_id = self._expected["problem_id"] if self._expected else None
        first = sequence * EXECUTIONS_OF_A_RECORD
        within = EXECUTIONS.c.id.between(first, first + EXECUTIONS_OF_A_RECORD - 1)
        there = self._rows(EXECUTIONS, within, "id")
        for row in execution_rows(sequence, entry, problem_id or ""):
            if problem_id is None:
                del row["problem_id"]  # the record that says it is not as it was written
            self.executions += 1
            place = row["id"] - first
            self._compare(sequence, f"{name}, execution {place}", EXECUTIONS, row, there.pop(row["id"], None))
        for number in there:
            self._faults.add(
                sequence,
                f"{name}: table executions has a row {number} that it has no execution for: it was put in",
            )

    def _find_missing_blobs(
        self, judged: Mapping[int, CandidateJudged], names: Mapping[int, Mapping[Part, BlobName]]
    ) -> None:
        wanted = {blob.sha256 for sequence in judged for blob in names[sequence].values()}
        missing = wanted - self._blobs.known(self._connection, wanted)
        for sequence, entry in judged.items() if missing else ():
            for part, blob in names[sequence].items():
                if blob.sha256 in missing:
                    name = named(sequence, "candidate_judged", entry.batch_id, entry.candidate.id)
                    self._tell_missing(sequence, name, part.value, blob.sha256)

    def _compare_batch(self) -> None:
        if self._expected is None:
            return  # the record that begins it is gone or altered, and the chain says so
        sequence, batch_id = self._expected["sequence"], self._expected["id"]
        name = named(sequence, "batch_begun", batch_id)
        if self._is_whole:
            there = self._rows(BATCHES, BATCHES.c.id == batch_id, "id")
            self._compare(sequence, name, BATCHES, self._expected, there.get(batch_id))
        blobs = {"request": self._expected["request_blob"], "problem": self._expected["problem_blob"]}
        wanted = {sha256 for sha256 in blobs.values() if sha256 is not None}
        missing = wanted - self._blobs.known(self._connection, wanted)
        for part, sha256 in blobs.items():
            if sha256 in missing:
                self._tell_missing(sequence, name, part, sha256)

    def _rows(self, table: sa.Table, which: sa.ColumnElement[bool], key: str) -> dict[Any, Mapping[str, Any]]:
        return {row[key]: row for row in raw_rows(self._connection, table, which)}

    def _compare(
        self, sequence: int, name: str, table: sa.Table, expected: Row, there: Mapping[str, Any] | None
    ) -> None:
        if there is None:
            self._faults.add(sequence, f"{name}: its row of table {table.name} is gone")
            return
        wrong = [
            f"{column} is {quoted(there[column])} instead of {quoted(value)}"
            for column, value in expected.items()
            if there[column] != value
        ]
        if wrong:
            more = f", and {len(wrong) - _COLUMNS_SHOWN} more" if len(wrong) > _COLUMNS_SHOWN else ""
            told = ", ".join(wrong[:_COLUMNS_SHOWN])
            self._faults.add(sequence, f"{name}: its row of table {table.name} was altered: {told}{more}")

    def _tell_missing(self, sequence: int, name: str, part: str, sha256: str) -> None:
        self._faults.add(sequence, f"{name}: its {part} is gone: table blobs has no row {sha256}")


def _without_blobs(entry: CandidateJudged) -> CandidateJudged:
    executions = (replace(each, stdout=b"", stderr=b"", actual=None) for each in entry.result.executions)
    result = replace(entry.result, executions=tuple(executions))
    return replace(entry, candidate=replace(entry.candidate, source=""), result=result)
