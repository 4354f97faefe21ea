"""Commits entries: tries again amid trouble, and sets apart what can never be written."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.appending import Appended, Prepared, append, lock_head, prepare
from verifierd.audit.bodies import batch_of
from verifierd.audit.entries import Entry
from verifierd.audit.errors import EntryRefused, RequestIdTaken, StoreTrouble, TooManyUnjudged
from verifierd.audit.schema import RECORDS
from verifierd.audit.store import IDLE_S, Store
from verifierd.logs import get_logger

_log = get_logger(__name__)

SILENT_S = IDLE_S + 15.0  # beyond what another front end that is frozen can hold it up


@dataclass(slots=True)
class Item:
    """An entry on its way: as it is stored, then the number of its record or why it has none.

    Without a number and without an error it was dropped: told before, or another front end's to tell.
    """

    entry: Entry
    prepared: Prepared | None = None
    sequence: int | None = None
    error: StoreTrouble | EntryRefused | None = None


class Committer:
    """Writes groups of entries to a store, for one thread."""

    def __init__(
        self,
        store: Store,
        alter: Callable[[Entry], Entry],
        delays_s: Sequence[float],
        rest: Callable[[float], bool],
        front_end: str = "",
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what alters entries before they are stored, how to wait between tries, and who tells them.

        `rest` waits so many seconds, and says whether there is time for another try. `clock_s` gives seconds
        that only grow.
        """
        self._trouble: str | None = None
        self._clock_s = clock_s
        self._asked_at_s: float | None = None  # of a transaction that has no answer yet
        self._store = store
        self._alter = alter
        self._delays_s = delays_s
        self._rest = rest
        self._front_end = front_end
        self._unsure: Appended | None = None

    @property
    def trouble(self) -> str | None:
        """What keeps the store from being written, as a sentence, for any thread; None where all is well.

        A server that is frozen, or waits for its disk, says nothing: that tells as much after a while.
        """
        asked_at_s = self._asked_at_s
        if self._trouble is None and asked_at_s is not None:
            waiting_s = self._clock_s() - asked_at_s
            if waiting_s > SILENT_S:
                return f"the audit store {self._store.where} has not answered for {waiting_s:.0f} s"
        return self._trouble

    def commit(self, groups: Sequence[Sequence[Item]]) -> None:
        """Write entries in their order, a group in one transaction, and tell each what became of it."""
        for item in itertools.chain.from_iterable(groups):
            self._prepare(item)
        self._commit([[item for item in group if item.error is None] for group in groups])

    def _prepare(self, item: Item) -> None:
        try:
            item.entry = self._alter(item.entry)
            item.prepared = prepare(item.entry)
        except Exception as error:  # whatever is wrong with one entry harms no other
            self._refuse(item, error)

    def _commit(self, groups: list[list[Item]]) -> None:
        items = list(itertools.chain.from_iterable(groups))
        if not items:
            return
        try:
            appended = self._keep_trying([item.prepared for item in items if item.prepared is not None])
        except StoreTrouble as error:
            for item in items:
                item.error = error
        except Exception as error:
            if len(items) == 1:
                self._refuse(items[0], error)
            else:
                for half in _halves([group for group in groups if group]):
                    self._commit(half)
        else:
            for item, sequence in zip(items, appended.sequences, strict=True):
                item.sequence = sequence

    def _keep_trying(self, entries: Sequence[Prepared]) -> Appended:
        self._unsure = None  # what was given up before is not of these entries
        for delay_s in itertools.chain(self._delays_s, itertools.repeat(self._delays_s[-1])):
            try:
                appended = self._write(entries)
            except StoreTrouble as error:
                self._is_in_trouble(str(error))
                if not self._rest(delay_s):
                    raise
            else:
                self._is_well()
                return appended
        raise AssertionError("tries never end")

    def _write(self, entries: Sequence[Prepared]) -> Appended:
        """Write entries in one transaction; where the last commit got no answer, first see if it was done."""
        self._asked_at_s = self._clock_s()
        try:
            with self._store.writing() as connection:
                appended = self._earlier(connection) or append(
                    connection, self._store.blobs, entries, self._front_end
                )
                self._unsure = appended
        except StoreTrouble:
            raise
        except Exception:
            self._unsure = None
            raise
        finally:
            self._asked_at_s = None
        self._unsure = None
        self._sweep(appended.unnamed)
        return appended

    def _earlier(self, connection: sa.Connection) -> Appended | None:
        """Return what an earlier try has written, if its commit was done although nobody heard of it."""
        if self._unsure is None:
            return None
        lock_head(connection)
        found = sa.select(RECORDS.c.hash).where(RECORDS.c.sequence == self._unsure.head.sequence)
        if connection.scalar(found) == self._unsure.head.hash:
            return self._unsure
        self._unsure = None  # only now: a look-up without an answer leaves it unsure
        return None

    def _sweep(self, unnamed: frozenset[str]) -> None:
        if not unnamed:
            return
        try:
            with self._store.writing() as connection:
                lock_head(connection)
                self._store.blobs.sweep(connection, unnamed)
        except (StoreTrouble, sa.exc.SQLAlchemyError) as error:  # retention finds what is left
            _log.warning("files of blobs were left behind", count=len(unnamed), error=str(error))

    def _refuse(self, item: Item, error: Exception) -> None:
        item.error = error if isinstance(error, EntryRefused) else EntryRefused(_words(error))
        item.error.__cause__ = error if item.error is not error else None
        if isinstance(error, RequestIdTaken | TooManyUnjudged):  # its sender is told
            return
        _log.error(
            "an entry was refused by the audit store",
            kind=type(item.entry).__name__,
            batch_id=batch_of(item.entry),
            error=str(item.error),
        )

    def _is_in_trouble(self, reason: str) -> None:
        if self._trouble is None:
            _log.error("the audit store cannot be written; what waits is kept", error=reason)
        self._trouble = f"the audit store {self._store.where} cannot be written: {reason}"

    def _is_well(self) -> None:
        if self._trouble is not None:
            _log.warning("the audit store can be written again")
        self._trouble = None


def _halves(groups: list[list[Item]]) -> tuple[list[list[Item]], list[list[Item]]]:
    """Return groups in two parts; one group alone comes apart."""
    parts = groups if len(groups) > 1 else [[item] for item in groups[0]]
    middle = len(parts) // 2
    return parts[:middle], parts[middle:]


def _words(error: Exception) -> str:
    """Return what is wrong with an entry; never the parameters of its statement, which are its contents."""
    original = getattr(error, "orig", None) or error
    first_line = next(iter(str(original).strip().splitlines()), "")[:300]
    return f"the entry cannot be stored: {first_line or type(original).__name__}"
