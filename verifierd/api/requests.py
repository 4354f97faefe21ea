"""Requests read whole: from a message to the batch it asks for and its candidates, all checked."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

from google.protobuf.message import DecodeError

from verifier.v1 import batch_pb2, problem_pb2, verifier_service_pb2
from verifierd.api.calls import tenant_for
from verifierd.api.convert.batches import digest_from_proto, wishes_from_proto
from verifierd.api.convert.candidates import candidate_from_proto
from verifierd.api.convert.fields import chosen, identifier, refuse_others, under
from verifierd.api.convert.labels import labels_from_proto
from verifierd.api.convert.problems import problem_from_proto
from verifierd.api.convert.selection import selection_from_proto
from verifierd.api.engine import Abilities, ProblemShelf
from verifierd.api.validate import (
    CandidateCheck,
    check_candidate_count,
    check_problem,
    check_test_count,
)
from verifierd.api.validate_stops import check_stop_rules
from verifierd.batches.problems import problem_digest
from verifierd.batches.recorded import NO_ORIGIN, Origin
from verifierd.errors import InvalidField, UnknownProblem
from verifierd.identity.principals import ALL_SCOPES, ANYBODY, Principal
from verifierd.model import Batch, Candidate, Digest, FilesTest, Priority, Problem, StdioTest, TestCase

MAX_REQUEST_ID_CHARS = 128
SMALL_BYTES, PART_BYTES = 1 << 14, 256  # a part takes time of its own, about as so many bytes


ClosedBatch = verifier_service_pb2.VerifyRequest | verifier_service_pb2.SubmitBatchRequest


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """A batch that may be run, the digest its problem was named by (None: given inline) and its size.

    Where records are kept, `origin` is what they say of where it comes from, but for who asks.
    """

    batch: Batch
    problem_digest: Digest | None
    problem_bytes: int
    origin: Origin = NO_ORIGIN


def _is_small(message: ClosedBatch) -> bool:
    """Tell whether a batch is read before a thread would begin to. Looks at one large part at most."""
    if message.batch.WhichOneof("problem_source") != "problem":
        return False  # the shelf may be in use
    left_bytes = SMALL_BYTES
    problem = message.batch.problem
    for part in chain(problem.tests, problem.probes.inputs, message.candidates):
        left_bytes -= PART_BYTES + part.ByteSize()
        if left_bytes < 0:
            return False
    return message.batch.ByteSize() <= SMALL_BYTES


def _size_bytes(message: problem_pb2.TestCase, test: TestCase) -> int:
    """Return about how many bytes a test takes. A message counts by writing itself, while all wait."""
    if isinstance(test.body, StdioTest):
        return len(test.body.stdin) + len(test.body.expected_stdout)
    if isinstance(test.body, FilesTest):
        given = sum(len(file.path) + len(file.content) for file in test.body.files)
        wanted = sum(len(each.path) + len(each.content or b"") for each in test.body.expected)
        return len(test.body.stdin) + given + wanted + len(test.body.expected_stdout or b"")
    return message.ByteSize()


class RequestReader:
    """Turns messages into batches and candidates by what this server allows.

    What grows with a message is done in a thread, unless it is small, since one message may hold seconds of
    work: the event loop serves everybody.
    """

    def __init__(
        self,
        abilities: Abilities,
        shelf: ProblemShelf,
        clock_ns: Callable[[], int] = time.time_ns,
        *,
        for_records: bool = False,
    ) -> None:
        """Read by these abilities; problems named by digest come from the shelf.

        `for_records`: records are kept, which labels and the problem's own message go into.
        """
        self._for_records = for_records
        self._abilities = abilities
        self._tags = abilities.fence_tags
        self._shelf = shelf
        self._shelf_in_use = threading.Lock()
        self._clock_ns = clock_ns

    async def closed(
        self, message: ClosedBatch, principal: Principal = ANYBODY
    ) -> tuple[BatchRequest, tuple[Candidate, ...]]:
        """Read a batch and all its candidates, as this caller sends it.

        Raises:
            InvalidField: something in it is wrong or not allowed.
            PermissionDenied: it names a tenant that the caller may not.
            UnknownProblem: its digest names none of the tenant's.
        """
        await self._fetch(message.batch, "batch", principal)
        if _is_small(message):
            return self._closed(message, principal)
        return await asyncio.to_thread(self._closed, message, principal)

    async def stored(
        self, message: verifier_service_pb2.SubmitBatchRequest, tenant: str = ""
    ) -> tuple[BatchRequest, tuple[Candidate, ...]]:
        """Read a tenant's batch that was accepted before, its problem put into it. Raises InvalidField.

        The problem takes no room from the candidates: it may have been named by its digest then.
        """
        accepted = Principal(tenant, ALL_SCOPES)
        return await asyncio.to_thread(self._closed, message, accepted, is_stored=True)

    async def batch(
        self,
        request_id: str,
        message: batch_pb2.BatchSpec,
        path: str,
        principal: Principal = ANYBODY,
    ) -> BatchRequest:
        """Read what a batch is about and its rules. Raises the same."""
        await self._fetch(message, path, principal)
        return await asyncio.to_thread(self._batch, request_id, message, path, principal)

    async def kept_problem(self, message: problem_pb2.Problem, path: str, tenant: str = "") -> Digest:
        """Read a problem and put it on the shelf as a tenant's. Raises InvalidField, QuotaExceeded."""
        digest = await asyncio.to_thread(self._read_and_kept, message, path, tenant)
        if self._shelf.exchange is not None:
            written = await asyncio.to_thread(message.SerializeToString, deterministic=True)
            await self._shelf.exchange.put(tenant, digest.hash, written)
        return digest

    def request_id(self, text: str, path: str, *, required: bool = False) -> str:
        """Read the caller's name for its request; empty where it gave none. Raises InvalidField."""
        return identifier(text, path, required=required, max_chars=MAX_REQUEST_ID_CHARS)

    async def _fetch(self, message: batch_pb2.BatchSpec, path: str, principal: Principal) -> None:
        """Have a problem on the shelf that is named and was put to another front end. Raises the same."""
        if self._shelf.exchange is None or message.WhichOneof("problem_source") != "problem_digest":
            return
        at = under(path, "problem_digest")
        tenant = tenant_for(principal, message.tenant, under(path, "tenant"))
        digest = digest_from_proto(message.problem_digest, at)
        try:
            self._kept(digest, tenant)
        except UnknownProblem:
            written = await self._shelf.exchange.get(tenant, digest.hash)
            if written is not None:
                with suppress(DecodeError, InvalidField):  # damaged, it is as good as not there
                    problem = await asyncio.to_thread(problem_pb2.Problem.FromString, written)
                    await asyncio.to_thread(self._read_and_kept, problem, at, tenant)

    def _closed(
        self, message: ClosedBatch, principal: Principal, *, is_stored: bool = False
    ) -> tuple[BatchRequest, tuple[Candidate, ...]]:
        refuse_others(message, "", "request_id", "batch", "candidates")
        is_durable = isinstance(message, verifier_service_pb2.SubmitBatchRequest)
        request_id = self.request_id(message.request_id, "request_id", required=is_durable)
        request = self._batch(request_id, message.batch, "batch", principal)
        if is_stored:
            request = replace(request, problem_bytes=0)
        return request, self._candidates(message.candidates, "candidates", request)

    def _batch(
        self, request_id: str, message: batch_pb2.BatchSpec, path: str, principal: Principal
    ) -> BatchRequest:
        kept = ("labels",) if self._for_records else ()
        refuse_others(message, path, "problem", "problem_digest", "options", "selection", "tenant", *kept)
        tenant = tenant_for(principal, message.tenant, under(path, "tenant"))
        source = chosen(message, path, "problem_source")
        digest, problem_bytes = None, 0
        if source == "problem":
            problem, problem_bytes = self._problem(message.problem, under(path, "problem"))
        else:
            digest = digest_from_proto(message.problem_digest, under(path, "problem_digest"))
            problem = self._kept(digest, tenant)
        labels = labels_from_proto(message.labels, under(path, "labels"))
        wishes = wishes_from_proto(message.options, under(path, "options"))
        selection = selection_from_proto(message.selection, under(path, "selection"), self._abilities)
        check_stop_rules(wishes.options, selection, problem, under(path, "options.stop_when"))
        budget_ns = wishes.time_budget_ns
        batch = Batch(
            id=uuid.uuid4().hex,
            request_id=request_id or uuid.uuid4().hex,
            problem=problem,
            options=wishes.options,
            deadline_at_ns=None if budget_ns is None else self._clock_ns() + budget_ns,
            selection=selection,
            tenant=tenant,
            priority=wishes.priority or Priority.INTERACTIVE,
        )
        if not self._for_records:
            return BatchRequest(batch, digest, problem_bytes)
        if digest is None:
            written = message.problem.SerializeToString(deterministic=True)
            origin = Origin(labels=labels, problem=written, problem_digest=problem_digest(problem))
        else:
            origin = Origin(labels=labels, problem=self._kept_message(digest, tenant), problem_digest=digest)
        return BatchRequest(batch, digest, problem_bytes, origin)

    def _problem(self, message: problem_pb2.Problem, path: str) -> tuple[Problem, int]:
        """Return a problem and how many bytes its tests take as messages. Raises InvalidField."""
        has_probes = message.HasField("probes")
        check_test_count(len(message.tests), under(path, "tests"), self._abilities, has_probes)
        problem = problem_from_proto(message, path, self._abilities.bounds)
        size_bytes = sum(map(_size_bytes, message.tests, problem.tests)) + message.probes.ByteSize()
        check_problem(problem, path, size_bytes, self._abilities)
        return problem, size_bytes

    def _read_and_kept(self, message: problem_pb2.Problem, path: str, tenant: str) -> Digest:
        problem, _ = self._problem(message, path)
        written = message.SerializeToString(deterministic=True) if self._for_records else b""
        with self._shelf_in_use:
            return self._shelf.put(problem, written, tenant)

    def _kept(self, digest: Digest, tenant: str) -> Problem:
        with self._shelf_in_use:
            return self._shelf.get(digest, tenant)

    def _kept_message(self, digest: Digest, tenant: str) -> bytes:
        with self._shelf_in_use:
            return self._shelf.message(digest, tenant)

    def _candidates(
        self, messages: Sequence[batch_pb2.Candidate], path: str, request: BatchRequest
    ) -> tuple[Candidate, ...]:
        check_candidate_count(len(messages), path, self._abilities)
        check = CandidateCheck(self._abilities, request.batch.problem, request.problem_bytes)
        candidates = []
        for index, message in enumerate(messages):
            at = f"{path}[{index}]"
            candidate = candidate_from_proto(message, at, self._abilities.bounds, self._tags)
            check.check(candidate, at)
            candidates.append(candidate)
        return tuple(candidates)
