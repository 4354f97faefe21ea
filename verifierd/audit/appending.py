"""Appends entries to the chain: records, the rows they are found by, and blobs, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from verifierd.audit import rows, search_index
from verifierd.audit.blobs import Blobs
from verifierd.audit.bodies import Body, batch_of, body_of, time_of
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.entries import (
    BatchAbandoned,
    BatchBegun,
    BatchEnded,
    BatchStarted,
    CandidateJudged,
    Entry,
)
from verifierd.audit.errors import (
    EntryRefused,
    RequestIdTaken,
    StoreTrouble,
    TooManyUnjudged,
    UnknownBatch,
)
from verifierd.audit.packing import pack
from verifierd.audit.schema import BATCHES, CANDIDATES, CHAIN_HEAD, EXECUTIONS, RECORDS
from verifierd.audit.unjudged import unjudged_in

# Made once: to make a statement takes longer than to execute it.
_LOCK_HEAD = sa.select(CHAIN_HEAD.c.sequence, CHAIN_HEAD.c.hash).where(CHAIN_HEAD.c.id == 1).with_for_update()
_SET_HEAD = sa.update(CHAIN_HEAD).where(CHAIN_HEAD.c.id == 1)
_NEWEST = sa.select(RECORDS.c.sequence, RECORDS.c.hash).order_by(RECORDS.c.sequence.desc()).limit(1)
_BATCHES = sa.select(BATCHES).where(BATCHES.c.id.in_(sa.bindparam("ids", expanding=True)))
_JUDGED = sa.select(CANDIDATES.c.position).where(
    CANDIDATES.c.batch_id == sa.bindparam("batch_id"),
    CANDIDATES.c.position.in_(sa.bindparam("positions", expanding=True)),
)
_INSERTS = tuple(sa.insert(table) for table in (RECORDS, BATCHES, CANDIDATES, EXECUTIONS))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry with all that can be made of it before its place in the chain is known."""

    entry: Entry
    body: Body
    packed: bytes
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest record: its sequence number, 0 where there is none, and its hash."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of entries.

    Attributes:
        head: the newest record now.
        sequences: the number of each entry's record; None for one that was dropped: the second verdict of a
            candidate, the second end of a batch, where the first one counts; and whatever is told of a
            durable batch by a front end from which another one took it.
        unnamed: blobs that nothing names any longer and that have files. Give them to `Blobs.sweep` once
            this is committed.
    """

    head: Head
    sequences: tuple[int | None, ...]
    unnamed: frozenset[str]


def prepare(entry: Entry) -> Prepared:
    """Return an entry ready to be appended: the costly part, which needs no database.

    Raises:
        TypeError: the entry holds a value that has no form in JSON.
    """
    body = body_of(entry)
    words: Sequence[str] = ()
    if isinstance(entry, CandidateJudged):
        words = search_index.words_of(search_index.texts_of(entry))
    return Prepared(entry, body, pack(body.json), words)


def lock_head(connection: sa.Connection) -> Head:
    """Return the newest record, and keep others from appending until the transaction ends.

    Raises:
        StoreTrouble: somebody altered the end of the chain: what came after it would hide that.
    """
    row = connection.execute(_LOCK_HEAD).one_or_none()
    end = connection.execute(_NEWEST).one_or_none()
    if row is None or tuple(row) != (tuple(end) if end is not None else (0, FIRST)):
        raise StoreTrouble(
            "its newest record is not the one that its chain ends with: it was altered; ask `verifierd audit "
            "verify` where"
        )
    return Head(row.sequence, row.hash)


def append(
    connection: sa.Connection, blobs: Blobs, entries: Sequence[Prepared], front_end: str = ""
) -> Appended:
    """Append entries in their order, within the connection's transaction: all of them, or it is undone.

    `front_end` is who tells them. The name of whoever took a batch last is a fencing token: one that was
    frozen while another went on with its batch writes nothing more of it, whenever it wakes up.

    Raises:
        UnknownBatch: one is of a batch that has not begun.
        RequestIdTaken: one begins a durable batch, and its tenant has one of this request id.
        TooManyUnjudged: one begins a durable batch, and its tenant has no room for its candidates.
        EntryRefused: one begins a batch that has begun.
        StoreTrouble: a blob cannot be written at the moment, or the chain's end was altered.
        sqlalchemy.exc.SQLAlchemyError: the database refuses it.
    """
    head = lock_head(connection)
    work = _Work(connection, entries)
    sequences: list[int | None] = []
    for each in entries:
        if work.was_told(each.entry) or work.is_anothers(each.entry, front_end):
            sequences.append(None)
            continue
        sequence = head.sequence + 1
        new_hash = record_hash(head.hash, sequence, each.body.kind, each.body.json)
        work.take(each, sequence, head.hash, new_hash)
        head = Head(sequence, new_hash)
        sequences.append(sequence)
    unnamed = work.write(blobs, head)
    return Appended(head, tuple(sequences), frozenset(unnamed))


@dataclass(slots=True)
class _Batch:
    """The row of a batch as the entries change it."""

    row: rows.Row
    is_new: bool = False
    changed: rows.Row = field(default_factory=dict)

    def change(self, changed: rows.Row) -> None:
        self.row |= changed
        self.changed |= changed


class _Work:
    """The rows of one transaction, gathered entry by entry and then written table by table."""

    def __init__(self, connection: sa.Connection, entries: Sequence[Prepared]) -> None:
        self._connection = connection
        self._batches = self._known_batches({batch_of(each.entry) for each in entries} - {""})
        self._judged = self._known_positions(each.entry for each in entries)
        self._records: list[rows.Row] = []
        self._candidates: list[rows.Row] = []
        self._executions: list[rows.Row] = []
        self._words: dict[int, Sequence[str]] = {}
        self._contents: dict[str, bytes] = {}
        self._done_requests: set[str] = set()
        self._newest_ns = 0

    def was_told(self, entry: Entry) -> bool:
        """Say whether the store knows this already: a candidate has one verdict, a batch one end."""
        if isinstance(entry, CandidateJudged):
            return (entry.batch_id, entry.position) in self._judged
        if isinstance(entry, BatchStarted | BatchEnded | BatchAbandoned):
            batch = self._batches.get(batch_of(entry))
            return batch is not None and batch.row["state"] in rows.ENDED
        return False

    def is_anothers(self, entry: Entry, front_end: str) -> bool:
        """Say whether the batch, if it is durable, is in other hands than this front end's."""
        if not isinstance(entry, CandidateJudged | BatchEnded | BatchAbandoned):
            return False
        batch = self._batches.get(batch_of(entry))
        return batch is not None and batch.row["is_durable"] and batch.row["front_end"] != front_end

    def take(self, each: Prepared, sequence: int, previous_hash: bytes, new_hash: bytes) -> None:
        """Add the rows of an entry."""
        entry, body = each.entry, each.body
        batch_id = batch_of(entry)
        self._newest_ns = max(self._newest_ns, time_of(entry))
        if isinstance(entry, BatchBegun):
            self._begin(sequence, entry, body)
        elif batch_id:
            batch = self._batches.get(batch_id)
            if batch is None:
                raise UnknownBatch(batch_id)
            if isinstance(entry, CandidateJudged):
                self._judge(sequence, each, entry, batch)
            request = batch.row["request_blob"]
            batch.change(rows.changes(batch.row, entry))
            if request is not None and batch.row["request_blob"] is None:
                self._done_requests.add(request)
        self._contents |= body.contents
        self._records.append(
            {
                "sequence": sequence,
                "kind": body.kind,
                "batch_id": batch_id,
                "recorded_at_ns": time_of(entry),
                "body": each.packed,
                "previous_hash": previous_hash,
                "hash": new_hash,
            }
        )

    def write(self, blobs: Blobs, head: Head) -> set[str]:
        """Write everything, and return the blobs whose files nobody names any longer."""
        if not self._records:
            return set()
        connection = self._connection
        blobs.keep(connection, self._contents, self._newest_ns)
        new_batches = [batch.row for batch in self._batches.values() if batch.is_new]
        of_tables = (self._records, new_batches, self._candidates, self._executions)
        for insert, of_table in zip(_INSERTS, of_tables, strict=True):
            if of_table:
                connection.execute(insert, of_table)
        for batch_id, batch in self._batches.items():
            if batch.changed and not batch.is_new:
                connection.execute(sa.update(BATCHES).where(BATCHES.c.id == batch_id).values(batch.changed))
        search_index.add(connection, self._words)
        connection.execute(_SET_HEAD, {"sequence": head.sequence, "hash": head.hash})
        return blobs.forget(connection, self._done_requests)

    def _begin(self, sequence: int, entry: BatchBegun, body: Body) -> None:
        if entry.batch_id in self._batches:
            raise EntryRefused(f"batch {entry.batch_id!r} has begun already")
        if entry.is_durable:
            self._refuse_taken(entry)
            self._refuse_beyond(entry)
        row = rows.batch_row(sequence, entry, body.names)
        self._batches[entry.batch_id] = _Batch(row, is_new=True)

    def _judge(self, sequence: int, each: Prepared, entry: CandidateJudged, batch: _Batch) -> None:
        self._judged.add((entry.batch_id, entry.position))
        self._candidates.append(rows.candidate_row(sequence, entry, each.body.names))
        self._executions += rows.execution_rows(sequence, entry, batch.row["problem_id"])
        self._words[sequence] = each.words

    def _refuse_taken(self, entry: BatchBegun) -> None:
        taken = sa.select(BATCHES.c.id, BATCHES.c.request_sha256).where(
            BATCHES.c.tenant == entry.asker.tenant,
            BATCHES.c.request_id == entry.request_id,
            BATCHES.c.is_durable,
        )
        row = self._connection.execute(taken).one_or_none()
        if row is not None:
            raise RequestIdTaken(entry.request_id, row.id, row.request_sha256)

    def _refuse_beyond(self, entry: BatchBegun) -> None:
        """Refuse a batch beyond its bound: here, where all front ends come one after the other."""
        if not entry.most_unjudged:
            return
        new = (batch.row for batch in self._batches.values() if batch.is_new and batch.row["is_durable"])
        of_tenant = (row["candidates_total"] for row in new if row["tenant"] == entry.asker.tenant)
        there = unjudged_in(self._connection, entry.asker.tenant) + sum(of_tenant)
        if there + entry.candidates_total > entry.most_unjudged:
            raise TooManyUnjudged(there, entry.most_unjudged)

    def _known_batches(self, batch_ids: set[str]) -> dict[str, _Batch]:
        found = self._connection.execute(_BATCHES, {"ids": list(batch_ids)})
        return {row["id"]: _Batch(dict(row)) for row in found.mappings()}

    def _known_positions(self, entries: Iterable[Entry]) -> set[tuple[str, int]]:
        wanted: dict[str, list[int]] = {}
        for entry in entries:
            if isinstance(entry, CandidateJudged):
                wanted.setdefault(entry.batch_id, []).append(entry.position)
        known: set[tuple[str, int]] = set()
        for batch_id, positions in wanted.items():
            found = self._connection.scalars(_JUDGED, {"batch_id": batch_id, "positions": positions})
            known.update((batch_id, position) for position in found)
        return known
