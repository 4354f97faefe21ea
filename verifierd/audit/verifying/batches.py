"""Goes through the batches of a store, and looks for rows of tables that no record stands behind."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.schema import BATCHES, CANDIDATES, EXECUTIONS, EXECUTIONS_OF_A_RECORD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Asked, Watch
from verifierd.audit.verifying.chain import Walked
from verifierd.audit.verifying.faults import MAX_FAULTS, Faults, quoted
from verifierd.audit.verifying.rows import BatchRows
from verifierd.audit.verifying.snapshots import snapshot


@dataclass(frozen=True, slots=True)
class Compared:
    """How many batches and executions were compared with their records."""

    batches: int
    executions: int


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch by the number of its first record, and by its id as far as that can be read.

    Ids are compared within the database alone: what somebody put there may be no text.
    """

    sequence: int
    batch_id: str


def compare_rows(store: Store, asked: Asked, walked: Walked, faults: Faults, watch: Watch) -> Compared:
    """Compare all rows of each batch that has a record among those asked for.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    batches = executions = 0
    batch: _Batch | None = None
    with watch("comparing the tables", walked.records) as advance:
        while True:
            with snapshot(store) as connection:
                batch = _next(connection, batch)
                if batch is None:
                    break
                of_batch = RECORDS.c.batch_id == _id_of(batch)
                if not asked.is_whole and not _has_any(connection, of_batch, asked):
                    continue
                rows = BatchRows(connection, store, of_batch, faults, with_words=asked.reads_blobs)
                for _ in rows.compare():
                    advance()
            batches += rows.has_begun
            executions += rows.executions
    _find_strays(store, asked, faults)
    return Compared(batches, executions)


def _id_of(batch: _Batch) -> sa.ScalarSelect[str]:
    return sa.select(RECORDS.c.batch_id).where(RECORDS.c.sequence == batch.sequence).scalar_subquery()


def _next(connection: sa.Connection, batch: _Batch | None) -> _Batch | None:
    """Return the batch that follows in the order of ids, those records first that are of no batch."""
    if batch is None:
        which = RECORDS.c.batch_id >= ""
    elif connection.scalar(sa.select(_id_of(batch))) is None:  # retention removed it meanwhile
        which = RECORDS.c.batch_id > batch.batch_id
    else:
        which = RECORDS.c.batch_id > _id_of(batch)
    first = sa.select(RECORDS.c.sequence, RECORDS.c.batch_id).where(which)
    row = connection.execute(first.order_by(RECORDS.c.batch_id, RECORDS.c.sequence).limit(1)).first()
    return None if row is None else _Batch(row.sequence, str(row.batch_id))


def _has_any(connection: sa.Connection, of_batch: sa.ColumnElement[bool], asked: Asked) -> bool:
    within = _within(RECORDS.c.sequence, asked)
    return connection.scalar(sa.select(sa.literal(1)).where(of_batch, within).limit(1)) is not None


def _find_strays(store: Store, asked: Asked, faults: Faults) -> None:
    """Find rows that stand for no record."""
    of_execution = EXECUTIONS.c.id // EXECUTIONS_OF_A_RECORD
    is_its_own = RECORDS.c.batch_id == BATCHES.c.id
    tables = (
        (BATCHES, BATCHES.c.sequence, BATCHES.c.id, "batch_begun", is_its_own),
        (CANDIDATES, CANDIDATES.c.sequence, CANDIDATES.c.batch_id, "candidate_judged", sa.true()),
        (EXECUTIONS, of_execution, EXECUTIONS.c.batch_id, "candidate_judged", sa.true()),
    )
    with snapshot(store) as connection:
        for table, sequence, batch_id, kind, agrees in tables:
            record = sa.select(sa.literal(1)).where(
                RECORDS.c.sequence == sequence, RECORDS.c.kind == kind, agrees
            )
            stray = sa.select(sequence.label("sequence"), batch_id.label("batch_id")).where(
                sa.not_(record.exists()), _within(sequence, asked)
            )
            for row in connection.execute(stray.order_by(sequence).limit(MAX_FAULTS)):
                what = (
                    f"table {table.name} has a row of batch {quoted(row.batch_id)} for record {row.sequence}"
                )
                faults.add(
                    row.sequence if isinstance(row.sequence, int) else 0,
                    f"{what}, which is no {kind} of it: it was put in, or its record was removed",
                )


def _within(sequence: sa.ColumnElement[int], asked: Asked) -> sa.ColumnElement[bool]:
    # No record has a number below 1, and so a row that has one is of none.
    low = sequence >= asked.first_sequence if asked.first_sequence > 1 else sa.true()
    return low if asked.last_sequence is None else sa.and_(low, sequence <= asked.last_sequence)
