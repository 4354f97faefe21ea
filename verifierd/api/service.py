"""The methods of `VerifierService` about batches that last as long as their call: read, run, write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from verifier.v1 import result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceServicer
from verifierd.api.asking import asker_of
from verifierd.api.calls import principal_of
from verifierd.api.capabilities import capabilities_to_proto
from verifierd.api.convert.batches import digest_to_proto
from verifierd.api.convert.events import EventWriter, is_heavy
from verifierd.api.convert.fields import chosen, identifier, refuse_others, under
from verifierd.api.engine import Abilities, Engine, ProblemShelf
from verifierd.api.feed import CandidateFeed
from verifierd.api.requests import BatchRequest, RequestReader
from verifierd.errors import InvalidField
from verifierd.identity.metered import MeteredEngine
from verifierd.identity.metering import Metering
from verifierd.logs import bound_ids
from verifierd.model import Candidate

if TYPE_CHECKING:
    from verifierd.api.records import Records


class VerifierService(VerifierServiceServicer):
    """Verifies batches while their call lasts.

    Rejections leave as exceptions, which `Gatekeeper` turns into statuses.
    """

    def __init__(
        self,
        engine: Engine,
        shelf: ProblemShelf,
        abilities: Abilities,
        metering: Metering,
        records: Records | None = None,
    ) -> None:
        """Serve with this engine, these problems and within these abilities; keep records, if any.

        Batches are held against the quotas of `metering`.
        """
        self._engine = engine
        self._metering = metering
        self._abilities = abilities
        self._records = records
        self._reader = RequestReader(abilities, shelf, for_records=records is not None)

    async def Verify(
        self, request: wire.VerifyRequest, context: Any
    ) -> AsyncGenerator[wire.VerifyResponse, None]:
        """Run one closed batch."""
        read, candidates = await self._reader.closed(request, principal_of(context))
        async with aclosing(self._run(read, candidates, context)) as events:
            async for event in events:
                yield wire.VerifyResponse(event=event)

    async def VerifyStream(
        self, request_iterator: AsyncIterator[wire.VerifyStreamRequest], context: Any
    ) -> AsyncGenerator[wire.VerifyStreamResponse, None]:
        """Run one open batch, whose candidates are read as the engine asks for them."""
        messages = aiter(request_iterator)
        opening = await anext(messages, None)
        if opening is None or chosen(opening, "message[0]", "message") != "open":
            raise InvalidField("message[0]", "the stream does not begin with `open`", "open")
        path = "message[0].open"
        refuse_others(opening.open, path, "request_id", "batch", "expected_candidates")
        if opening.open.expected_candidates < 0:
            field = under(path, "expected_candidates")
            raise InvalidField(
                field, f"it is {opening.open.expected_candidates}", "0 or more, or leave it out"
            )
        request_id = self._reader.request_id(opening.open.request_id, under(path, "request_id"))
        spec_path, principal = under(path, "batch"), principal_of(context)
        read = await self._reader.batch(request_id, opening.open.batch, spec_path, principal)
        feed = CandidateFeed(
            messages, self._abilities, read, lambda candidate: self._engine.give_up(read.batch.id, candidate)
        )
        async with feed.reading(), aclosing(self._run(read, feed, context)) as events:
            async for event in events:
                yield wire.VerifyStreamResponse(event=event)

    async def PutProblem(self, request: wire.PutProblemRequest, context: Any) -> wire.PutProblemResponse:
        """Keep a problem."""
        refuse_others(request, "", "request_id", "problem")
        identifier(request.request_id, "request_id", required=False)
        if not request.HasField("problem"):
            raise InvalidField("problem", "it is not set", "a problem")
        digest = await self._reader.kept_problem(request.problem, "problem", principal_of(context).tenant)
        return wire.PutProblemResponse(digest=digest_to_proto(digest))

    async def GetCapabilities(
        self, request: wire.GetCapabilitiesRequest, context: Any
    ) -> wire.GetCapabilitiesResponse:
        """Say what this server can do."""
        return capabilities_to_proto(self._abilities)

    async def _run(
        self,
        request: BatchRequest,
        candidates: AsyncIterable[Candidate] | Sequence[Candidate],
        context: Any,
    ) -> AsyncGenerator[result_pb2.VerifyEvent, None]:
        """Yield the batch's events; being closed early closes the engine's work too.

        A field that the engine refuses is named from the problem's root; a candidate's from the request's.
        """
        feed = candidates if isinstance(candidates, CandidateFeed) else None
        write = EventWriter(self._abilities.bounds.max_message_bytes // 2, request.problem_digest).write
        run = self._engine_for(request, context).run(request.batch, candidates)
        with bound_ids(batch_id=request.batch.id):
            try:
                async with aclosing(run):
                    async for event in run:
                        yield await asyncio.to_thread(write, event) if is_heavy(event) else write(event)
            except Exception as error:
                if feed is not None and feed.rejection is not None:
                    raise feed.rejection from None
                if isinstance(error, InvalidField):
                    field = under("batch.problem", error.field)
                    raise InvalidField(field, error.problem, error.allowed) from None
                raise
        if feed is not None and feed.rejection is not None:
            raise feed.rejection

    def _engine_for(self, request: BatchRequest, context: Any) -> Engine:
        """Return the engine that runs a batch within its quota, and on record, where records are kept."""
        engine = self._engine
        if self._records is not None:
            asker = replace(asker_of(context), tenant=request.batch.tenant)
            engine = self._records.recorder.on_behalf_of(replace(request.origin, asker=asker))
        return MeteredEngine(engine, self._metering)
