"""Follows the chain of records in order, through the whole store or a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.chain import FIRST
from verifierd.audit.schema import CHAIN_HEAD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Asked, Watch
from verifierd.audit.verifying.faults import Faults, quoted
from verifierd.audit.verifying.links import Broken, Gap, Links
from verifierd.audit.verifying.records import StoredRecord, read_records
from verifierd.audit.verifying.snapshots import raw_rows, snapshot

_PAGE = 200
_BEHIND_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Walked:
    """How many records there were, which are not there, and the newest one: its number and its hash."""

    records: int
    gaps: tuple[Gap, ...]
    newest: tuple[int, bytes]


def follow(store: Store, asked: Asked, faults: Faults, watch: Watch) -> Walked:
    """Look at each record that is asked for, in order.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    first = max(1, asked.first_sequence)
    newest, before = _ends(store, asked, first, faults)
    last = newest[0] if asked.last_sequence is None else min(asked.last_sequence, newest[0])
    walk = _Walk(Links(first, before), last, faults)
    after = first - 1
    with watch("following the chain", max(0, last - after)) as advance:
        # One more than is asked for is looked at: it tells whether the last one is as it was.
        while records := _page(store, after, min(last + 1, newest[0])):
            for record in records:
                walk.take(record)
                advance()
            after = records[-1].sequence
    gaps = walk.end(newest)
    if after < last:
        gaps.append(Gap(after + 1, last, walk.newest_hash, newest[1] if last == newest[0] else None))
    return Walked(walk.records, tuple(gaps), newest)


class _Walk:
    """Hands records to the links, and tells of each fault which record it is."""

    def __init__(self, links: Links, last: int, faults: Faults) -> None:
        self.records = 0
        self._links = links
        self._last = last
        self._faults = faults
        self._known: list[StoredRecord] = []  # the newest record, and the one before it

    @property
    def newest_hash(self) -> bytes | None:
        """Return the hash of the newest record that was looked at."""
        return None if self._links.newest is None else self._links.newest[1]

    def take(self, record: StoredRecord) -> None:
        """Look at the next record."""
        self._known = [record, *self._known[:1]]
        self.records += record.sequence <= self._last
        if record.unreadable and record.sequence <= self._last:
            why = f"its contents cannot be read: {record.unreadable}"
            self._faults.add(record.sequence, f"{record.called}: {why}")
        self._tell(self._links.take(record.link))

    def end(self, newest: tuple[int, bytes]) -> list[Gap]:
        """Look at what the last record tells of itself, and return which are not there."""
        is_newest = self._links.newest is not None and self._links.newest[0] == newest[0]
        self._tell(self._links.end(newest[1] if is_newest else None))
        return [gap for gap in self._links.gaps if gap.first <= self._last]

    def _tell(self, broken: Iterable[Broken]) -> None:
        for each in broken:
            if each.sequence <= self._last:
                record = next(record for record in self._known if record.sequence == each.sequence)
                if not record.unreadable:  # else that is told, and nothing else is known of it
                    self._faults.add(each.sequence, f"{record.called}: {each.why}")


def _ends(store: Store, asked: Asked, first: int, faults: Faults) -> tuple[tuple[int, bytes], bytes | None]:
    """Return number and hash of the newest record, and the hash of the one before record `first`."""
    with snapshot(store) as connection:
        newest = _head(connection, faults)
        if asked.last_sequence is None:
            for record in read_records(connection, RECORDS.c.sequence > newest[0], limit=_BEHIND_SHOWN):
                why = f"it stands behind the chain's newest, {newest[0]}"
                faults.add(record.sequence, f"{record.called}: {why}")
        if first == 1:
            for record in read_records(connection, RECORDS.c.sequence < 1, limit=_BEHIND_SHOWN):
                why = "it was put in: it stands before the chain's first, 1"
                faults.add(record.sequence, f"{record.called}: {why}")
            return newest, FIRST
        before = read_records(connection, RECORDS.c.sequence == first - 1)
        return newest, before[0].link.hash if before else None


def _head(connection: sa.Connection, faults: Faults) -> tuple[int, bytes]:
    """Return what the chain's head says; where it says nothing, what the newest record says."""
    for row in raw_rows(connection, CHAIN_HEAD, CHAIN_HEAD.c.id != 1, limit=_BEHIND_SHOWN):
        faults.add(
            0, f"table chain_head has a row {quoted(row['id'])}: it was put in, since row 1 is the head"
        )
    for row in raw_rows(connection, CHAIN_HEAD, CHAIN_HEAD.c.id == 1):
        if isinstance(row["sequence"], int) and isinstance(row["hash"], bytes):
            return row["sequence"], row["hash"]
    faults.add(0, "the chain's head is gone: table chain_head does not say which record is the newest")
    newest = connection.scalar(sa.select(sa.func.max(RECORDS.c.sequence)))
    for record in read_records(connection, RECORDS.c.sequence == newest):
        return record.sequence, record.link.hash
    return 0, FIRST


def _page(store: Store, after: int, last: int) -> list[StoredRecord]:
    with snapshot(store) as connection:
        return read_records(connection, RECORDS.c.sequence > after, RECORDS.c.sequence <= last, limit=_PAGE)
