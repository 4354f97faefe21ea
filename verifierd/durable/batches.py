"""Durable batches as the API has them, and what a start and an end of the daemon are to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, TypeVar

from verifierd.audit import errors as audit
from verifierd.audit.bodies import batch_of
from verifierd.audit.entries import Asker, BatchBegun, CancelAsked, Committed, Entry
from verifierd.audit.filters import BatchFilter
from verifierd.audit.pages import Asked, Page
from verifierd.audit.store import Store
from verifierd.batches.recorded import Recorder, refuse_in_trouble
from verifierd.durable.dispatch import Dispatch
from verifierd.durable.reaching import reachable, reached
from verifierd.durable.standing import Standing, namesake, standing_of, standings
from verifierd.durable.submission import RequestName, Submission
from verifierd.durable.watching import Told, Watching
from verifierd.errors import Draining, QuotaExceeded, RequestIdTaken, UnknownBatch
from verifierd.logs import bound_ids, get_logger

Came = TypeVar("Came")

ROOM_S = 1.0  # after which one of a tenant's candidates may have its verdict


class DurableBatches:
    """The durable batches of one store; who runs which of them is up to `dispatch`."""

    def __init__(
        self, recorder: Recorder, store: Store, dispatch: Dispatch, look_s: float | None = None
    ) -> None:
        """Where others write to the store, too, watchers look by themselves every `look_s` seconds."""
        self._recorder = recorder
        self._store = store
        self._dispatch = dispatch
        self._watching = Watching(store, look_s)
        self._committing: set[asyncio.Task[Any]] = set()
        self._is_over = False
        self._log = get_logger(__name__)

    async def resume(self) -> None:
        """Go on with all that was accepted before this start, and close what died with its caller.

        Raises:
            StoreUnavailable: the store cannot be read at the moment.
        """
        await self._dispatch.resume(self._watching.wake)

    def committed(self, committed: Sequence[Committed]) -> None:
        """Take down what is in the store now; for `Writer.on_commit`."""
        batch_ids = {batch_of(each.entry) for each in committed} - {""}
        self._watching.wake(batch_ids)
        self._dispatch.committed(batch_ids)

    def dropped(self, entries: Sequence[Entry]) -> None:
        """Take down what the store did not take; for `Writer.on_drop`."""
        self._dispatch.dropped({batch_of(each) for each in entries})

    async def submit(self, submission: Submission) -> Standing:
        """Accept a batch; when this returns, it is in the store and will come to its end.

        Raises:
            RequestIdTaken: its request id names a batch with other contents.
            QuotaExceeded: its tenant's durable batches have as many candidates as they may.
            Draining: the daemon takes no new work.
            RecordsUnavailable: the store cannot be written at the moment.
        """
        if self._is_over:
            raise Draining
        refuse_in_trouble(self._recorder.scribe)
        begun = submission.entry(self._recorder.clock_ns())
        taken = await reached(namesake, self._store, begun)
        if taken is None:
            taken = await self._whoever_waits(self._accept(begun))
        if taken is None:
            return await self.standing(begun.batch_id)
        if taken.request_sha256 != begun.request_sha256:
            raise RequestIdTaken(begun.request_id, taken.batch_id)
        return await self.standing(taken.batch_id)

    async def repeated(self, name: RequestName) -> Standing | None:
        """Return how the batch stands that a submission of this name was accepted as; None: it is new.

        Raises:
            RequestIdTaken: its request id names a batch with other contents.
            RecordsUnavailable: the store cannot be read at the moment.
        """
        taken = await reached(namesake, self._store, name)
        if taken is None:
            return None
        if taken.request_sha256 != name.request_sha256:
            raise RequestIdTaken(name.request_id, taken.batch_id)
        return await self.standing(taken.batch_id)

    async def standing(self, batch_id: str, tenant: str = "") -> Standing:
        """Return how a batch of this tenant (empty: of any) stands. Raises UnknownBatch, RecordsUnavailable.

        One of another tenant is as unknown as one that there is not.
        """
        standing = await reached(standing_of, self._store, batch_id, tenant)
        if standing is None:
            raise UnknownBatch(batch_id)
        return standing

    async def page(self, wanted: BatchFilter, asked: Asked) -> Page[Standing]:
        """Return some batches, the newest first, each as far as its records can be read.

        Raises:
            BadPageToken: the token is none, or of another filter.
            RecordsUnavailable: the store cannot be read at the moment.
        """
        page = await reached(standings, self._store, wanted, asked)
        for standing in page.items:
            if standing.unreadable:
                self._log.warning("batch_unreadable", batch_id=standing.row.id, error=standing.unreadable)
        return page

    def events(self, batch_id: str, after: int) -> AsyncGenerator[Told, None]:
        """Yield a batch's events after the one with this number, as `Watching.events` does."""
        return self._watching.events(batch_id, after)

    async def cancel(self, batch_id: str, asker: Asker, reason: str) -> Standing:
        """Ask for a batch's end, unless it has ended or been asked already; return how it stands.

        Raises:
            UnknownBatch: there is no durable batch of this id.
            RecordsUnavailable: the store cannot be read or written at the moment.
        """
        standing = await self.standing(batch_id)
        if standing.is_finished:
            return standing
        if standing.row.cancel_reason is not None:
            self._dispatch.cancel(batch_id)  # once more: what is in the store holds
            return standing
        refuse_in_trouble(self._recorder.scribe)
        asked = CancelAsked(batch_id, self._recorder.clock_ns(), asker, reason)
        await self._whoever_waits(self._end(asked))
        return await self.standing(batch_id)

    async def stop(self) -> None:
        """Let go of everything: batches go on with where they stand after the next start."""
        self._is_over = True
        self._watching.stop()
        await self._dispatch.stop()

    async def _accept(self, begun: BatchBegun) -> audit.RequestIdTaken | None:
        """Store a batch and have it run; return who has its request id, where somebody was faster."""
        try:
            with reachable():
                await self._recorder.scribe.committed(begun)
        except audit.RequestIdTaken as taken:
            return taken
        except audit.TooManyUnjudged as full:
            raise QuotaExceeded(begun.asker.tenant, "concurrent_candidates", str(full), ROOM_S) from None
        with bound_ids(batch_id=begun.batch_id, trace_id=begun.asker.trace_id):
            self._log.info(
                "batch_accepted",
                request_id=begun.request_id,
                problem_id=begun.problem_id,
                candidates=begun.candidates_total,
            )
        if not self._is_over:
            self._dispatch.begin(begun.batch_id, begun.priority)
        return None

    async def _end(self, asked: CancelAsked) -> None:
        """Store that a batch's end was asked for, and end it."""
        with reachable():
            await self._recorder.scribe.committed(asked)
        with bound_ids(batch_id=asked.batch_id, trace_id=asked.asker.trace_id):
            who = asked.asker.requested_by
            self._log.info("batch_cancel_asked", reason=asked.reason, requested_by=who)
        self._dispatch.cancel(asked.batch_id)

    async def _whoever_waits(self, committing: Coroutine[Any, Any, Came]) -> Came:
        """Await what goes on when its caller has gone: what is on its way into the store has its effect."""
        task = asyncio.create_task(committing)
        self._committing.add(task)
        task.add_done_callback(self._committed)
        return await asyncio.shield(task)

    def _committed(self, committing: asyncio.Task[Any]) -> None:
        self._committing.discard(committing)
        if not committing.cancelled() and (error := committing.exception()) is not None:
            self._log.warning("durable_request_not_stored", error=str(error))  # its caller may have gone
