"""The events of durable batches, told from their records: with the same numbers and times each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakValueDictionary

from verifierd.audit.entries import BatchEnded, CandidateJudged
from verifierd.audit.errors import BlobError, RecordDamaged
from verifierd.audit.reading import batch_end, candidates_of
from verifierd.audit.store import Store
from verifierd.durable.reaching import reached
from verifierd.durable.standing import ACCEPTED_SEQUENCE, Standing, standing_of
from verifierd.errors import BatchFailed, Draining, UnknownBatch
from verifierd.model import BatchAccepted, BatchEvent, CandidateFinished
from verifierd.model.sizes import bytes_of

# What is read of the store at a time.
PAGE_EVENTS, PAGE_BYTES = 64, 4 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its number in the batch, from 1, and its time in epoch nanoseconds."""

    sequence: int
    occurred_at_ns: int
    event: BatchEvent


class _News:
    """Whether something more of a batch is in the store, for all who wait for it.

    What is read of the batch until then, by the number of the event that it comes after, is read once for all
    who are as far. It began after this was made, so what it missed is told here.
    """

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.readings: dict[int, asyncio.Task[tuple[BatchEnded | None, Sequence[Told]]]] = {}


class Watching:
    """Follows any number of batches for any number of watchers."""

    def __init__(self, store: Store, look_s: float | None = None) -> None:
        """Read the store where `wake` says so, and every `look_s` seconds; None: that is enough."""
        self._store = store
        self._look_s = look_s
        self._news: WeakValueDictionary[str, _News] = WeakValueDictionary()
        self._is_over = False

    def wake(self, batch_ids: Iterable[str]) -> None:
        """Wake those who watch these batches, of which something more is in the store."""
        for batch_id in batch_ids:
            if (news := self._news.pop(batch_id, None)) is not None:
                news.came.set()

    def stop(self) -> None:
        """Send all watchers away: they come back to the daemon's successor."""
        self._is_over = True
        for news in tuple(self._news.values()):
            news.came.set()

    async def events(self, batch_id: str, after: int) -> AsyncGenerator[Told, None]:
        """Yield a batch's events after the one with this number, as they come, to the last.

        Raises:
            UnknownBatch: there is no durable batch of this id.
            BatchFailed: it came to no end of its own.
            Draining: the daemon is shutting down.
            RecordsUnavailable: the store cannot be read at the moment.
        """
        standing = await self._standing(batch_id)
        if after < ACCEPTED_SEQUENCE:
            after, row = ACCEPTED_SEQUENCE, standing.row
            yield Told(after, row.submitted_at_ns, BatchAccepted(batch_id, row.candidates_total))
        while True:
            news = self._news.setdefault(batch_id, _News())
            end, page = await self._read(news, batch_id, after)
            for told in page:
                after = told.sequence
                yield told
            if end is not None and after >= end.event_sequence:
                return
            if not page and not self._is_over:  # else nobody will tell any more
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.came.wait(), self._look_s)
            if self._is_over:
                raise Draining

    async def _read(self, news: _News, batch_id: str, after: int) -> tuple[BatchEnded | None, Sequence[Told]]:
        """Return the next events and the end, if it is there; with others who are as far, where some are."""
        reading = news.readings.get(after)
        if reading is None:
            reading = news.readings[after] = asyncio.create_task(self._read_alone(batch_id, after))
            reading.add_done_callback(lambda done: _let_go(news, after, done))
        return await asyncio.shield(reading)

    async def _read_alone(self, batch_id: str, after: int) -> tuple[BatchEnded | None, Sequence[Told]]:
        end, page = await reached(_page, self._store, batch_id, after)
        if not page:
            await self._look_for_failure(batch_id)
        return end, page

    async def _look_for_failure(self, batch_id: str) -> None:
        standing = await self._standing(batch_id)
        if standing.row.state == "abandoned":
            raise BatchFailed(batch_id, standing.why_abandoned)

    async def _standing(self, batch_id: str) -> Standing:
        standing = await reached(standing_of, self._store, batch_id)
        if standing is None:
            raise UnknownBatch(batch_id)
        return standing


def _let_go(news: _News, after: int, done: asyncio.Task[tuple[BatchEnded | None, Sequence[Told]]]) -> None:
    """Keep nothing of what was read, which may be much; an error is of those who wait, if some do still."""
    del news.readings[after]
    if not done.cancelled():
        done.exception()


def _page(store: Store, batch_id: str, after: int) -> tuple[BatchEnded | None, Sequence[Told]]:
    """Return the batch's end, if it is there, and the next events.

    The end is looked for first: where it is there, so are all events before it. Those before a damaged
    record are returned first; who asks for it is told of the damage.
    """
    end = batch_end(store, batch_id)
    page, size_bytes = [], 0
    try:
        for judged in candidates_of(store, batch_id, after):
            page.append(_told(judged))
            size_bytes += _size_bytes(judged)
            if len(page) == PAGE_EVENTS or size_bytes >= PAGE_BYTES:
                return end, page
    except (RecordDamaged, BlobError):
        if not page:
            raise
        return end, page
    if end is not None and end.event_sequence > after:
        page.append(Told(end.event_sequence, end.occurred_at_ns, end.event))
    return end, page


def _told(judged: CandidateJudged) -> Told:
    extracted = judged.candidate.source if judged.candidate.is_extracted else None
    event = CandidateFinished(judged.result, judged.cost, extracted)
    return Told(judged.event_sequence, judged.occurred_at_ns, event)


def _size_bytes(judged: CandidateJudged) -> int:
    return sum(
        len(each.stdout) + len(each.stderr) + bytes_of(each.actual, PAGE_BYTES)
        for each in judged.result.executions
    )
