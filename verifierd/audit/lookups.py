"""Executions with their records, as the API and the commands ask for them: one, the next, all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import sqlalchemy as sa

from verifierd.audit.bodies import Part
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.finding_executions import executions_after, newest_id
from verifierd.audit.found import EXECUTION_COLUMNS, execution_id, execution_row
from verifierd.audit.pages import MAX_PAGE_SIZE, Asked, Page
from verifierd.audit.recorded import NOTHING, RecordedExecution, RecordReader
from verifierd.audit.schema import BATCHES, EXECUTIONS
from verifierd.audit.store import Store

Item = TypeVar("Item")

EXPORTED_AT_A_TIME = 500
WITH_BLOBS_AT_A_TIME = 20


def one_execution(
    store: Store, name: str, parts: Collection[Part] = NOTHING, tenant: str = ""
) -> RecordedExecution | None:
    """Return an execution by its name, such as 4711.0; None where none is recorded under it.

    Of a tenant that is named, no other's is found.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    number = execution_id(name)
    if number is None:
        return None
    found = sa.select(*EXECUTION_COLUMNS).where(EXECUTIONS.c.id == number)
    if tenant:
        its_batch = BATCHES.c.id == EXECUTIONS.c.batch_id
        found = found.where(sa.exists().where(its_batch, BATCHES.c.tenant == tenant))
    with store.reading() as connection:
        row = connection.execute(found).one_or_none()
        if row is None:
            return None
        return next(RecordReader(store, connection, parts).executions([execution_row(row)]))


def next_executions(
    store: Store,
    wanted: ExecutionFilter,
    after_id: int | None,
    most: int,
    parts: Collection[Part] = NOTHING,
) -> tuple[list[RecordedExecution], int]:
    """Return the next executions that match, the oldest first, and the id to ask for those after.

    With an `after_id` of None there are none yet: the id is that of the newest one.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        if after_id is None:
            return [], newest_id(connection)
        rows, reached = executions_after(connection, wanted, after_id, most)
        return list(RecordReader(store, connection, parts).executions(rows)), reached


def exported(
    store: Store, wanted: ExecutionFilter, parts: Collection[Part] = NOTHING
) -> Iterator[RecordedExecution]:
    """Yield all executions recorded so far that match, the oldest first. No connection is held in between.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        last = newest_id(connection)
    at, most = 0, WITH_BLOBS_AT_A_TIME if parts else EXPORTED_AT_A_TIME
    while at < last:
        records, at = next_executions(store, wanted, at, most, parts)
        for record in records:
            if record.row.id > last:
                return
            yield record


def each_of(store: Store, ask: Callable[[sa.Connection, Asked], Page[Item]], most: int) -> Iterator[Item]:
    """Yield the items of a list, page by page, up to so many. No connection is held in between.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    token, left = "", most
    while left > 0:
        with store.reading() as connection:
            page = ask(connection, Asked(min(left, MAX_PAGE_SIZE), token))
        yield from page.items
        token, left = page.next_token, left - len(page.items)
        if not token:
            return
