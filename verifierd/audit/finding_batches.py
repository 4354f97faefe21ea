"""Lists of batches, newest first, each page in bounded time; one batch by its id or how that begins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from verifierd.audit.filters import ANY_BATCH, BatchFilter
from verifierd.audit.found import BATCH_COLUMNS, BatchRow, batch_row
from verifierd.audit.pages import FIRST_PAGE, Asked, Page, position_in, token_of
from verifierd.audit.schema import BATCHES
from verifierd.audit.times import as_stored_ns

ROWS_LOOKED_AT = 1000
MAX_NAMESAKES = 5

_Place = tuple[int, str]


def batches(
    connection: sa.Connection, wanted: BatchFilter = ANY_BATCH, asked: Asked = FIRST_PAGE
) -> Page[BatchRow]:
    """Return a page of the batches that match, those submitted last first.

    Raises:
        BadPageToken: the token is none, or of another filter.
    """
    position = position_in(asked.token, wanted, int, str)
    after = None if position is None else (int(position[0]), str(position[1]))
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.problem_id:
        conditions = [BATCHES.c.problem_id == wanted.problem_id]
    elif wanted.states:
        conditions = [BATCHES.c.state == state for state in dict.fromkeys(wanted.states)]
    found: list[BatchRow] = []
    ends: list[_Place] = []
    for condition in conditions:
        rows, end = _stream(connection, wanted, condition, after, asked.size)
        found += rows
        ends += [] if end is None else [end]
    found.sort(key=_place, reverse=True)
    if ends:
        found = [row for row in found if _place(row) >= max(ends)]
    if len(found) > asked.size:
        return Page(tuple(found[: asked.size]), token_of(wanted, *_place(found[asked.size - 1])))
    return Page(tuple(found), token_of(wanted, *max(ends)) if ends else "")


def batch_with_id(connection: sa.Connection, batch_id: str, tenant: str = "") -> BatchRow | None:
    """Return a batch of this tenant (empty: of any); None where there is none of this id."""
    mine = sa.select(*BATCH_COLUMNS).where(BATCHES.c.id == batch_id)
    if tenant:
        mine = mine.where(BATCHES.c.tenant == tenant)
    row = connection.execute(mine).one_or_none()
    return None if row is None else batch_row(row)


def batches_beginning(connection: sa.Connection, beginning: str) -> tuple[BatchRow, ...]:
    """Return the batches whose ids begin so, up to `MAX_NAMESAKES`: one where it is enough of an id."""
    begins_so: sa.ColumnElement[bool] = BATCHES.c.id.startswith(beginning, autoescape=True)
    if connection.dialect.name == "sqlite":
        # In the order of bytes, and along the index: ids are ASCII, and none has anything above a tilde.
        begins_so = sa.and_(BATCHES.c.id >= beginning, BATCHES.c.id <= f"{beginning}~")
    mine = sa.select(*BATCH_COLUMNS).where(begins_so).order_by(BATCHES.c.id).limit(MAX_NAMESAKES)
    return tuple(batch_row(row) for row in connection.execute(mine))


def _stream(
    connection: sa.Connection,
    wanted: BatchFilter,
    condition: sa.ColumnElement[bool],
    after: _Place | None,
    size: int,
) -> tuple[list[BatchRow], _Place | None]:
    """Follow one condition; return what matches, and the last place looked at, or None at the end."""
    place = sa.tuple_(BATCHES.c.submitted_at_ns, BATCHES.c.id)
    there = sa.select(*BATCH_COLUMNS).where(condition)
    if after is not None:
        there = there.where(place < sa.tuple_(*map(sa.literal, after)))
    if wanted.submitted_from_ns is not None:
        there = there.where(BATCHES.c.submitted_at_ns >= as_stored_ns(wanted.submitted_from_ns))
    if wanted.submitted_until_ns is not None:
        there = there.where(BATCHES.c.submitted_at_ns < as_stored_ns(wanted.submitted_until_ns))
    there = there.order_by(BATCHES.c.submitted_at_ns.desc(), BATCHES.c.id.desc())
    is_narrow = bool(
        wanted.tenant or wanted.labels or wanted.durable_only or (wanted.problem_id and wanted.states)
    )
    most = ROWS_LOOKED_AT if is_narrow else size + 1
    found, last = [], None
    for number, row in enumerate(map(batch_row, connection.execute(there.limit(most))), start=1):
        last = _place(row)
        if _matches(row, wanted):
            found.append(row)
        if len(found) > size:
            return found[:size], _place(found[size - 1])
        if number == most:
            return found, last
    return found, None


def _matches(row: BatchRow, wanted: BatchFilter) -> bool:
    return (
        (not wanted.states or row.state in wanted.states)
        and (row.is_durable or not wanted.durable_only)
        and (not wanted.tenant or row.tenant == wanted.tenant)
        and all(row.labels.get(name) == value for name, value in wanted.labels)
    )


def _place(row: BatchRow | Any) -> _Place:
    return row.submitted_at_ns, row.id
