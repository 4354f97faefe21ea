"""How durable batches stand, read from the store: by the caller's thread, so call it from one of your own."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit import errors as audit
from verifierd.audit.entries import BatchBegun, BatchEnded
from verifierd.audit.filters import BatchFilter
from verifierd.audit.finding_batches import batch_with_id, batches
from verifierd.audit.found import BatchRow
from verifierd.audit.pages import Asked, Page
from verifierd.audit.reading import batch_abandoned, batch_begun, batch_end
from verifierd.audit.schema import BATCHES
from verifierd.audit.store import Store

ACCEPTED_SEQUENCE = 1  # of the event that a durable batch was accepted
UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Standing:
    """A durable batch: what was asked for, how far it is, and its end, if it has come to one."""

    row: BatchRow
    begun: BatchBegun
    end: BatchEnded | None
    why_abandoned: str = ""

    @property
    def last_sequence(self) -> int:
        """Return the number of its newest event; the first one is that it was accepted."""
        return max(ACCEPTED_SEQUENCE, self.row.last_event_sequence)

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing more comes of it."""
        return self.row.state not in UNFINISHED


def standing_of(store: Store, batch_id: str) -> Standing | None:
    """Return how a durable batch stands; None where there is none of this id. Raises StoreError."""
    with store.reading() as connection:
        row = batch_with_id(connection, batch_id)
    return None if row is None or not row.is_durable else _standing(store, row)


def standings(store: Store, wanted: BatchFilter, asked: Asked) -> Page[Standing]:
    """Return a page of durable batches, the newest first. Raises StoreError and BadPageToken."""
    with store.reading() as connection:
        page = batches(connection, wanted, asked)
    return Page(tuple(_standing(store, row) for row in page.items), page.next_token)


def namesake(store: Store, begun: BatchBegun) -> audit.RequestIdTaken | None:
    """Return which durable batch has the request id of one that is to begin, if any. Raises StoreError."""
    of_batch = BATCHES.c
    wanted = sa.select(of_batch.id, of_batch.request_sha256).where(
        of_batch.is_durable,
        of_batch.tenant == begun.asker.tenant,
        of_batch.request_id == begun.request_id,
    )
    with store.reading() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else audit.RequestIdTaken(begun.request_id, row.id, row.request_sha256)


def _standing(store: Store, row: BatchRow) -> Standing:
    begun = batch_begun(store, row.id)
    if begun is None:
        raise AssertionError(f"batch {row.id} has a row and no record")
    if row.state == "abandoned":
        abandoned = batch_abandoned(store, row.id)
        return Standing(row, begun, None, abandoned.why if abandoned else "")
    return Standing(row, begun, batch_end(store, row.id) if row.state == "finished" else None)
