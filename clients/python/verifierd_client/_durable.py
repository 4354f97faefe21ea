"""The calls about durable batches: each safe to repeat, and repeated while the server cannot be reached."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import datetime

from verifier.v1 import verifier_service_pb2 as wire
from verifierd_client._arguments import labels_of, moment_of, request_id_of, states_of, text_of
from verifierd_client._calls import Patience, unary
from verifierd_client._candidates import Program, listed, write_candidate
from verifierd_client._connection import Connection
from verifierd_client._reading import read_durable_batch
from verifierd_client._writing import write_spec
from verifierd_client.durable import BatchState, DurableBatch
from verifierd_client.problems import Digest, Options, Problem
from verifierd_client.tracing import trace_metadata

PAGE_BATCHES = 100
_STATES = {
    BatchState.QUEUED: wire.BATCH_STATE_QUEUED,
    BatchState.RUNNING: wire.BATCH_STATE_RUNNING,
    BatchState.FINISHED: wire.BATCH_STATE_FINISHED,
}


def submission(
    problem: Problem | Digest,
    candidates: Iterable[Program],
    options: Options,
    labels: Mapping[str, str] | None,
    request_id: str | None,
) -> wire.SubmitBatchRequest:
    """Return the request for a durable batch. Raises NotAValue, NotACandidate, NotAnArgument, OutOfRange."""
    spec = write_spec(problem, options)
    spec.labels.update(labels_of(labels))
    return wire.SubmitBatchRequest(
        request_id=request_id_of(request_id),
        batch=spec,
        candidates=[write_candidate(each, index) for index, each in enumerate(listed(candidates))],
    )


async def submit(
    connection: Connection, patience: Patience, request: wire.SubmitBatchRequest
) -> DurableBatch:
    """Submit a batch. Raises VerifierError."""
    answer = await unary(
        connection,
        patience,
        lambda stub, left_s: stub.SubmitBatch.future(request, timeout=left_s, metadata=trace_metadata()),
    )
    return read_durable_batch(answer.batch)


async def get(connection: Connection, patience: Patience, batch_id: str) -> DurableBatch:
    """Look how a batch stands. Raises VerifierError."""
    request = wire.GetBatchRequest(batch_id=text_of(batch_id, "batch_id"))
    answer = await unary(
        connection,
        patience,
        lambda stub, left_s: stub.GetBatch.future(request, timeout=left_s, metadata=trace_metadata()),
    )
    return read_durable_batch(answer.batch)


async def cancel(connection: Connection, patience: Patience, batch_id: str, reason: str) -> DurableBatch:
    """Ask for a batch's end. Raises VerifierError."""
    request = wire.CancelBatchRequest(
        batch_id=text_of(batch_id, "batch_id"), reason=text_of(reason, "reason")
    )
    answer = await unary(
        connection,
        patience,
        lambda stub, left_s: stub.CancelBatch.future(request, timeout=left_s, metadata=trace_metadata()),
    )
    return read_durable_batch(answer.batch)


def listing(
    states: Iterable[BatchState],
    problem_id: str,
    labels: Mapping[str, str] | None,
    submitted_from: datetime | None,
    submitted_until: datetime | None,
) -> wire.ListBatchesRequest:
    """Return the request for the first page of a list. Raises NotAnArgument, OutOfRange."""
    request = wire.ListBatchesRequest(
        page_size=PAGE_BATCHES, problem_id=text_of(problem_id, "problem_id"), labels=labels_of(labels)
    )
    request.states.extend(_STATES[state] for state in states_of(states))
    for name, moment in (("submitted_from", submitted_from), ("submitted_until", submitted_until)):
        if moment is not None:
            getattr(request, name).FromDatetime(moment_of(moment, name))
    return request


async def batches(
    connection: Connection, patience: Patience, request: wire.ListBatchesRequest
) -> AsyncGenerator[DurableBatch, None]:
    """Yield the batches of a list, page after page. Raises VerifierError."""
    while True:
        answer = await unary(
            connection,
            patience,
            lambda stub, left_s: stub.ListBatches.future(request, timeout=left_s, metadata=trace_metadata()),
        )
        for batch in answer.batches:
            yield read_durable_batch(batch)
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token
