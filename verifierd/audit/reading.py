"""Entries read back from the store: a candidate, those of a batch in order, a batch's beginning and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from verifierd.audit.bodies import BlobName, Part, entry_of
from verifierd.audit.entries import BatchBegun, BatchEnded, CandidateJudged, Entry
from verifierd.audit.errors import BlobMissing, RecordDamaged
from verifierd.audit.packing import unpack
from verifierd.audit.schema import BATCHES, CANDIDATES, RECORDS
from verifierd.audit.store import Store

MAX_BODY_BYTES = 256 << 20
CANDIDATES_AT_A_TIME = 64
_ALL_PARTS = frozenset(Part)
_NO_OUTPUTS = frozenset({Part.SOURCE})

Kind = TypeVar("Kind", bound=Entry)


def entry_at(connection: sa.Connection, store: Store, sequence: int, parts: frozenset[Part]) -> Entry | None:
    """Return the entry of a record, with those of its blobs that are among `parts`; None: no such record.

    A batch's request or problem that is gone is empty: the request goes when its batch has ended.

    Raises:
        RecordDamaged: the record cannot be read.
        BlobMissing, BlobDamaged: a program or outputs cannot be read.
    """
    row = connection.execute(
        sa.select(RECORDS.c.kind, RECORDS.c.body).where(RECORDS.c.sequence == sequence)
    ).one_or_none()
    if row is None:
        return None

    def fetch(part: Part, name: BlobName) -> bytes | None:
        if part not in parts:
            return None
        try:
            return store.blobs.read(connection, name.sha256)
        except BlobMissing:
            if part in (Part.REQUEST, Part.PROBLEM):
                return None
            raise

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
    parts = _ALL_PARTS if with_outputs else _NO_OUTPUTS
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
        RecordDamaged, BlobMissing, BlobDamaged: one cannot be read.
    """
    parts = _ALL_PARTS if with_outputs else _NO_OUTPUTS
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
        with store.reading() as connection:
            sequences = connection.scalars(found).all()
            entries = [entry_at(connection, store, each, parts) for each in sequences]
        yield from (entry for entry in entries if isinstance(entry, CandidateJudged))
        if len(sequences) < CANDIDATES_AT_A_TIME:
            return
        sequence = sequences[-1]


def batch_begun(store: Store, batch_id: str) -> BatchBegun | None:
    """Return how a batch began; None where there is no such batch.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged, BlobDamaged: it cannot be read.
    """
    found = sa.select(BATCHES.c.sequence).where(BATCHES.c.id == batch_id)
    return _one(store, lambda connection: connection.scalar(found), BatchBegun)


def batch_end(store: Store, batch_id: str) -> BatchEnded | None:
    """Return how a batch ended; None where it has no summary, or there is no such batch.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        RecordDamaged: it cannot be read.
    """
    found = (
        sa.select(RECORDS.c.sequence)
        .where(RECORDS.c.batch_id == batch_id, RECORDS.c.kind == "batch_ended")
        .order_by(RECORDS.c.sequence.desc())
        .limit(1)
    )
    return _one(store, lambda connection: connection.scalar(found), BatchEnded)


def _one(store: Store, find: Callable[[sa.Connection], int | None], kind: type[Kind]) -> Kind | None:
    with store.reading() as connection:
        sequence = find(connection)
        entry = None if sequence is None else entry_at(connection, store, sequence, _ALL_PARTS)
    return entry if isinstance(entry, kind) else None
