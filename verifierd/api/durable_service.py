"""`VerifierService` of a server that keeps records: the methods about durable batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing
from dataclasses import replace
from typing import Any

from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.asking import asker_of
from verifierd.api.calls import principal_of, seen_tenant
from verifierd.api.convert.events import EventWriter, is_heavy
from verifierd.api.convert.fields import identifier, refuse_others
from verifierd.api.convert.listing import batch_list_from_proto
from verifierd.api.convert.standing import batch_to_proto, problem_digest_of
from verifierd.api.engine import Abilities, Engine, ProblemShelf
from verifierd.api.records import Records
from verifierd.api.requests import MAX_REQUEST_ID_CHARS
from verifierd.api.service import VerifierService
from verifierd.audit.pages import BadPageToken, Page
from verifierd.audit.unjudged import unjudged_candidates
from verifierd.durable.reaching import reached
from verifierd.durable.standing import Standing
from verifierd.errors import InvalidField
from verifierd.identity.metering import Metering

MAX_REASON_CHARS = 1024


class DurableVerifierService(VerifierService):
    """Verifies batches while their call lasts, and others that outlive it."""

    def __init__(
        self,
        engine: Engine,
        shelf: ProblemShelf,
        abilities: Abilities,
        metering: Metering,
        records: Records,
    ) -> None:
        """Serve with this engine, these problems, within these abilities and quotas; keep these records."""
        super().__init__(engine, shelf, abilities, metering, records)
        self._store = records.store
        self._durable = records.durable
        self._submissions = records.submissions

    async def SubmitBatch(self, request: wire.SubmitBatchRequest, context: Any) -> wire.SubmitBatchResponse:
        """Accept a durable batch."""
        principal = principal_of(context)
        name = await self._submissions.name(request, asker_of(context), principal)
        standing = await self._durable.repeated(name)
        if standing is None:
            submission = await self._submissions.submitted(request, name, principal)
            with await self._held(name.asker.tenant, submission.candidates_total):
                most = self._metering.most_candidates(name.asker.tenant)
                standing = await self._durable.submit(replace(submission, most_unjudged=most))
        return wire.SubmitBatchResponse(batch=await _written(standing))

    async def _held(self, tenant: str, candidates: int) -> AbstractContextManager[object]:
        """Hold candidates of a tenant until they are in the store, where they are counted from then on.

        Raises:
            QuotaExceeded: they are more than it may have at a time, or its CPU time of today is used up.
            RecordsUnavailable: the store cannot be read at the moment.
        """
        self._metering.check_cpu_time(tenant)
        others = 0
        if self._metering.most_candidates(tenant):
            others = await reached(unjudged_candidates, self._store, tenant)
        return self._metering.candidates(tenant, candidates, others)

    async def GetBatch(self, request: wire.GetBatchRequest, context: Any) -> wire.GetBatchResponse:
        """Say how a durable batch stands."""
        refuse_others(request, "", "batch_id")
        batch_id = identifier(request.batch_id, "batch_id")
        standing = await self._durable.standing(batch_id, principal_of(context).sees)
        return wire.GetBatchResponse(batch=await _written(standing))

    async def WatchBatch(
        self, request: wire.WatchBatchRequest, context: Any
    ) -> AsyncGenerator[wire.WatchBatchResponse, None]:
        """Tell a durable batch's events, to its end."""
        refuse_others(request, "", "batch_id", "after_sequence")
        batch_id = identifier(request.batch_id, "batch_id")
        if request.after_sequence < 0:
            raise InvalidField("after_sequence", f"it is {request.after_sequence}", "0 or more")
        standing = await self._durable.standing(batch_id, principal_of(context).sees)
        if request.after_sequence > standing.last_sequence:
            newest = standing.last_sequence
            why = f"it is {request.after_sequence}, beyond the newest event of this batch, {newest}"
            raise InvalidField("after_sequence", why, f"0 to {newest}")
        max_bytes = self._abilities.bounds.max_message_bytes // 2
        write = EventWriter(max_bytes, problem_digest_of(standing)).written
        async with aclosing(self._durable.events(batch_id, request.after_sequence)) as events:
            async for told in events:
                one = (told.event, told.sequence, told.occurred_at_ns)
                event = await asyncio.to_thread(write, *one) if is_heavy(told.event) else write(*one)
                yield wire.WatchBatchResponse(event=event)

    async def CancelBatch(self, request: wire.CancelBatchRequest, context: Any) -> wire.CancelBatchResponse:
        """End a durable batch early."""
        refuse_others(request, "", "request_id", "batch_id", "reason")
        identifier(request.request_id, "request_id", required=False, max_chars=MAX_REQUEST_ID_CHARS)
        batch_id = identifier(request.batch_id, "batch_id")
        reason = identifier(request.reason, "reason", required=False, max_chars=MAX_REASON_CHARS)
        await self._durable.standing(batch_id, principal_of(context).sees)  # or it is none of the caller's
        standing = await self._durable.cancel(batch_id, asker_of(context), reason)
        return wire.CancelBatchResponse(batch=await _written(standing))

    async def ListBatches(self, request: wire.ListBatchesRequest, context: Any) -> wire.ListBatchesResponse:
        """Tell which durable batches there are."""
        wanted, asked = batch_list_from_proto(request)
        wanted = replace(wanted, tenant=seen_tenant(principal_of(context), request.tenant, "tenant"))
        try:
            page = await self._durable.page(wanted, asked)
        except BadPageToken as error:
            allowed = "the next_page_token of a page of the same list, or none"
            raise InvalidField("page_token", str(error), allowed) from None
        return await asyncio.to_thread(_listed, page)


def _listed(page: Page[Standing]) -> wire.ListBatchesResponse:
    return wire.ListBatchesResponse(
        batches=[batch_to_proto(standing, with_clusters=False) for standing in page.items],
        next_page_token=page.next_token,
    )


async def _written(standing: Standing) -> wire.Batch:
    if standing.end is not None and is_heavy(standing.end.event):
        return await asyncio.to_thread(batch_to_proto, standing)
    return batch_to_proto(standing)
