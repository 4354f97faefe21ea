"""How much room batches take: their records' bodies and blobs as stored, and their rows by the piece.

What a database's files take on the disk tells nothing of what a removal would free: SQLite keeps the room for
what comes next, PostgreSQL until it is vacuumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verifierd.audit.schema import BATCHES, BLOBS, CANDIDATES, EXECUTIONS, RECORDS

# What a row takes beside its body, with its places in the indexes: measured with SQLite, rounded up.
RECORD_ROW_BYTES = 300
CANDIDATE_ROW_BYTES = 900
EXECUTION_ROW_BYTES = 250

MAY_GO = sa.and_(BATCHES.c.state.in_(("finished", "abandoned")), sa.not_(BATCHES.c.is_held))
"""Of a batch: it came to its end, and is under no legal hold."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So many batches, candidates, executions and records, and the bytes that they take. Amounts add."""

    batches: int = 0
    candidates: int = 0
    executions: int = 0
    records: int = 0
    stored_bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.batches + other.batches,
            self.candidates + other.candidates,
            self.executions + other.executions,
            self.records + other.records,
            self.stored_bytes + other.stored_bytes,
        )

    def __sub__(self, other: Amount) -> Amount:
        return Amount(
            self.batches - other.batches,
            self.candidates - other.candidates,
            self.executions - other.executions,
            self.records - other.records,
            self.stored_bytes - other.stored_bytes,
        )


def store_amount(connection: sa.Connection) -> Amount:
    """Return what the whole store holds. It looks at every row, which takes seconds for millions."""
    blobs = _number(connection, sa.select(sa.func.sum(BLOBS.c.stored_bytes)))
    return _amount(
        connection,
        _number(connection, sa.select(sa.func.count()).select_from(BATCHES)),
        sa.true(),
        sa.true(),
        sa.true(),
        blobs,
    )


def batch_amount(connection: sa.Connection, batch_id: str) -> Amount:
    """Return what would be free if a batch went, and all that go before it had gone.

    A blob is counted with the newest batch that names it, and not at all while one names it that stays.
    """
    return _amount(
        connection,
        1,
        RECORDS.c.batch_id == batch_id,
        CANDIDATES.c.batch_id == batch_id,
        EXECUTIONS.c.batch_id == batch_id,
        _number(connection, sa.select(sa.func.sum(BLOBS.c.stored_bytes)).where(*_named_last_by(batch_id))),
    )


def blobs_of(batch_ids: list[str]) -> sa.CompoundSelect[Any]:
    """Return the SELECT of every blob that one of these batches names, or one of their candidates."""
    return sa.union(
        *(sa.select(column).where(column.is_not(None), owner.in_(batch_ids)) for column, owner in _NAMED_BY)
    )


_NAMED_BY = (
    (CANDIDATES.c.source_blob, CANDIDATES.c.batch_id),
    (CANDIDATES.c.outputs_blob, CANDIDATES.c.batch_id),
    (BATCHES.c.request_blob, BATCHES.c.id),
    (BATCHES.c.problem_blob, BATCHES.c.id),
)


def _named_last_by(batch_id: str) -> list[sa.ColumnElement[bool]]:
    """Say of a blob that this batch names it, none does later, and none that stays."""
    records = sa.select(sa.func.max(RECORDS.c.sequence)).where(RECORDS.c.batch_id == batch_id)
    newest = records.scalar_subquery()
    staying = sa.select(BATCHES.c.id).where(sa.not_(MAY_GO))
    conditions: list[sa.ColumnElement[bool]] = [BLOBS.c.sha256.in_(blobs_of([batch_id]))]
    for column, owner in _NAMED_BY:
        naming = sa.select(sa.literal(1)).where(column == BLOBS.c.sha256)
        later = column.table.c.sequence > newest
        conditions += (
            sa.not_(naming.where(later).exists()),
            sa.not_(naming.where(owner.in_(staying)).exists()),
        )
    return conditions


def _amount(
    connection: sa.Connection,
    batches: int,
    of_records: sa.ColumnElement[bool],
    of_candidates: sa.ColumnElement[bool],
    of_executions: sa.ColumnElement[bool],
    blobs_bytes: int,
) -> Amount:
    size = sa.func.sum(sa.func.length(RECORDS.c.body))
    records = _number(connection, sa.select(sa.func.count()).select_from(RECORDS).where(of_records))
    bodies = _number(connection, sa.select(size).where(of_records))
    candidates = _number(connection, sa.select(sa.func.count()).select_from(CANDIDATES).where(of_candidates))
    executions = _number(connection, sa.select(sa.func.count()).select_from(EXECUTIONS).where(of_executions))
    rows = records * RECORD_ROW_BYTES + candidates * CANDIDATE_ROW_BYTES + executions * EXECUTION_ROW_BYTES
    return Amount(batches, candidates, executions, records, bodies + rows + blobs_bytes)


def _number(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return int(connection.scalar(query) or 0)
