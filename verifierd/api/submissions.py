"""Durable batches between the wire and the store: a request as it is handed in, and as it is read again."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

from verifier.v1 import batch_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.calls import tenant_for
from verifierd.api.convert.problems import limits_to_proto
from verifierd.api.requests import RequestReader
from verifierd.audit.entries import Asker, BatchBegun
from verifierd.durable.submission import RequestName, Submission
from verifierd.identity.principals import ANYBODY, Principal
from verifierd.model import Batch, Candidate, Priority


class Submissions:
    """Reads requests by what this server allows, whether they come from a caller or from the store."""

    def __init__(self, reader: RequestReader) -> None:
        self._reader = reader

    async def name(
        self, message: wire.SubmitBatchRequest, asker: Asker, principal: Principal = ANYBODY
    ) -> RequestName:
        """Return what a request goes by, whatever else is in it. Raises InvalidField, PermissionDenied."""
        asker = replace(asker, tenant=tenant_for(principal, message.batch.tenant, "batch.tenant"))
        request_id = self._reader.request_id(message.request_id, "request_id", required=True)
        return RequestName(asker, request_id, await asyncio.to_thread(_sha256, message))

    async def submitted(
        self, message: wire.SubmitBatchRequest, name: RequestName, principal: Principal = ANYBODY
    ) -> Submission:
        """Return a batch of this name that may be accepted. The message is used up.

        Raises:
            InvalidField: something in it is wrong or not allowed.
            UnknownProblem: its digest names none of the tenant's.
        """
        priority = message.batch.options.priority
        read, candidates = await self._reader.closed(message, principal)
        request = await asyncio.to_thread(_without_problem, message)
        origin = replace(read.origin, asker=name.asker)
        batch = _in_no_hurry(read.batch, priority)
        return Submission(batch, len(candidates), origin, request, name.request_sha256)

    async def read(self, begun: BatchBegun) -> tuple[Batch, tuple[Candidate, ...]]:
        """Return the batch that was accepted, under its own id, deadline and rules, and its candidates.

        What the request left open is as this server filled it in then, whatever it would fill in today.

        Raises:
            RequestRejected: this server does not take it any longer.
        """
        message = await asyncio.to_thread(_parsed, begun)
        priority = message.batch.options.priority
        read, candidates = await self._reader.stored(message, begun.asker.tenant)
        batch = replace(
            _in_no_hurry(read.batch, priority),
            id=begun.batch_id,
            problem=replace(read.batch.problem, limits=begun.limits),
            options=begun.options,
            deadline_at_ns=begun.deadline_at_ns,
            selection=begun.selection,
        )
        return batch, candidates


def _in_no_hurry(batch: Batch, asked: batch_pb2.Priority.ValueType) -> Batch:
    """Return a batch for which nobody waits, unless its request says that somebody does."""
    return batch if asked else replace(batch, priority=Priority.BULK)


def _sha256(message: wire.SubmitBatchRequest) -> str:
    return hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()


def _without_problem(message: wire.SubmitBatchRequest) -> bytes:
    """Return the bytes of a request without the problem, which is kept by itself."""
    message.batch.ClearField("problem_source")
    return message.SerializeToString(deterministic=True)


def _parsed(begun: BatchBegun) -> wire.SubmitBatchRequest:
    message = wire.SubmitBatchRequest.FromString(begun.request)
    message.batch.problem.ParseFromString(begun.problem)
    # Its tests are to fit into the limits that it was accepted with, not into today's defaults.
    message.batch.problem.limits.CopyFrom(limits_to_proto(begun.limits))
    return message
