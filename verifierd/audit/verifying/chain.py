"""Follows the chain of records in order, through the whole store or a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verifierd.audit.chain import FIRST
from verifierd.audit.packing import unpack
from verifierd.audit.reading import MAX_BODY_BYTES
from verifierd.audit.schema import CHAIN_HEAD, RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Asked, Watch
from verifierd.audit.verifying.faults import Faults, named
from verifierd.audit.verifying.links import Broken, Gap, Link, Links
from verifierd.audit.verifying.snapshots import snapshot

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
        while rows := _page(store, after, min(last + 1, newest[0])):
            for row in rows:
                walk.take(row)
                advance()
            after = rows[-1].sequence
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
        self._known: list[Any] = []  # the newest record, and the one before it
        self._unread: set[int] = set()

    @property
    def newest_hash(self) -> bytes | None:
        """Return the hash of the newest record that was looked at."""
        return None if self._links.newest is None else self._links.newest[1]

    def take(self, row: Any) -> None:
        """Look at the next record."""
        self._known = [row, *self._known[:1]]
        self.records += row.sequence <= self._last
        try:
            body = unpack(row.body, MAX_BODY_BYTES)
        except ValueError as error:
            self._faults.add(row.sequence, f"{called(row)}: its contents cannot be read: {error}")
            self._unread.add(row.sequence)
            body = b""
        self._tell(self._links.take(Link(row.sequence, row.kind, body, row.previous_hash, row.hash)))

    def end(self, newest: tuple[int, bytes]) -> list[Gap]:
        """Look at what the last record tells of itself, and return which are not there."""
        is_newest = self._links.newest is not None and self._links.newest[0] == newest[0]
        self._tell(self._links.end(newest[1] if is_newest else None))
        return [gap for gap in self._links.gaps if gap.first <= self._last]

    def _tell(self, broken: Iterable[Broken]) -> None:
        for each in broken:
            if each.sequence <= self._last and each.sequence not in self._unread:
                row = next(row for row in self._known if row.sequence == each.sequence)
                self._faults.add(each.sequence, f"{called(row)}: {each.why}")


def called(row: Any) -> str:
    """Return what a row of table `records` is called."""
    return named(row.sequence, row.kind, row.batch_id)


def _ends(store: Store, asked: Asked, first: int, faults: Faults) -> tuple[tuple[int, bytes], bytes | None]:
    """Return number and hash of the newest record, and the hash of the one before record `first`."""
    with snapshot(store) as connection:
        head = connection.execute(sa.select(CHAIN_HEAD).where(CHAIN_HEAD.c.id == 1)).one_or_none()
        ordered = sa.select(RECORDS).order_by(RECORDS.c.sequence)
        if head is None:
            faults.add(
                0, "the chain's head is gone: no row of table chain_head says which record is the newest"
            )
            head = connection.execute(
                ordered.order_by(None).order_by(RECORDS.c.sequence.desc()).limit(1)
            ).first()
        newest = (0, FIRST) if head is None else (head.sequence, head.hash)
        if asked.last_sequence is None:
            behind = connection.execute(ordered.where(RECORDS.c.sequence > newest[0]).limit(_BEHIND_SHOWN))
            for row in behind:
                faults.add(row.sequence, f"{called(row)}: it stands behind the chain's newest, {newest[0]}")
        found = sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == first - 1)
        return newest, FIRST if first == 1 else connection.scalar(found)


def _page(store: Store, after: int, last: int) -> Sequence[Any]:
    chosen = sa.select(RECORDS).where(RECORDS.c.sequence > after, RECORDS.c.sequence <= last)
    with store.reading() as connection:
        return connection.execute(chosen.order_by(RECORDS.c.sequence).limit(_PAGE)).all()
