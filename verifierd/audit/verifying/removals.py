"""Accounts for records that are not there: retention says which it removed, and what was next to them."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from verifierd.audit.entries import RecordsRemoved
from verifierd.audit.removals import removals
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import Store
from verifierd.audit.verifying.chain import Walked
from verifierd.audit.verifying.faults import Faults
from verifierd.audit.verifying.links import Gap
from verifierd.audit.verifying.records import read_records
from verifierd.audit.verifying.snapshots import snapshot

_PUT_IN_SHOWN = 20


def account_for(store: Store, walked: Walked, faults: Faults) -> int:
    """Return how many records that are not there retention removed; all others are faults.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    with snapshot(store) as connection:
        made = list(removals(connection))
        for removal in made:
            _find_put_in(connection, removal, faults)
    told = _Told(made)
    removed = 0
    for gap in walked.gaps:
        removed += gap.last - gap.first + 1
        for first, last in told.missing(gap):
            removed -= last - first + 1
            faults.add(first, _words(first, last, walked.newest[0]))
        told.compare_ends(gap, faults)
    return removed


class _Told:
    """What removals say is gone, and which hashes were next to it."""

    def __init__(self, made: Iterable[RecordsRemoved]) -> None:
        self._by_first: dict[int, RecordsRemoved] = {}
        self._by_last: dict[int, RecordsRemoved] = {}
        self._runs: list[tuple[int, int]] = []  # first and last of each, in order and apart
        for removal in sorted(made, key=lambda each: each.first_sequence):
            first, last = removal.first_sequence, removal.last_sequence
            self._by_first[first] = self._by_last[last] = removal
            if self._runs and first <= self._runs[-1][1] + 1:
                first, before = self._runs.pop()
                last = max(last, before)
            self._runs.append((first, last))

    def missing(self, gap: Gap) -> Iterator[tuple[int, int]]:
        """Yield first and last of each part of a gap that no removal tells of."""
        at = gap.first
        place = max(0, bisect_right(self._runs, (at, sys.maxsize)) - 1)
        while place < len(self._runs) and self._runs[place][0] <= gap.last:
            first, last = self._runs[place]
            if at < first:
                yield at, first - 1
            at = max(at, last + 1)
            place += 1
        if at <= gap.last:
            yield at, gap.last

    def compare_ends(self, gap: Gap, faults: Faults) -> None:
        """Find what was altered beside a gap, by the hashes that its removal says were there."""
        begun, ended = self._by_first.get(gap.first), self._by_last.get(gap.last)
        if begun is not None and gap.previous_hash not in (None, begun.previous_hash):
            faults.add(
                gap.first - 1,
                f"record {gap.first - 1}: it was changed and its hash made to fit: the record after it, "
                "which retention removed, named another hash",
            )
        if ended is not None and gap.last_hash not in (None, ended.last_hash):
            faults.add(
                gap.last + 1,
                f"record {gap.last + 1}: it names another record than the one before it, which retention "
                "removed",
            )


def _find_put_in(connection: sa.Connection, removal: RecordsRemoved, faults: Faults) -> None:
    within = RECORDS.c.sequence.between(removal.first_sequence, removal.last_sequence)
    for record in read_records(connection, within, limit=_PUT_IN_SHOWN):
        why = "it was put in: retention removed the record of this number"
        faults.add(record.sequence, f"{record.called}: {why}")


def _words(first: int, last: int, newest: int) -> str:
    what = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    if last == newest:
        return f"{what}: the chain's head says that the newest record is {newest}"
    return f"{what}, and nothing says that retention removed them"
