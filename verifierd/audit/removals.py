"""What retention says that it removed: to account for what is missing, and to tell where a batch went."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from verifierd.audit.bodies import entry_of
from verifierd.audit.chain import record_hash
from verifierd.audit.entries import RecordsRemoved
from verifierd.audit.packing import unpack
from verifierd.audit.reading import MAX_BODY_BYTES
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import Store

_KIND = "records_removed"


def removals(connection: sa.Connection) -> Iterator[RecordsRemoved]:
    """Yield each removal, in the order in which they were made; records that were altered tell nothing."""
    of_record = RECORDS.c
    contents = (of_record.body, of_record.previous_hash, of_record.hash)
    chosen = sa.select(of_record.sequence, *contents).where(of_record.batch_id == "", of_record.kind == _KIND)
    for row in connection.execute(chosen.order_by(of_record.sequence)):
        try:
            body = unpack(row.body, MAX_BODY_BYTES)
            entry = entry_of(_KIND, body, lambda part, name: None)
        except ValueError:
            continue
        is_sound = record_hash(row.previous_hash, row.sequence, _KIND, body) == row.hash
        if is_sound and isinstance(entry, RecordsRemoved):
            yield entry


def removal_of(store: Store, batch_id: str) -> RecordsRemoved | None:
    """Return how a batch went; None where retention removed none of this id.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with store.reading() as connection:
        return next((each for each in removals(connection) if batch_id in each.batch_ids), None)
