"""Legal hold: a batch under it stays, whatever retention says, until somebody frees it."""

from __future__ import annotations

import sqlalchemy as sa

from verifierd.audit.appending import append, lock_head, prepare
from verifierd.audit.entries import HoldChanged
from verifierd.audit.errors import UnknownBatch
from verifierd.audit.schema import BATCHES
from verifierd.audit.store import Store


def change_hold(store: Store, batch_id: str, *, is_held: bool, by: str, reason: str, now_ns: int) -> bool:
    """Put a batch under hold or free it, and record who did it and why; return whether that changes anything.

    Raises:
        UnknownBatch: no such batch is in the store.
        StoreTrouble: the store cannot be written at the moment.
    """
    with store.writing() as connection:
        lock_head(connection)
        was_held = connection.scalar(sa.select(BATCHES.c.is_held).where(BATCHES.c.id == batch_id))
        if was_held is None:
            raise UnknownBatch(batch_id)
        if was_held != is_held:
            entry = HoldChanged(batch_id, now_ns, is_held, by, reason)
            append(connection, store.blobs, [prepare(entry)])
        return bool(was_held != is_held)
