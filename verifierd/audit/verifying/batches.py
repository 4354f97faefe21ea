"""Goes through the batches of a store, and looks for rows of tables that no record stands behind."""

from __future__ import annotations

from collections.abc import Iterator
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


def compare_rows(store: Store, asked: Asked, walked: Walked, faults: Faults, watch: Watch) -> Compared:
    """Compare all rows of each batch that has a record among those asked for.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    batches = executions = 0
    with watch("comparing the tables", walked.records) as advance:
        for batch_id in _batch_ids(store, asked):
            with snapshot(store) as connection:
                rows = BatchRows(connection, store, batch_id, faults)
                for _ in rows.compare():
                    advance()
            batches += 1
            executions += rows.executions
    _find_strays(store, asked, walked, faults)
    return Compared(batches, executions)


def _batch_ids(store: Store, asked: Asked) -> Iterator[str]:
    within = _within(RECORDS.c.sequence, asked)
    batch_id: str | None = ""
    while batch_id is not None:
        following = sa.select(sa.func.min(RECORDS.c.batch_id)).where(RECORDS.c.batch_id > batch_id)
        with store.reading() as connection:
            batch_id = connection.scalar(following)
            has_any = batch_id is not None and (
                asked.is_whole
                or connection.scalar(
                    sa.select(sa.literal(1)).where(RECORDS.c.batch_id == batch_id, within).limit(1)
                )
            )
        if batch_id is not None and has_any:
            yield batch_id


def _find_strays(store: Store, asked: Asked, walked: Walked, faults: Faults) -> None:
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
                    row.sequence,
                    f"{what}, which is no {kind} of it: it was put in, or its record was removed",
                )


def _within(sequence: sa.ColumnElement[int], asked: Asked) -> sa.ColumnElement[bool]:
    low = sequence >= asked.first_sequence
    return low if asked.last_sequence is None else sa.and_(low, sequence <= asked.last_sequence)
