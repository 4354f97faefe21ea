"""Finds what somebody added to the tables of a store or took from them: triggers, views, indexes."""

from __future__ import annotations

from itertools import chain

import sqlalchemy as sa

from verifierd.audit import search_index
from verifierd.audit.schema import METADATA
from verifierd.audit.store import Store
from verifierd.audit.verifying.faults import MAX_FAULTS, Faults, quoted

_OF_SQLITE = sa.text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
_OF_POSTGRESQL = sa.text(
    "SELECT DISTINCT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY tgname"
)


def compare_tables(store: Store, faults: Faults) -> None:
    """Name triggers and views, of which a store has none, and indexes that are gone.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        triggers = connection.execute(_OF_POSTGRESQL if store.is_postgresql else _OF_SQLITE)
        for name, table in triggers.fetchmany(MAX_FAULTS):
            faults.add(0, f"table {quoted(table)} has a trigger {quoted(name)}, which a store has none of")
        inspector = sa.inspect(connection)
        for name in inspector.get_view_names():
            faults.add(0, f"there is a view {quoted(name)}, and a store has none")
        for table in chain(METADATA.sorted_tables, search_index.METADATA.sorted_tables):
            if not inspector.has_table(table.name):
                continue  # nothing can be read from it, which is told otherwise
            there = {index["name"] for index in inspector.get_indexes(table.name)}
            for gone in sorted({str(index.name) for index in table.indexes} - there):
                faults.add(0, f"table {table.name} has lost its index {gone}: what is looked for takes long")
