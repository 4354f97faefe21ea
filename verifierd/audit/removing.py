"""Removes batches from a store, whole and in one transaction, so that the rest still verifies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

import sqlalchemy as sa

from verifierd.audit import search_index
from verifierd.audit.appending import append, lock_head, prepare
from verifierd.audit.entries import RecordsRemoved
from verifierd.audit.schema import BATCHES, CANDIDATES, EXECUTIONS, RECORDS
from verifierd.audit.sizes import MAY_GO, blobs_of
from verifierd.audit.store import Store

_AT_ONCE = 1000  # values in one statement, which every database takes
_FILES_AT_ONCE = 50  # while nobody appends: in object storage each takes some hundredths of a second
_HALF_WRITTEN_NS = 86_400 * 10**9  # nobody writes a file for so long
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Removed:
    """Which batches went, and the blobs that nothing names any longer and that have files to be swept."""

    batch_ids: tuple[str, ...]
    unnamed: frozenset[str]


def remove_batches(store: Store, batch_ids: Collection[str], why: str, now_ns: int) -> Removed:
    """Remove batches: records, rows, words, and blobs that no other names. That they went is recorded.

    One that is held by now, or has not ended, stays. When this returns it is committed; files of blobs are
    still there, and go by `sweep`.

    Raises:
        StoreTrouble: the store cannot be written at the moment; nothing was removed.
    """
    with store.writing() as connection:
        lock_head(connection)
        chosen = (
            sa.select(BATCHES.c.id).where(BATCHES.c.id.in_(batch_ids), MAY_GO).order_by(BATCHES.c.sequence)
        )
        going = list(connection.scalars(chosen))
        if not going:
            return Removed((), frozenset())
        blobs = list(connection.scalars(blobs_of(going)))
        ranges = list(_ranges(connection, set(going), why, now_ns))
        append(connection, store.blobs, [prepare(entry) for entry in ranges])  # to the chain as it stands
        _delete_rows(connection, going)
        unnamed: set[str] = set()
        for part in _parts(blobs):
            unnamed |= store.blobs.forget(connection, part)
    return Removed(tuple(going), frozenset(unnamed))


def sweep(store: Store, sha256s: Collection[str]) -> None:
    """Delete the files of those of these blobs that the store no longer has.

    A crash before or within it leaves files that nothing names, which `unnamed_swept` finds.

    Raises:
        StoreTrouble: one cannot be deleted at the moment.
    """
    for part in _parts(sorted(sha256s), _FILES_AT_ONCE):
        with store.writing() as connection:
            lock_head(connection)  # so that nobody begins to name one of them meanwhile
            store.blobs.sweep(connection, part)


def unnamed_swept(store: Store, now_ns: int) -> Iterator[None]:
    """Delete every file that is of no blob: what a crash left, and files half written for a day.

    It yields after some files each, for who wants to end it, or to let others go first.

    Raises:
        StoreUnavailable, StoreTrouble: the store cannot be read, or a file deleted, at the moment.
    """
    for part in _parts(store.blobs.files.names()):
        with store.reading() as connection:
            unnamed = set(part) - store.blobs.known(connection, part)
        sweep(store, unnamed)
        yield
    store.blobs.files.sweep_parts(now_ns - _HALF_WRITTEN_NS)


def _ranges(
    connection: sa.Connection, going: Collection[str], why: str, now_ns: int
) -> Iterator[RecordsRemoved]:
    """Yield what is to be recorded: each run of records that go, with none between them that stays."""
    ends = sa.select(sa.func.min(RECORDS.c.sequence), sa.func.max(RECORDS.c.sequence))
    first, last = connection.execute(ends.where(RECORDS.c.batch_id.in_(going))).one()
    columns = (RECORDS.c.sequence, RECORDS.c.batch_id, RECORDS.c.previous_hash, RECORDS.c.hash)
    found = sa.select(*columns).where(RECORDS.c.sequence.between(first, last)).order_by(RECORDS.c.sequence)
    batch_ids = tuple(sorted(going))
    run: list[sa.Row[int, str, bytes, bytes]] = []  # its first record, and its last
    # There may be millions of them, a few of which go.
    rows = connection.execute(found.execution_options(yield_per=_AT_ONCE))
    for row in chain(rows, (None,)):
        if row is not None and row.batch_id in going:
            run = [*run[:1], row]
        elif run:
            begin, end = run[0], run[-1]
            yield RecordsRemoved(
                occurred_at_ns=now_ns,
                first_sequence=begin.sequence,
                last_sequence=end.sequence,
                previous_hash=begin.previous_hash,
                last_hash=end.hash,
                why=why,
                batch_ids=batch_ids,
            )
            run, batch_ids = [], ()


def _delete_rows(connection: sa.Connection, batch_ids: Sequence[str]) -> None:
    of_candidates = sa.select(CANDIDATES.c.sequence).where(CANDIDATES.c.batch_id.in_(batch_ids))
    for part in _parts(connection.scalars(of_candidates).all()):
        search_index.forget(connection, part)
    for table, column in (
        (EXECUTIONS, EXECUTIONS.c.batch_id),
        (CANDIDATES, CANDIDATES.c.batch_id),
        (BATCHES, BATCHES.c.id),
        (RECORDS, RECORDS.c.batch_id),
    ):
        connection.execute(sa.delete(table).where(column.in_(batch_ids)))


def _parts(items: Iterable[Item], size: int = _AT_ONCE) -> Iterator[list[Item]]:
    left = iter(items)
    while part := list(islice(left, size)):
        yield part
