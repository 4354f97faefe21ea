"""What tenants use in a day, in the audit store's database: one sum over all front ends that share it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from verifierd.audit.schema import USAGE
from verifierd.audit.store import Store


class UsageTable:
    """The sums of a store, each added to in place: front ends that add at once lose nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        insert = postgresql.insert if store.is_postgresql else sqlite.insert
        given = insert(USAGE)
        self._add = given.on_conflict_do_update(
            index_elements=[USAGE.c.tenant, USAGE.c.day],
            set_={"cpu_time_ns": USAGE.c.cpu_time_ns + given.excluded.cpu_time_ns},
        )

    def add(self, day: int, used_ns: Mapping[str, int]) -> Mapping[str, int]:
        """Add to the sums of a day. Raises StoreTrouble, StoreUnavailable."""
        if used_ns:
            # In one order everywhere, so that two who add at once do not wait for each other.
            in_order = sorted(used_ns.items())
            rows = [{"tenant": tenant, "day": day, "cpu_time_ns": used} for tenant, used in in_order]
            with self._store.writing() as connection:
                connection.execute(self._add, rows)
        with self._store.reading() as connection:
            found = connection.execute(
                sa.select(USAGE.c.tenant, USAGE.c.cpu_time_ns).where(USAGE.c.day == day)
            )
            return {row.tenant: row.cpu_time_ns for row in found}
