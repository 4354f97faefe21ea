"""Requests for lists of batches to filters and pages."""

from __future__ import annotations

from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.fields import identifier, known_enum, refuse_others
from verifierd.api.convert.labels import labels_from_proto
from verifierd.api.convert.records import page_from_proto, timestamp_ns
from verifierd.audit.filters import BatchFilter
from verifierd.audit.pages import Asked
from verifierd.errors import InvalidField

STATES_FROM_PROTO = {
    wire.BATCH_STATE_QUEUED: ("queued",),
    wire.BATCH_STATE_RUNNING: ("running",),
    wire.BATCH_STATE_FINISHED: ("finished", "abandoned"),
}


def batch_list_from_proto(message: wire.ListBatchesRequest) -> tuple[BatchFilter, Asked]:
    """Return which durable batches are asked for, of whatever tenant, and which page of them.

    Raises:
        InvalidField: a value is out of range or not supported by this server.
    """
    refuse_others(
        message,
        "",
        *("page_size", "page_token", "states", "problem_id", "labels", "submitted_from", "submitted_until"),
        "tenant",
    )
    states: dict[str, None] = {}
    for index, state in enumerate(message.states):
        path = f"states[{index}]"
        known_enum(state, path, wire.BatchState.DESCRIPTOR)
        if state not in STATES_FROM_PROTO:
            raise InvalidField(path, "it is no state that a batch can have", "QUEUED, RUNNING or FINISHED")
        states.update(dict.fromkeys(STATES_FROM_PROTO[state]))
    wanted = BatchFilter(
        states=tuple(states),
        problem_id=identifier(message.problem_id, "problem_id", required=False),
        labels=BatchFilter.labelled(labels_from_proto(message.labels, "labels")),
        submitted_from_ns=_from_ns(message),
        submitted_until_ns=_until_ns(message),
        durable_only=True,
    )
    size = message.page_size if message.HasField("page_size") else None
    return wanted, page_from_proto(size, message.page_token)


def _from_ns(message: wire.ListBatchesRequest) -> int | None:
    given = message.HasField("submitted_from")
    return _stored(timestamp_ns(message.submitted_from, "submitted_from")) if given else None


def _until_ns(message: wire.ListBatchesRequest) -> int | None:
    given = message.HasField("submitted_until")
    return _stored(timestamp_ns(message.submitted_until, "submitted_until")) if given else None


def _stored(epoch_ns: int) -> int:
    """Return the nearest time that a store can hold: no batch was submitted beyond."""
    return min(max(epoch_ns, -(1 << 63)), (1 << 63) - 1)
