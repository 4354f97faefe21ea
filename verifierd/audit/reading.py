"""Entries read back from the store: a candidate, those of a batch in order, a batch's beginning and end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from verifierd.audit.bodies import BlobName, Part, entry_of
from verifierd.audit.entries import BatchAbandoned, BatchBegun, BatchEnded, CandidateJudged, Entry
from verifierd.audit.errors import BlobError, RecordDamaged
from verifierd.audit.packing import unpack
from verifierd.audit.rows import QUEUED, RUNNING
from verifierd.audit.schema import BATCHES, CANDIDATES, RECORDS
from verifierd.audit.store import Store

MAX_BODY_BYTES = 256 << 20
CANDIDATES_AT_A_TIME = 64
_WHOLE = frozenset({Part.SOURCE, Part.OUTPUTS})
_NO_OUTPUTS = frozenset({Part.SOURCE})
_ONLY_OUTPUTS = frozenset({Part.OUTPUTS})
_NO_BLOBS: frozenset[Part] = frozenset()

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A batch without an end; `state` is queued or running. A `cancel_reason`: its end was asked for.

    `front_end` is the daemon that has it in hand, by its writer's name; empty where none took it.
    """

    batch_id: str
    is_durable: bool
    state: str
    cancel_reason: str | None
    front_end: str


def entry_at(connection: sa.Connection, store: Store, sequence: int, parts: frozenset[Part]) -> Entry | None:
    """Return the entry of a record, with those of its blobs that are among `parts`; None: no such record.

    Raises:
        RecordDamaged: the record cannot be read.
        BlobMissing, BlobDamaged: one of these blobs cannot be read.
    """
    row = connection.execute(
        sa.select(RECORDS.c.kind, RECORDS.c.body).where(RECORDS.c.sequence == sequence)
    ).one_or_none()
    if row is None:
        return None

    def fetch(part: Part, name: BlobName) -> bytes | None:
        return store.blobs.read(connection, name.sha256) if part in parts else None

    try:
        return entry_of(row.kind, unpack(row.body, MAX_BODY_BYTES), fetch)
    except ValueError as error:
        raise RecordDamaged(sequence, str(error)) from None


def candidate_at(store: Store, sequence: int, *, with_outputs: bool = True) -> CandidateJudged | None:
    """Return the candidate whose record this is, with its outputs or without; None: it is no candidate's.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged, BlobMissing, BlobDamaged: this candidate cannot be read; others can.
    """
    parts = _WHOLE if with_outputs else _NO_OUTPUTS
    with store.reading() as connection:
        entry = entry_at(connection, store, sequence, parts)
    return entry if isinstance(entry, CandidateJudged) else None


def candidates_of(
    store: Store, batch_id: str, after_event_sequence: int = 0, *, with_outputs: bool = True
) -> Iterator[CandidateJudged]:
    """Yield a batch's candidates in the order in which they were told, after the event of this number.

    They are read some at a time, and no connection is held in between.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged, BlobMissing, BlobDamaged: one cannot be read; those before it were yielded.
    """
    parts = _WHOLE if with_outputs else _NO_OUTPUTS

    def read(connection: sa.Connection, sequence: int) -> Entry | None:
        return entry_at(connection, store, sequence, parts)

    for entry in _each_of(store, batch_id, after_event_sequence, read):
        if isinstance(entry, CandidateJudged):
            yield entry


def results_of(store: Store, batch_id: str) -> Iterator[tuple[CandidateJudged, bool]]:
    """Yield a batch's candidates as `candidates_of` does, without sources, and whether outputs are whole.

    Where outputs cannot be read they are left empty: what they were judged to be is in the record.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged: a record cannot be read; those before it were yielded.
    """

    def read(connection: sa.Connection, sequence: int) -> tuple[Entry | None, bool]:
        try:
            return entry_at(connection, store, sequence, _ONLY_OUTPUTS), True
        except (BlobError, RecordDamaged):  # of other sizes than the record says is damaged, too
            return entry_at(connection, store, sequence, _NO_BLOBS), False

    for entry, is_whole in _each_of(store, batch_id, 0, read):
        if isinstance(entry, CandidateJudged):
            yield entry, is_whole


def _each_of(
    store: Store, batch_id: str, after_event_sequence: int, read: Callable[[sa.Connection, int], Found]
) -> Iterator[Found]:
    """Yield what is read of each candidate's record, in order, up to the first that cannot be read."""
    sequence = 0
    while True:
        found = (
            sa.select(RECORDS.c.sequence)
            .join(CANDIDATES, CANDIDATES.c.sequence == RECORDS.c.sequence)
            .where(
                RECORDS.c.batch_id == batch_id,
                RECORDS.c.sequence > sequence,
                CANDIDATES.c.event_sequence > after_event_sequence,
            )
            .order_by(RECORDS.c.sequence)
            .limit(CANDIDATES_AT_A_TIME)
        )
        read_here: list[Found] = []
        damage: RecordDamaged | BlobError | None = None
        with store.reading() as connection:
            sequences = connection.scalars(found).all()
            try:
                for each in sequences:
                    read_here.append(read(connection, each))
            except (RecordDamaged, BlobError) as error:
                damage = error
        yield from read_here
        if damage is not None:
            raise damage
        if len(sequences) < CANDIDATES_AT_A_TIME:
            return
        sequence = sequences[-1]


def batch_begun(store: Store, batch_id: str, *, with_messages: bool = False) -> BatchBegun | None:
    """Return how a batch began; None where there is no such batch.

    The messages of its request and its problem are read only where they are wanted; the request's is empty
    once the batch has ended.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged, BlobMissing, BlobDamaged: it cannot be read.
    """
    with store.reading() as connection:
        found = sa.select(BATCHES.c.sequence, BATCHES.c.request_blob).where(BATCHES.c.id == batch_id)
        row = connection.execute(found).one_or_none()
        if row is None:
            return None
        parts = {Part.PROBLEM} | ({Part.REQUEST} if row.request_blob else set()) if with_messages else set()
        entry = entry_at(connection, store, row.sequence, frozenset(parts))
    return entry if isinstance(entry, BatchBegun) else None


def batch_end(store: Store, batch_id: str) -> BatchEnded | None:
    """Return how a batch ended; None where it has no summary, or there is no such batch.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged: it cannot be read.
    """
    entry = _last(store, batch_id, "batch_ended")
    return entry if isinstance(entry, BatchEnded) else None


def batch_abandoned(store: Store, batch_id: str) -> BatchAbandoned | None:
    """Return why a batch ended without a summary; None where it did not.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged: it cannot be read.
    """
    entry = _last(store, batch_id, "batch_abandoned")
    return entry if isinstance(entry, BatchAbandoned) else None


def unfinished(store: Store, among: Collection[str] | None = None) -> list[Unfinished]:
    """Return the batches that have no end, the oldest first: all, or those of some ids.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    of_batch = BATCHES.c
    columns = (of_batch.id, of_batch.is_durable, of_batch.state, of_batch.cancel_reason, of_batch.front_end)
    found = sa.select(*columns).where(of_batch.state.in_((QUEUED, RUNNING))).order_by(of_batch.sequence)
    if among is not None:
        found = found.where(of_batch.id.in_(among))
    with store.reading() as connection:
        return [Unfinished(*row) for row in connection.execute(found)]


def _last(store: Store, batch_id: str, kind: str) -> Entry | None:
    """Return the last entry of a kind that a batch has."""
    found = (
        sa.select(RECORDS.c.sequence)
        .where(RECORDS.c.batch_id == batch_id, RECORDS.c.kind == kind)
        .order_by(RECORDS.c.sequence.desc())
        .limit(1)
    )
    with store.reading() as connection:
        sequence = connection.scalar(found)
        return None if sequence is None else entry_at(connection, store, sequence, frozenset())
