"""Writes entries to the store in their order, by one thread; what cannot be written now is kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from verifierd.audit.committing import Committer, Item
from verifierd.audit.entries import Committed, Entry
from verifierd.audit.errors import StoreTrouble
from verifierd.audit.queue import Queue, Unit, size_of
from verifierd.audit.store import Store
from verifierd.logs import get_logger

_log = get_logger(__name__)
_GRACE_S = 10.0  # for the last try to end that was begun in time


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """How a writer works.

    Attributes:
        max_entries: so many may wait; beyond it `put` waits.
        max_bytes: so many bytes of them.
        entries_at_once: most entries of one commit.
        linger_s: seconds that entries wait for others, to share a commit, where nobody waits for them.
        delays_s: seconds before each further try of what could not be written; the last for all others.
    """

    max_entries: int = 4096
    max_bytes: int = 256 << 20
    entries_at_once: int = 256
    linger_s: float = 0.25
    delays_s: Sequence[float] = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class Counts:
    """What became of entries.

    Attributes:
        committed: have a record.
        dropped: second verdicts of a candidate and second ends of a batch, and what was told of a durable
            batch that another front end has in hand.
        refused: can never be written.
        lost: could not be written before the writer was closed.
    """

    committed: int = 0
    dropped: int = 0
    refused: int = 0
    lost: int = 0


Callback = Callable[[Sequence[Committed]], None]
"""Is told of what was committed, in the event loop's thread."""
DropCallback = Callable[[Sequence[Entry]], None]
"""Is told of what was dropped, in the event loop's thread."""
Told = TypeVar("Told")


def _as_it_is(entry: Entry) -> Entry:
    return entry


class Writer:
    """Appends entries to a store in the order in which they are given.

    All but `trouble` belongs to the thread of the event loop in which it was started. `alter` is called in
    the writer's thread with each entry before it is stored, for one to redact it.
    """

    def __init__(
        self,
        store: Store,
        settings: WriterSettings = WriterSettings(),
        alter: Callable[[Entry], Entry] = _as_it_is,
        front_end: str = "",
    ) -> None:
        """Take the store, which the writer does not close, and by which name this daemon has batches in hand.

        The name must be no other process', nor that of one before it.
        """
        self.counts = Counts()
        self.front_end = front_end
        self._settings = settings
        self._queue = Queue()
        self._committer = Committer(store, alter, settings.delays_s, self._queue.rest, front_end)
        self._callbacks: list[Callback] = []
        self._drop_callbacks: list[DropCallback] = []
        self._door = asyncio.Lock()
        self._room = asyncio.Event()
        self._waiting_entries = 0
        self._waiting_bytes = 0
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        # A daemon: a database that never answers must not hold the process.
        self._thread = threading.Thread(target=self._run, name="audit-writer", daemon=True)

    @property
    def trouble(self) -> str | None:
        """What keeps the store from being written, as a sentence; None where all is well."""
        return self._committer.trouble

    @property
    def waiting(self) -> int:
        """Return how many entries are not in the store yet."""
        return self._waiting_entries

    def on_commit(self, callback: Callback) -> None:
        """Have a function called with the entries of each commit from now on, before their waiters go on."""
        self._callbacks.append(callback)

    def on_drop(self, callback: DropCallback) -> None:
        """Have a function called with the entries that were dropped, before their waiters go on."""
        self._drop_callbacks.append(callback)

    def start(self) -> None:
        """Begin to write. Called in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def put(self, *entries: Entry) -> None:
        """Hand entries over, to be committed together; return once there is room for them.

        Raises:
            StoreTrouble: the writer is closed.
        """
        await self._add(Unit(entries, size_of(entries)))

    async def committed(self, *entries: Entry) -> tuple[int | None, ...]:
        """Hand entries over, and return the numbers of their records once all are committed.

        None stands for an entry that was dropped.

        Raises:
            EntryRefused: one of them can never be written. The others are.
            StoreTrouble: the writer is closed, or was before they could be written.
        """
        done = asyncio.get_running_loop().create_future()
        await self._add(Unit(entries, size_of(entries), done))
        numbers: tuple[int | None, ...] = await done
        return numbers

    async def flush(self) -> None:
        """Return once all that was handed over before is committed, or refused.

        Raises:
            StoreTrouble: the writer is closed, or was before it came to that.
        """
        await self.committed()

    async def close(self, within_s: float = 10.0) -> Counts:
        """Write what waits, and end; amid trouble after so many seconds at most. What was lost is logged."""
        if not self._is_closed:
            self._is_closed = True
            self._room.set()
            self._queue.close(within_s)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, within_s + _GRACE_S)
        self.counts.lost += self._waiting_entries
        if self.counts.lost:
            _log.error("entries of the audit log were lost", count=self.counts.lost, error=self.trouble)
        return self.counts

    async def _add(self, unit: Unit) -> None:
        async with self._door:
            while not self._is_closed and self._is_full(unit):
                self._room.clear()
                await self._room.wait()
            if self._is_closed:
                raise StoreTrouble("the writer of the audit store is closed")
            self._waiting_entries += len(unit.entries)
            self._waiting_bytes += unit.size_bytes
            self._queue.add(unit)

    def _is_full(self, unit: Unit) -> bool:
        """Say whether a unit must wait. One that is larger than all the room goes in alone."""
        return self._waiting_entries > 0 and (
            self._waiting_entries + len(unit.entries) > self._settings.max_entries
            or self._waiting_bytes + unit.size_bytes > self._settings.max_bytes
        )

    def _run(self) -> None:
        while units := self._queue.take(self._settings.entries_at_once, self._settings.linger_s):
            groups = [[Item(entry) for entry in unit.entries] for unit in units]
            self._committer.commit(groups)
            try:
                assert self._loop is not None  # noqa: S101 - set before the thread began
                self._loop.call_soon_threadsafe(self._settle, units, groups)
            except RuntimeError:  # the loop has ended, and nobody waits any more
                return

    def _settle(self, units: Sequence[Unit], groups: Sequence[Sequence[Item]]) -> None:
        items = [item for group in groups for item in group]
        for item in items:
            self._count(item)
        committed = [Committed(item.sequence, item.entry) for item in items if item.sequence is not None]
        if committed:
            _tell_callbacks(self._callbacks, committed)
        dropped = [item.entry for item in items if item.sequence is None and item.error is None]
        if dropped:
            _tell_callbacks(self._drop_callbacks, dropped)
        for unit, group in zip(units, groups, strict=True):
            self._waiting_entries -= len(unit.entries)
            self._waiting_bytes -= unit.size_bytes
            if unit.done is not None and not unit.done.done():
                _tell(unit.done, group)
        self._room.set()

    def _count(self, item: Item) -> None:
        if item.sequence is not None:
            self.counts.committed += 1
        elif item.error is None:
            self.counts.dropped += 1
        elif isinstance(item.error, StoreTrouble):
            self.counts.lost += 1
        else:
            self.counts.refused += 1


def _tell_callbacks(callbacks: Sequence[Callable[[Sequence[Told]], None]], told: Sequence[Told]) -> None:
    for callback in callbacks:
        try:
            callback(told)
        except Exception:  # those who wait for the commit are told all the same
            _log.exception("a listener to commits of the audit store failed")


def _tell(done: asyncio.Future[tuple[int | None, ...]], group: Sequence[Item]) -> None:
    error = next((item.error for item in group if item.error is not None), None)
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(tuple(item.sequence for item in group))
