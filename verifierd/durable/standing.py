"""How durable batches stand, read from the store: by the caller's thread, so call it from one of your own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

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
from verifierd.durable.submission import RequestName
from verifierd.model import Priority

ACCEPTED_SEQUENCE = 1  # of the event that a durable batch was accepted
UNFINISHED = ("queued", "running")

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Standing:
    """A durable batch: what was asked for, how far it is, and its end, if it has come to one.

    In a list a record that cannot be read is left out, and `unreadable` says what is wrong with it.
    """

    row: BatchRow
    begun: BatchBegun | None
    end: BatchEnded | None
    why_abandoned: str = ""
    unreadable: str = ""

    @property
    def last_sequence(self) -> int:
        """Return the number of its newest event; the first one is that it was accepted."""
        return max(ACCEPTED_SEQUENCE, self.row.last_event_sequence)

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing more comes of it."""
        return self.row.state not in UNFINISHED


def standing_of(store: Store, batch_id: str, tenant: str = "") -> Standing | None:
    """Return how a durable batch stands; None where there is none of this id. Raises StoreError.

    Of a tenant that is named, no other's is found.
    """
    with store.reading() as connection:
        row = batch_with_id(connection, batch_id, tenant)
    if row is None or not row.is_durable:
        return None
    begun = batch_begun(store, row.id)
    if begun is None:  # removed since
        return None
    if row.state == "abandoned":
        abandoned = batch_abandoned(store, row.id)
        return Standing(row, begun, None, abandoned.why if abandoned else "")
    return Standing(row, begun, batch_end(store, row.id) if row.state == "finished" else None)


def standings(store: Store, wanted: BatchFilter, asked: Asked) -> Page[Standing]:
    """Return a page of durable batches, the newest first, each as far as it can be read.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        BadPageToken: the token is none, or of another filter.
    """
    with store.reading() as connection:
        page = batches(connection, wanted, asked)
    found = (_as_far_as_readable(store, row) for row in page.items)
    return Page(tuple(each for each in found if each is not None), page.next_token)


def priority_of(store: Store, batch_id: str) -> Priority:
    """Return how much a durable batch is in a hurry; one that cannot be read is in none.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    try:
        begun = batch_begun(store, batch_id)
    except audit.RecordDamaged:
        return Priority.BULK
    return Priority.BULK if begun is None else begun.priority


def namesake(store: Store, named: BatchBegun | RequestName) -> audit.RequestIdTaken | None:
    """Return which durable batch has the request id of one that is to begin, if any. Raises StoreError."""
    of_batch = BATCHES.c
    wanted = sa.select(of_batch.id, of_batch.request_sha256).where(
        of_batch.is_durable,
        of_batch.tenant == named.asker.tenant,
        of_batch.request_id == named.request_id,
    )
    with store.reading() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else audit.RequestIdTaken(named.request_id, row.id, row.request_sha256)


def _as_far_as_readable(store: Store, row: BatchRow) -> Standing | None:
    """Return how a batch of a list stands; None where it was removed since."""
    begun, no_begun = _readable(batch_begun, store, row)
    if begun is None and not no_begun:
        return None
    end, no_end = _readable(batch_end, store, row) if row.state == "finished" else (None, "")
    abandoned, no_why = _readable(batch_abandoned, store, row) if row.state == "abandoned" else (None, "")
    return Standing(row, begun, end, abandoned.why if abandoned else "", no_begun or no_end or no_why)


def _readable(
    read: Callable[[Store, str], Found | None], store: Store, row: BatchRow
) -> tuple[Found | None, str]:
    """Return what is read of a batch, or what is wrong with its record."""
    try:
        return read(store, row.id), ""
    except audit.RecordDamaged as damaged:
        return None, str(damaged)
