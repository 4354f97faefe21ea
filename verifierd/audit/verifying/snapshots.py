"""Reads tables as they are at one moment, whatever somebody put into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

from verifierd.audit.store import Store

Row = dict[str, Any]


@contextmanager
def snapshot(store: Store) -> Iterator[sa.Connection]:
    """Give a connection all of whose statements see the same state.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        if store.is_postgresql:  # a transaction of SQLite is one anyway
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def raw_rows(
    connection: sa.Connection, table: sa.Table, *which: sa.ColumnElement[bool], limit: int | None = None
) -> list[Row]:
    """Return rows in the order of their key, each value as the database has it.

    SQLite keeps a value of any type in any column. What is of the wrong type is returned as it is, and so is
    equal to nothing that a record says.
    """
    columns = [sa.type_coerce(column, NullType()).label(column.name) for column in table.c]
    chosen = sa.select(*columns).where(*which).order_by(*table.primary_key.columns).limit(limit)
    return [
        {column.name: _value(column, row[column.name]) for column in table.c}
        for row in connection.execute(chosen).mappings()
    ]


def _value(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(column.type, sa.JSON) and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(column.type, sa.Boolean) and value in (0, 1):
        return bool(value)
    return value
