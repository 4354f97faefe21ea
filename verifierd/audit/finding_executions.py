"""Lists of executions, newest or oldest first, each page in bounded time whatever the filter and the store.

One condition of the filter is followed along its index; a bounded number of the rows there are held against
the others. So a page may come short, and the token says where to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.found import (
    EXECUTION_COLUMNS,
    MAX_SEQUENCE,
    ExecutionRow,
    execution_row,
    first_id,
)
from verifierd.audit.pages import FIRST_PAGE, Asked, Page, position_in, token_of
from verifierd.audit.schema import (
    BATCHES,
    CANDIDATES,
    CHAIN_HEAD,
    EXECUTIONS,
    EXECUTIONS_OF_A_RECORD,
)
from verifierd.audit.search_index import matching
from verifierd.audit.times import SLACK_NS, as_stored_ns, first_sequence_from

ROWS_LOOKED_AT = 3000
CANDIDATES_LOOKED_AT = 500

# What has an index, the most telling first; its rows are in the order of their ids there.
_FOLLOWED = ("batch_id", "candidate_id", "problem_id", "sandbox_id", "worker_id")
_HELD_AGAINST = (*_FOLLOWED, "test_id", "language")


@dataclass(frozen=True, slots=True)
class Span:
    """Ids from `low` to below `high`."""

    low: int = 0
    high: int = first_id(MAX_SEQUENCE + 1)

    def within(self, low: int, high: int) -> Span:
        """Return what of it lies from `low` to below `high` too."""
        return Span(max(self.low, low), min(self.high, high))


@dataclass(frozen=True, slots=True)
class Scan:
    """Rows that match, and the last id that was looked at; None where nothing is left."""

    rows: tuple[ExecutionRow, ...]
    reached: int | None


def executions(
    connection: sa.Connection, wanted: ExecutionFilter, asked: Asked = FIRST_PAGE
) -> Page[ExecutionRow]:
    """Return a page of the executions that match, the newest first.

    Raises:
        BadPageToken: the token is none, or of another filter.
    """
    position = position_in(asked.token, wanted, int)
    span = _span(connection, wanted)
    if position is not None:
        span = span.within(0, int(position[0]))
    scan = _scan(connection, wanted, span, asked.size, newest_first=True)
    return Page(scan.rows, "" if scan.reached is None else token_of(wanted, scan.reached))


def token_after(wanted: ExecutionFilter, row: ExecutionRow) -> str:
    """Return the token of the page that begins after this row of a list, where only a part of one is used."""
    return token_of(wanted, row.id)


def executions_after(
    connection: sa.Connection, wanted: ExecutionFilter, after_id: int, most: int
) -> tuple[tuple[ExecutionRow, ...], int]:
    """Return the next executions that match, the oldest first, and the id to ask for those after.

    That id is the one asked by where nothing was recorded since.
    """
    # Read first: what is committed up to here is seen by the scan, and what comes later is not skipped.
    newest = newest_id(connection)
    span = _span(connection, wanted).within(after_id + 1, newest + 1)
    scan = _scan(connection, wanted, span, most, newest_first=False)
    return scan.rows, max(after_id, newest) if scan.reached is None else scan.reached


def newest_id(connection: sa.Connection) -> int:
    """Return an id that no execution recorded so far is above, and every later one is."""
    head = sa.select(CHAIN_HEAD.c.sequence).where(CHAIN_HEAD.c.id == 1)
    sequence: int = connection.execute(head).scalar() or 0
    return first_id(sequence + 1) - 1


def _scan(
    connection: sa.Connection, wanted: ExecutionFilter, span: Span, size: int, newest_first: bool
) -> Scan:
    if span.low >= span.high:
        return Scan((), None)
    if wanted.text:
        return _scan_matching(connection, wanted, span, size, newest_first)
    followed = next((name for name in _FOLLOWED if getattr(wanted, name)), "")
    if followed:
        streams = [EXECUTIONS.c[followed] == getattr(wanted, followed)]
    elif wanted.verdicts:
        followed = "verdict"
        streams = [EXECUTIONS.c.verdict == each.name for each in dict.fromkeys(wanted.verdicts)]
    else:
        streams = [sa.true()]
    scans = [_stream(connection, wanted, each, followed, span, size, newest_first) for each in streams]
    return _merged(scans, size, newest_first) if len(scans) > 1 else scans[0]


def _stream(
    connection: sa.Connection,
    wanted: ExecutionFilter,
    condition: sa.ColumnElement[bool],
    followed: str,
    span: Span,
    size: int,
    newest_first: bool,
) -> Scan:
    """Follow one condition along its index."""
    there = (condition, EXECUTIONS.c.id >= span.low, EXECUTIONS.c.id < span.high)
    in_order = EXECUTIONS.c.id.desc() if newest_first else EXECUTIONS.c.id
    rows = sa.select(*EXECUTION_COLUMNS).where(*there).order_by(in_order)
    if not _conditions(wanted, EXECUTIONS.c, followed):
        return _cut(connection.execute(rows.limit(size + 1)), size, None)
    looked_at = rows.limit(ROWS_LOOKED_AT).subquery()
    held = (
        sa.select(looked_at)
        .where(*_conditions(wanted, looked_at.c, followed))
        .order_by(looked_at.c.id.desc() if newest_first else looked_at.c.id)
    )
    last = sa.select(EXECUTIONS.c.id).where(*there).order_by(in_order).offset(ROWS_LOOKED_AT - 1).limit(1)
    found = connection.execute(held.limit(size + 1)).all()
    return _cut(found, size, None if len(found) > size else connection.execute(last).scalar())


def _scan_matching(
    connection: sa.Connection, wanted: ExecutionFilter, span: Span, size: int, newest_first: bool
) -> Scan:
    """Follow the candidates that have the words."""
    is_postgresql = connection.dialect.name == "postgresql"
    sequence = matching(wanted.text, is_postgresql=is_postgresql).subquery().c.sequence
    candidates = (
        sa.select(sequence)
        .where(
            sequence >= span.low // EXECUTIONS_OF_A_RECORD,
            sequence <= (span.high - 1) // EXECUTIONS_OF_A_RECORD,
        )
        .order_by(sequence.desc() if newest_first else sequence)
    )
    looked_at = candidates.limit(CANDIDATES_LOOKED_AT).subquery()
    first = looked_at.c.sequence * EXECUTIONS_OF_A_RECORD
    of_them = EXECUTIONS.c.id.between(first, first + (EXECUTIONS_OF_A_RECORD - 1))
    # The limit, which nothing reaches, keeps the other conditions out: by one of them the database would go
    # through all executions that meet it, and look for their candidates.
    theirs = sa.select(*EXECUTION_COLUMNS).select_from(looked_at.join(EXECUTIONS, of_them))
    there = theirs.limit(CANDIDATES_LOOKED_AT * EXECUTIONS_OF_A_RECORD).subquery()
    found = connection.execute(
        sa.select(there)
        .where(there.c.id >= span.low, there.c.id < span.high, *_conditions(wanted, there.c, ""))
        .order_by(there.c.id.desc() if newest_first else there.c.id)
        .limit(size + 1)
    ).all()
    if len(found) > size:
        return _cut(found, size, None)
    last = connection.execute(candidates.offset(CANDIDATES_LOOKED_AT - 1).limit(1)).scalar()
    if last is None:
        return _cut(found, size, None)
    return _cut(found, size, first_id(last) if newest_first else first_id(last + 1) - 1)


def _cut(rows: Any, size: int, reached: int | None) -> Scan:
    """Return so many rows; where there are more, they were looked at up to the last of these."""
    found = tuple(execution_row(row) for row in rows)
    return Scan(found[:size], found[size - 1].id) if len(found) > size else Scan(found, reached)


def _merged(scans: Sequence[Scan], size: int, newest_first: bool) -> Scan:
    """Return several scans as one, as far as all of them have looked."""
    sign = -1 if newest_first else 1
    ends = [sign * scan.reached for scan in scans if scan.reached is not None]
    rows = sorted((row for scan in scans for row in scan.rows), key=lambda row: sign * row.id)
    if ends:
        rows = [row for row in rows if sign * row.id <= min(ends)]
    if len(rows) > size:
        return Scan(tuple(rows[:size]), rows[size - 1].id)
    return Scan(tuple(rows), sign * min(ends) if ends else None)


def _conditions(wanted: ExecutionFilter, columns: Any, followed: str) -> list[sa.ColumnElement[bool]]:
    """Return what is held against a row, beside the condition that is followed."""
    held = [
        columns[name] == getattr(wanted, name)
        for name in _HELD_AGAINST
        if name != followed and getattr(wanted, name)
    ]
    if wanted.verdicts and followed != "verdict":
        held.append(columns.verdict.in_([each.name for each in wanted.verdicts]))
    if wanted.recorded_from_ns is not None:
        held.append(columns.recorded_at_ns >= as_stored_ns(wanted.recorded_from_ns))
    if wanted.recorded_until_ns is not None:
        held.append(columns.recorded_at_ns < as_stored_ns(wanted.recorded_until_ns))
    if wanted.tenant:
        held.append(sa.exists().where(BATCHES.c.id == columns.batch_id, BATCHES.c.tenant == wanted.tenant))
    return held


def _span(connection: sa.Connection, wanted: ExecutionFilter) -> Span:
    """Return between which ids all that matches lies."""
    span = Span()
    if wanted.recorded_from_ns is not None:
        first = first_sequence_from(connection, wanted.recorded_from_ns - SLACK_NS)
        span = span.within(first_id(first), span.high)
    if wanted.recorded_until_ns is not None:
        below = first_sequence_from(connection, wanted.recorded_until_ns + SLACK_NS)
        span = span.within(span.low, first_id(below))
    if wanted.batch_id and wanted.candidate_id:
        its_record = sa.select(CANDIDATES.c.sequence).where(
            CANDIDATES.c.candidate_id == wanted.candidate_id, CANDIDATES.c.batch_id == wanted.batch_id
        )
        sequence = connection.execute(its_record.limit(1)).scalar()
        return span.within(0, 0) if sequence is None else span.within(*_ids(sequence))
    if wanted.batch_id and wanted.text:
        return span.within(*_ids_of_batch(connection, wanted.batch_id))
    return span


def _ids(sequence: int) -> tuple[int, int]:
    return first_id(sequence), first_id(sequence + 1)


def _ids_of_batch(connection: sa.Connection, batch_id: str) -> tuple[int, int]:
    """Return a batch's first id and one past its last: words are looked for in no other part of the index."""

    def end(in_order: Any) -> sa.ScalarSelect[Any]:
        mine = sa.select(EXECUTIONS.c.id).where(EXECUTIONS.c.batch_id == batch_id)
        return mine.order_by(in_order).limit(1).scalar_subquery()

    first, last = connection.execute(sa.select(end(EXECUTIONS.c.id), end(EXECUTIONS.c.id.desc()))).one()
    return (0, 0) if first is None else (first, last + 1)
