"""Accounts for records that are not there: retention says which it removed, and what was next to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from verifierd.audit.bodies import entry_of
from verifierd.audit.entries import RecordsRemoved
from verifierd.audit.packing import unpack
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.chain import MAX_BODY_BYTES, Walked, called
from verifierd.audit.verifying.faults import Faults
from verifierd.audit.verifying.links import Gap, Link
from verifierd.audit.verifying.snapshots import snapshot

_PUT_IN_SHOWN = 20


def account_for(store: Store, walked: Walked, faults: Faults) -> int:
    """Return how many records that are not there retention removed; all others are faults.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with snapshot(store) as connection:
        removals = sorted(_removals(connection), key=lambda removal: removal.first_sequence)
        for removal in removals:
            _find_put_in(connection, removal, faults)
    removed = 0
    for gap in walked.gaps:
        removed += gap.last - gap.first + 1
        for first, last in _missing(gap, removals):
            removed -= last - first + 1
            faults.add(first, _words(first, last, walked.newest[0]))
        for removal in removals:
            _compare_ends(gap, removal, faults)
    return removed


def _removals(connection: sa.Connection) -> Iterator[RecordsRemoved]:
    """Yield what sound records say that retention removed."""
    chosen = sa.select(RECORDS).where(RECORDS.c.batch_id == "", RECORDS.c.kind == "records_removed")
    for row in connection.execute(chosen.order_by(RECORDS.c.sequence)):
        try:
            body = unpack(row.body, MAX_BODY_BYTES)
            entry = entry_of(row.kind, body, lambda part, name: None)
        except ValueError:
            continue  # the walk along the chain names it
        is_sound = Link(row.sequence, row.kind, body, row.previous_hash, row.hash).hash_with() == row.hash
        if is_sound and isinstance(entry, RecordsRemoved):
            yield entry


def _find_put_in(connection: sa.Connection, removal: RecordsRemoved, faults: Faults) -> None:
    within = RECORDS.c.sequence.between(removal.first_sequence, removal.last_sequence)
    for row in connection.execute(sa.select(RECORDS).where(within).limit(_PUT_IN_SHOWN)):
        faults.add(row.sequence, f"{called(row)}: it was put in: retention removed the record of this number")


def _missing(gap: Gap, removals: Sequence[RecordsRemoved]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each part of a gap that no removal covers."""
    at = gap.first
    for removal in removals:
        if removal.last_sequence < at or removal.first_sequence > gap.last:
            continue
        if removal.first_sequence > at:
            yield at, removal.first_sequence - 1
        at = removal.last_sequence + 1
    if at <= gap.last:
        yield at, gap.last


def _words(first: int, last: int, newest: int) -> str:
    what = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    if last == newest:
        return f"{what}: the chain's head says that the newest record is {newest}"
    return f"{what}, and nothing says that retention removed them"


def _compare_ends(gap: Gap, removal: RecordsRemoved, faults: Faults) -> None:
    """Find what was altered beside a gap, by what the removal says that was next to it."""
    if removal.first_sequence == gap.first and gap.previous_hash not in (None, removal.previous_hash):
        faults.add(
            gap.first - 1,
            f"record {gap.first - 1}: it was changed and its hash made to fit: the record after it, which "
            "retention removed, named another hash",
        )
    if removal.last_sequence == gap.last and gap.last_hash not in (None, removal.last_hash):
        faults.add(
            gap.last + 1,
            f"record {gap.last + 1}: it names another record than the one before it, which retention removed",
        )
