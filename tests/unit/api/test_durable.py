"""Durable batches on the wire: wishes come back as they were made, and what is malformed is named."""

from __future__ import annotations

import threading
from collections import UserDict
from collections.abc import ItemsView, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from tests.support.entries import BEGAN_NS, begun, ended
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.asking import MAX_ASKER_CHARS, asker_of, trace_id_of
from verifierd.api.convert.batches import wishes_from_proto
from verifierd.api.convert.labels import MAX_LABELS, labels_from_proto
from verifierd.api.convert.listing import batch_list_from_proto
from verifierd.api.convert.standing import STATE_TO_PROTO, batch_to_proto, options_to_proto
from verifierd.api.durable_service import DurableVerifierService
from verifierd.audit.filters import BATCH_STATES, BatchFilter
from verifierd.audit.found import BatchRow
from verifierd.audit.pages import Asked, Page
from verifierd.durable.standing import Standing
from verifierd.errors import InvalidField
from verifierd.model import BatchOptions, Cluster, Verdict
from verifierd_client._reading import read_durable_batch

NEXT = "of the page before"
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Context:
    """A call's, as far as one can tell from it who asks."""

    def __init__(self, *metadata: tuple[str, Any], peer: str = "ipv4:127.0.0.1:4000") -> None:
        self._metadata = metadata
        self._peer = peer

    def peer(self) -> str:
        return self._peer

    def invocation_metadata(self) -> tuple[tuple[str, Any], ...]:
        return self._metadata


def standing(state: str = "running", **changes: Any) -> Standing:
    beginning = begun(is_durable=True, **changes)
    row = BatchRow(
        id=beginning.batch_id,
        sequence=1,
        request_id=beginning.request_id,
        tenant="",
        requested_by=beginning.asker.requested_by,
        trace_id=beginning.asker.trace_id,
        is_durable=True,
        is_held=False,
        state=state,
        cancel_reason=None,
        problem_id=beginning.problem_id,
        problem_sha256=beginning.problem_sha256,
        labels=beginning.labels,
        candidates_total=2,
        candidates_finished=1,
        verdict_counts={Verdict.ACCEPTED: 1},
        submitted_at_ns=beginning.submitted_at_ns,
        deadline_at_ns=beginning.deadline_at_ns,
        started_at_ns=None if state == "queued" else BEGAN_NS + 500,
        ended_at_ns=None,
        stop_reason=None,
        money_usd=None,
        cpu_time_ns=None,
        last_event_sequence=2,
    )
    return Standing(row, beginning, ended() if state == "finished" else None)


amounts = st.floats(1e-6, 1e6, allow_nan=False)


@given(
    st.builds(
        BatchOptions,
        stop_at_first_failure=st.booleans(),
        stop_after_accepted=st.integers(0, 9),
        cpu_budget_ns=st.integers(0, 10**12),
        money_budget_usd=st.just(0.0) | amounts,
        confidence=st.just(0.0) | st.floats(0.01, 0.99),
        lead_tail=st.just(0.0) | st.floats(0.01, 0.49),
        usd_per_resolved=st.just(0.0) | amounts,
        include_outputs=st.booleans(),
        fresh=st.booleans(),
    ),
    st.none() | st.integers(1, 10**12),
)
def test_options_come_back_as_they_were_wished(options: BatchOptions, time_budget_ns: int | None) -> None:
    deadline_at_ns = None if time_budget_ns is None else BEGAN_NS + time_budget_ns
    message = options_to_proto(begun(options=options, deadline_at_ns=deadline_at_ns))
    wishes = wishes_from_proto(message, "options")
    assert (wishes.options, wishes.time_budget_ns) == (options, time_budget_ns)


@pytest.mark.parametrize("state", BATCH_STATES)
def test_every_state_of_a_batch_is_told(state: str) -> None:
    message = batch_to_proto(standing(state))
    assert message.state == STATE_TO_PROTO[state] != wire.BATCH_STATE_UNSPECIFIED
    assert message.HasField("summary") == (state == "finished")
    assert message.HasField("started_at") == (state != "queued")
    assert (message.candidates_total, message.candidates_finished, message.last_sequence) == (2, 1, 2)
    assert (message.problem_digest.hash, dict(message.labels)) == (begun().problem_sha256, {"run": "7"})


def test_a_list_leaves_clusters_out_and_keeps_the_rest_of_a_summary() -> None:
    whole = batch_to_proto(standing("finished"))
    listed = batch_to_proto(standing("finished"), with_clusters=False)
    assert whole.summary.clusters
    whole.summary.ClearField("clusters")
    assert listed == whole
    assert not batch_to_proto(standing("queued"), with_clusters=False).HasField("summary")


class ReadInAThread(UserDict[Verdict, int]):
    """Counts of verdicts that the event loop must not have to read."""

    def items(self) -> ItemsView[Verdict, int]:
        assert threading.current_thread() is not threading.main_thread()
        return super().items()


class NeverRead(tuple[Cluster, ...]):
    """Clusters that are in nobody's list."""

    def __iter__(self) -> Iterator[Cluster]:
        raise AssertionError("they were read")


@pytest.mark.anyio
async def test_a_list_is_written_beside_the_event_loop_and_without_its_clusters() -> None:
    one = standing("finished")
    assert one.end is not None
    event = replace(one.end.event, clusters=NeverRead(one.end.event.clusters))
    one = replace(
        one,
        row=replace(one.row, verdict_counts=ReadInAThread(one.row.verdict_counts)),
        end=replace(one.end, event=event),
    )

    class Listed:
        async def page(self, wanted: BatchFilter, asked: Asked) -> Page[Standing]:
            return Page((one,), NEXT)

    records: Any = SimpleNamespace(durable=Listed(), submissions=None, store=None)
    others: Any = SimpleNamespace(fence_tags=())
    service = DurableVerifierService(others, others, others, others, records)
    answer = await service.ListBatches(wire.ListBatchesRequest(), Context())
    assert [batch.id for batch in answer.batches] == [one.row.id]
    assert answer.next_page_token == NEXT


@pytest.mark.parametrize("reason", [None, "", "seen enough"])
def test_why_a_batch_was_cancelled_comes_back_to_its_caller(reason: str | None) -> None:
    one = standing("finished")
    message = batch_to_proto(replace(one, row=replace(one.row, cancel_reason=reason)))
    assert read_durable_batch(message).cancel_reason == reason


@pytest.mark.anyio
@pytest.mark.parametrize("state", ["running", "finished"])
async def test_a_watch_beyond_the_newest_event_is_refused_and_told_its_number(
    state: str,
) -> None:
    class Kept:
        async def standing(self, batch_id: str, tenant: str = "") -> Standing:
            return standing(state)

    records: Any = SimpleNamespace(durable=Kept(), submissions=None, store=None)
    others: Any = SimpleNamespace(fence_tags=())
    service = DurableVerifierService(others, others, others, others, records)
    events = service.WatchBatch(wire.WatchBatchRequest(batch_id="b", after_sequence=3), Context())
    with pytest.raises(InvalidField, match="newest event of this batch, 2") as refused:
        await anext(events)
    assert refused.value.field == "after_sequence"


def test_what_of_a_batch_cannot_be_read_is_left_out_of_its_message() -> None:
    message = batch_to_proto(replace(standing("finished"), begun=None, end=None, unreadable="damaged"))
    assert not any(message.HasField(name) for name in ("options", "selection", "summary"))
    assert (message.state, message.problem_digest.hash) == (wire.BATCH_STATE_FINISHED, begun().problem_sha256)


def test_a_batch_without_a_single_result_has_one_event() -> None:
    fresh = standing("queued")
    fresh = replace(fresh, row=replace(fresh.row, last_event_sequence=0))
    assert batch_to_proto(fresh).last_sequence == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page_size", 0),
        ("page_size", 1001),
        ("states", [wire.BATCH_STATE_UNSPECIFIED]),
        ("states", [99]),
        ("problem_id", "\x1b[31m"),
        ("labels", {"": "empty name"}),
        ("labels", {f"n{number}": "" for number in range(MAX_LABELS + 1)}),
        ("submitted_from", Timestamp(seconds=1, nanos=-1)),
        ("submitted_until", Timestamp(seconds=1 << 60)),
    ],
)
def test_a_list_that_is_asked_for_in_a_malformed_way_names_the_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidField) as refused:
        batch_list_from_proto(wire.ListBatchesRequest(**{field: value}))
    assert refused.value.field.startswith(field)


def test_a_list_is_asked_for_by_all_of_its_fields() -> None:
    wanted, asked = batch_list_from_proto(
        wire.ListBatchesRequest(
            page_size=7,
            page_token=NEXT,
            states=[wire.BATCH_STATE_FINISHED, wire.BATCH_STATE_QUEUED],
            problem_id="p",
            labels={"b": "2", "a": "1"},
            submitted_from=Timestamp(seconds=1, nanos=5),
            submitted_until=Timestamp(seconds=-62_135_596_800),
        )
    )
    assert asked == Asked(7, NEXT)
    assert wanted.durable_only
    assert wanted.states == ("finished", "abandoned", "queued")
    assert wanted.labels == (("a", "1"), ("b", "2"))
    assert (wanted.submitted_from_ns, wanted.submitted_until_ns) == (1_000_000_005, -(1 << 63))
    assert batch_list_from_proto(wire.ListBatchesRequest())[1] == Asked()


@pytest.mark.parametrize(
    "labels", [{"name": "a\0b"}, {"x" * 65: ""}, {"name": "v" * 257}, {"line\nbreak": "value"}]
)
def test_labels_that_a_log_could_not_show_are_refused(labels: dict[str, str]) -> None:
    with pytest.raises(InvalidField, match="labels"):
        labels_from_proto(labels, "batch.labels")


@pytest.mark.parametrize(
    ("traceparent", "trace_id"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-extra", ""),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}-00f067aa0ba902b7-01\n", ""),
        (f"00-{TRACE}-00f067aa0ba902b7", ""),
        ("00-abc-def-01", ""),
        ("", ""),
        (b"\xff", ""),
    ],
)
def test_a_trace_id_is_taken_of_a_well_formed_traceparent_only(
    traceparent: str | bytes, trace_id: str
) -> None:
    assert trace_id_of(Context(("traceparent", traceparent))) == trace_id


def test_two_traceparents_are_none() -> None:
    header = ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")
    assert trace_id_of(Context(header, header)) == ""
    assert trace_id_of(Context()) == ""


def test_who_asks_is_told_short_and_printable() -> None:
    asker = asker_of(Context(("user-agent", "evil\x1b[31m" + "x" * 1000), peer="unix:"))
    assert asker.requested_by.startswith("unix: evil\ufffd[31mxxx")
    assert len(asker.requested_by) == MAX_ASKER_CHARS
    assert asker.tenant == ""
