"""Connections that read the store as it is at one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from verifierd.audit.store import Store


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
