"""`AuditService` over a real gRPC server: what it answers is what was recorded; wrong fields are named."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import aio

from tests.support.entries import BEGAN_NS, begun, execution, judged
from tests.support.filled import write
from tests.unit.api.fakes import details_of
from verifier.v1 import audit_service_pb2 as wire
from verifier.v1 import result_pb2
from verifier.v1.audit_service_pb2_grpc import AuditServiceStub, add_AuditServiceServicer_to_server
from verifier.v1.status_pb2 import BadRequest, ErrorInfo
from verifierd.api.around import Surrounded
from verifierd.api.audit_service import AuditService
from verifierd.api.gatekeeper import Gatekeeper
from verifierd.audit.schema import BLOBS, RECORDS
from verifierd.audit.store import Store
from verifierd.identity.recognition import open_to_all
from verifierd.model import Verdict

pytestmark = pytest.mark.anyio

MESSAGE_BYTES = 1 << 20
SOURCE = "print(input())  # needle\n"
UNKNOWN_VERDICT = wire.ListExecutionsRequest(filter=wire.ExecutionFilter(verdicts=[99]))  # type: ignore[list-item]


class Served:
    """A server over a store, and a stub of a client."""

    def __init__(self, store: Store, service: AuditService, stub: Any) -> None:
        self.store = store
        self.service = service
        self.stub = stub


@pytest.fixture(scope="session")
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield


@pytest.fixture
async def served(one_loop: None, store: Store, tmp_path: Path) -> AsyncIterator[Served]:
    """A store with one batch of two candidates, of two tests each."""
    entries = (
        begun(),
        judged(0, source=SOURCE),
        judged(1, verdict=Verdict.WRONG_ANSWER, executions=_executions()),
    )
    await asyncio.to_thread(write, store, *entries)
    server, gatekeeper = aio.server(), Gatekeeper(MESSAGE_BYTES, open_to_all(), 60.0)
    service = AuditService(store, MESSAGE_BYTES)
    add_AuditServiceServicer_to_server(service, Surrounded(server, gatekeeper.around))  # type: ignore[arg-type]
    address = f"unix:{tmp_path}/audit.sock"
    server.add_insecure_port(address)
    await server.start()
    try:
        async with aio.insecure_channel(address) as channel:
            yield Served(store, service, AuditServiceStub(channel))
    finally:
        await server.stop(0)
        await service.close()


def _executions() -> tuple[Any, ...]:
    return (
        execution("t0", Verdict.WRONG_ANSWER, actual=([1, (2, "x")],), stdout=b"\xff\x1b[31m"),
        execution("t1", Verdict.ACCEPTED, stderr=b"oh", stderr_total_bytes=70),
    )


async def _refusal(call: Any) -> aio.AioRpcError:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_list_has_records_the_newest_first_with_hashes_and_without_outputs(served: Served) -> None:
    answer = await served.stub.ListExecutions(wire.ListExecutionsRequest())
    assert [each.id for each in answer.records] == ["3.1", "3.0", "2.1", "2.0"]
    assert answer.next_page_token == ""
    first = answer.records[1]
    with served.store.reading() as connection:
        row = connection.execute(sa.select(RECORDS).where(RECORDS.c.sequence == 3)).one()
    assert (first.sequence, first.previous_hash, first.hash) == (3, row.previous_hash, row.hash)
    assert first.recorded_at.ToNanoseconds() == BEGAN_NS + 2_000_000
    assert (first.batch_id, first.problem_id, first.candidate_id) == ("batch", "HumanEval/0", "c1")
    assert first.problem_digest.hash == begun().problem_sha256
    assert first.limits.memory_bytes == begun().limits.memory_bytes
    assert (first.tenant, first.requested_by) == ("lab", "ipv4:127.0.0.1:4000")
    assert first.trace_id == begun().asker.trace_id
    assert first.result.verdict == result_pb2.VERDICT_WRONG_ANSWER
    assert first.result.worker_id == "worker-1"
    assert (first.result.stdout.content, first.result.stdout.truncated) == (b"", True)
    assert not first.result.HasField("actual")


async def test_one_record_comes_with_its_source_and_outputs(served: Served) -> None:
    answer = await served.stub.GetExecution(wire.GetExecutionRequest(id="3.0"))
    assert answer.source == judged(1).candidate.source.encode()
    assert answer.record.result.stdout.content == b"\xff\x1b[31m"
    assert len(answer.record.result.actual.list_value.items) == 2
    assert (await served.stub.GetExecution(wire.GetExecutionRequest(id="2.0"))).source == SOURCE.encode()


@pytest.mark.parametrize("name", ["", "9.0", "3.2", "3", "3.x", "03.0", "batch", "1" * 400, "\x1b[31m.0"])
async def test_an_id_of_nothing_is_not_found(served: Served, name: str) -> None:
    error = await _refusal(served.stub.GetExecution(wire.GetExecutionRequest(id=name)))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert ErrorInfo.FromString(details_of(error)["ErrorInfo"]).reason == "UNKNOWN_EXECUTION"
    assert "\x1b" not in (error.details() or "")


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (wire.ExecutionFilter(batch_id="batch", candidate_id="c0"), ["2.1", "2.0"]),
        (wire.ExecutionFilter(problem_id="other"), []),
        (wire.ExecutionFilter(test_id="t1"), ["3.1", "2.1"]),
        (wire.ExecutionFilter(verdicts=[result_pb2.VERDICT_WRONG_ANSWER]), ["3.0"]),
        (wire.ExecutionFilter(text="NEEDLE"), ["2.1", "2.0"]),
        (wire.ExecutionFilter(sandbox_id="sandbox-3", worker_id="worker-1", language="cpp17"), []),
        (wire.ExecutionFilter(recorded_from=Timestamp(seconds=253_402_300_799)), []),
        (wire.ExecutionFilter(recorded_until=Timestamp(seconds=-62_135_596_800)), []),
        (wire.ExecutionFilter(recorded_from=Timestamp(seconds=1)), ["3.1", "3.0", "2.1", "2.0"]),
    ],
)
async def test_a_filter_keeps_what_matches_all_of_it(
    served: Served, wanted: wire.ExecutionFilter, names: list[str]
) -> None:
    answer = await served.stub.ListExecutions(wire.ListExecutionsRequest(filter=wanted))
    assert [each.id for each in answer.records] == names


async def test_pages_go_on_where_the_one_before_ended(served: Served) -> None:
    names, token = [], ""
    for _ in range(4):
        request = wire.ListExecutionsRequest(page_size=1, page_token=token)
        answer = await served.stub.ListExecutions(request)
        names += [each.id for each in answer.records]
        token = answer.next_page_token
    assert names == ["3.1", "3.0", "2.1", "2.0"]
    assert token == ""


async def test_a_page_that_a_message_has_no_room_for_ends_early(served: Served) -> None:
    wide = tuple(execution(f"t{number}", detail="x" * 100_000) for number in range(8))
    await asyncio.to_thread(write, served.store, judged(2, executions=wide))
    names, token, pages = [], "", 0
    while pages == 0 or token:
        answer = await served.stub.ListExecutions(
            wire.ListExecutionsRequest(page_token=token, filter=wire.ExecutionFilter(candidate_id="c2"))
        )
        assert answer.ByteSize() < MESSAGE_BYTES
        names += [each.id for each in answer.records]
        token, pages = answer.next_page_token, pages + 1
    assert names == [f"4.{place}" for place in reversed(range(8))]
    assert pages > 1


@pytest.mark.parametrize(
    ("request_message", "field"),
    [
        (wire.ListExecutionsRequest(page_size=0), "page_size"),
        (wire.ListExecutionsRequest(page_size=1001), "page_size"),
        (wire.ListExecutionsRequest(page_token="nonsense"), "page_token"),  # noqa: S106
        (wire.ListExecutionsRequest(page_token="WyJhIiwxXQ"), "page_token"),  # noqa: S106
        (wire.ListExecutionsRequest(page_token="=" * 5000), "page_token"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(tenant="lab")), "filter.tenant"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(batch_id="\x00")), "filter.batch_id"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(test_id="x" * 257)), "filter.test_id"),
        (
            wire.ListExecutionsRequest(
                filter=wire.ExecutionFilter(
                    verdicts=[result_pb2.VERDICT_ACCEPTED, result_pb2.VERDICT_UNSPECIFIED]
                )
            ),
            "filter.verdicts[1]",
        ),
        (UNKNOWN_VERDICT, "filter.verdicts[0]"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(text=" !? ")), "filter.text"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(text="x" * 1001)), "filter.text"),
        (wire.ListExecutionsRequest(filter=wire.ExecutionFilter(text="needle n*")), "filter.text"),
        (
            wire.ListExecutionsRequest(filter=wire.ExecutionFilter(recorded_from=Timestamp(nanos=-1))),
            "filter.recorded_from",
        ),
        (
            wire.ListExecutionsRequest(
                filter=wire.ExecutionFilter(recorded_until=Timestamp(seconds=1 << 60))
            ),
            "filter.recorded_until",
        ),
        (wire.VerifyRecordsRequest(first_sequence=0), "first_sequence"),
        (wire.VerifyRecordsRequest(last_sequence=-1), "last_sequence"),
        (wire.VerifyRecordsRequest(first_sequence=5, last_sequence=4), "last_sequence"),
    ],
)
async def test_a_wrong_field_is_named(served: Served, request_message: Any, field: str) -> None:
    name = type(request_message).__name__.removesuffix("Request")
    error = await _refusal(getattr(served.stub, name)(request_message))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    violations = BadRequest.FromString(details_of(error)["BadRequest"]).field_violations
    assert [each.field for each in violations] == [field]


async def test_a_token_of_another_filter_is_refused(served: Served) -> None:
    answer = await served.stub.ListExecutions(wire.ListExecutionsRequest(page_size=1))
    other = wire.ListExecutionsRequest(
        page_token=answer.next_page_token, filter=wire.ExecutionFilter(batch_id="batch")
    )
    error = await _refusal(served.stub.ListExecutions(other))
    assert "another filter" in (error.details() or "")


async def test_a_damaged_record_takes_no_other_with_it(served: Served) -> None:
    with served.store.writing() as connection:
        connection.execute(sa.update(RECORDS).where(RECORDS.c.sequence == 3).values(body=b"junk"))
    answer = await served.stub.ListExecutions(wire.ListExecutionsRequest())
    assert [each.id for each in answer.records] == ["3.1", "3.0", "2.1", "2.0"]
    assert "record 3 of the audit store is damaged" in answer.records[0].result.detail
    assert answer.records[0].result.verdict == result_pb2.VERDICT_ACCEPTED
    assert answer.records[2].result.detail == ""
    error = await _refusal(served.stub.GetExecution(wire.GetExecutionRequest(id="3.0")))
    assert error.code() is grpc.StatusCode.DATA_LOSS
    assert "record 3" in (error.details() or "")
    await served.stub.GetExecution(wire.GetExecutionRequest(id="2.0"))


async def test_a_missing_program_is_absent_and_missing_outputs_are_told(served: Served) -> None:
    with served.store.reading() as connection:
        rows = connection.execute(sa.text("SELECT source_blob, outputs_blob FROM candidates")).all()
    with served.store.writing() as connection:
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == rows[0].source_blob))
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == rows[1].outputs_blob))
    answer = await served.stub.GetExecution(wire.GetExecutionRequest(id="2.0"))
    assert not answer.HasField("source")
    error = await _refusal(served.stub.GetExecution(wire.GetExecutionRequest(id="3.0")))
    assert error.code() is grpc.StatusCode.DATA_LOSS
    assert rows[1].outputs_blob in (error.details() or "")


async def test_a_tail_begins_after_a_record_and_goes_on_with_what_is_recorded_next(served: Served) -> None:
    call = served.stub.TailExecutions(
        wire.TailExecutionsRequest(after_sequence=2, filter=wire.ExecutionFilter(test_id="t1"))
    )
    assert (await call.read()).record.id == "3.1"
    await asyncio.to_thread(write, served.store, judged(2))
    served.service.tell_news()
    assert (await asyncio.wait_for(call.read(), 10)).record.id == "4.1"
    call.cancel()


async def test_a_tail_from_now_sends_nothing_that_was_there_before(served: Served) -> None:
    call = served.stub.TailExecutions(wire.TailExecutionsRequest())
    reading = asyncio.ensure_future(call.read())
    for position in range(2, 40):  # until one is recorded after the call began
        await asyncio.to_thread(write, served.store, judged(position))
        served.service.tell_news()
        done, _ = await asyncio.wait({reading}, timeout=0.2)
        if done:
            break
    response = await reading
    assert response.record.sequence > 3
    call.cancel()


async def _exported(served: Served, request: wire.ExportExecutionsRequest) -> bytes:
    return b"".join([each.data async for each in served.stub.ExportExecutions(request)])


async def test_an_export_has_every_record_that_matches_the_oldest_first(served: Served) -> None:
    file = await _exported(served, wire.ExportExecutionsRequest(include_blobs=True))
    rows = [json.loads(line) for line in file.splitlines()]
    assert [row["id"] for row in rows] == ["2.0", "2.1", "3.0", "3.1"]
    assert rows[0]["source"] == SOURCE
    assert rows[2]["stdout"] == {"$bytes": "/xtbMzFt"}
    assert json.loads(rows[2]["actual"]) == [1, {"$tuple": [2, "x"]}]
    assert rows[0]["recorded_at"] == "2027-01-15T08:00:00.001000000Z"
    assert all(row["lost"] is None for row in rows)
    wanted = wire.ExecutionFilter(verdicts=[result_pb2.VERDICT_WRONG_ANSWER])
    file = await _exported(served, wire.ExportExecutionsRequest(filter=wanted))
    (row,) = map(json.loads, file.splitlines())
    assert row["id"] == "3.0"
    assert "source" not in row


async def test_an_export_as_parquet_has_the_same_rows(served: Served) -> None:
    parquet = await asyncio.to_thread(pytest.importorskip, "pyarrow.parquet")
    request = wire.ExportExecutionsRequest(format=wire.EXPORT_FORMAT_PARQUET, include_blobs=True)
    file = io.BytesIO(await _exported(served, request))
    rows = await asyncio.to_thread(lambda: parquet.read_table(file).to_pylist())
    assert [row["id"] for row in rows] == ["2.0", "2.1", "3.0", "3.1"]
    assert rows[2]["stdout"] == b"\xff\x1b[31m"
    assert rows[3]["stderr_total_bytes"] == 70
    assert rows[0]["limits"]["memory_bytes"] == begun().limits.memory_bytes


async def test_an_export_in_an_unknown_format_names_the_field(served: Served) -> None:
    request = wire.ExportExecutionsRequest(format=17)  # type: ignore[arg-type]
    error = await _refusal(served.stub.ExportExecutions(request).read())
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "format" in (error.details() or "")


async def test_verifying_names_the_record_that_was_changed(served: Served) -> None:
    answer = await served.stub.VerifyRecords(wire.VerifyRecordsRequest())
    assert (answer.records_checked, list(answer.faults)) == (3, [])
    with served.store.writing() as connection:
        connection.execute(sa.update(RECORDS).where(RECORDS.c.sequence == 2).values(batch_id="other"))
    answer = await served.stub.VerifyRecords(wire.VerifyRecordsRequest())
    assert 2 in {each.sequence for each in answer.faults}
    answer = await served.stub.VerifyRecords(wire.VerifyRecordsRequest(first_sequence=3))
    assert answer.records_checked == 1


async def test_a_store_that_is_gone_is_unavailable(served: Served) -> None:
    gone = replace_engine(served.store)
    error = await _refusal(served.stub.ListExecutions(wire.ListExecutionsRequest()))
    served.store.engine = gone
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "RetryInfo" in details_of(error)
    await served.stub.ListExecutions(wire.ListExecutionsRequest())


def replace_engine(store: Store) -> sa.Engine:
    """Let a store look for its database where there is none; return what it was."""
    engine, store.engine = store.engine, sa.create_engine("sqlite:////nonexistent/audit.db")
    return engine
