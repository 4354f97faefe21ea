"""What a well-formed call gets: events in order, backpressure, cancellation; one log line for what fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from tests.unit.api.fakes import Serving, details_of, serving
from tests.unit.api.requests import good_request
from verifier.v1 import audit_service_pb2, audit_service_pb2_grpc, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.status_pb2 import ErrorInfo, RetryInfo
from verifierd.errors import Draining, InvalidField, QueueFull

pytestmark = pytest.mark.anyio


async def _events(served: Serving, request: wire.VerifyRequest) -> list[result_pb2.VerifyEvent]:
    return [response.event async for response in served.stub.Verify(request)]


async def test_a_batch_begins_accepted_and_ends_with_its_summary(served: Serving) -> None:
    events = await _events(served, good_request(3))
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds == ["batch_accepted", *["candidate_finished"] * 3, "batch_finished"]
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5]
    summary = events[-1].batch_finished.summary
    assert summary.batch_id == events[0].batch_accepted.batch_id
    assert [(count.verdict, count.count) for count in summary.verdict_counts] == [
        (result_pb2.VERDICT_ACCEPTED, 3)
    ]
    assert summary.cost.verification_usd == 0.25
    assert summary.cost.memory_gib_seconds == pytest.approx(1024 / 1e9)


async def test_absent_limits_are_the_defaults_and_the_wall_limit_follows_the_cpu_limit(
    served: Serving,
) -> None:
    request = good_request()
    request.batch.problem.limits.cpu_time.FromSeconds(5)
    await _events(served, request)
    limits = served.engine.batches[0].problem.limits
    assert limits.cpu_time_ns == 5_000_000_000
    assert limits.wall_time_ns == 17_000_000_000
    assert limits.memory_bytes == 1 << 30


async def test_a_kept_problem_is_named_by_its_digest(served: Serving) -> None:
    request = good_request()
    put = await served.stub.PutProblem(wire.PutProblemRequest(problem=request.batch.problem))
    again = await served.stub.PutProblem(wire.PutProblemRequest(problem=request.batch.problem))
    assert put.digest == again.digest
    request.batch.problem_digest.CopyFrom(put.digest)
    events = await _events(served, request)
    assert events[0].batch_accepted.problem_digest == put.digest
    assert served.engine.batches[0].problem.id == "sum"


async def test_an_open_batch_gives_verdicts_before_it_is_closed(served: Serving) -> None:
    closed = good_request(2)
    call: Any = served.stub.VerifyStream(None)
    await call.write(wire.VerifyStreamRequest(open=wire.OpenBatch(batch=closed.batch)))
    await call.write(wire.VerifyStreamRequest(candidate=closed.candidates[0]))
    accepted, first = await call.read(), await call.read()
    assert not accepted.event.batch_accepted.HasField("candidates_total")
    assert first.event.candidate_finished.result.candidate_id == "c0"
    await call.write(wire.VerifyStreamRequest(candidate=closed.candidates[1]))
    second = await call.read()
    assert second.event.candidate_finished.result.candidate_id == "c1"
    await call.done_writing()
    last = await call.read()
    assert last.event.WhichOneof("event") == "batch_finished"


async def test_candidates_are_read_no_faster_than_the_engine_takes_them(served: Serving) -> None:
    served.engine.hold = True
    opening = good_request(1)
    sent = 0

    async def messages() -> AsyncIterator[wire.VerifyStreamRequest]:
        nonlocal sent
        yield wire.VerifyStreamRequest(open=wire.OpenBatch(batch=opening.batch))
        for index in range(500):
            message = wire.VerifyStreamRequest(candidate=opening.candidates[0])
            message.candidate.id = str(index)
            message.candidate.source = b"#" * 60_000
            sent = index + 1
            yield message

    call = served.stub.VerifyStream(messages())
    await call.read()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call.read(), timeout=0.3)
    assert served.engine.candidates == []
    assert sent < 500


async def test_a_client_that_goes_away_cancels_its_batch(served: Serving) -> None:
    served.engine.hold = True
    with capture_logs() as logs:
        call = served.stub.Verify(good_request())
        await call.read()
        call.cancel()
        await asyncio.wait_for(served.engine.closed.wait(), timeout=10)
    assert len(await _alive(served)) == 4
    assert [log["event"] for log in logs] == ["call ended early"]


async def test_a_deadline_that_passes_cancels_the_batch(served: Serving) -> None:
    served.engine.hold = True
    with pytest.raises(aio.AioRpcError) as caught:
        async for _ in served.stub.Verify(good_request(), timeout=0.2):
            pass
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await asyncio.wait_for(served.engine.closed.wait(), timeout=10)


async def _alive(served: Serving) -> list[result_pb2.VerifyEvent]:
    served.engine.hold = False
    return await _events(served, good_request())


@pytest.mark.parametrize("rejection", [QueueFull(1.5), Draining(1.5)])
async def test_a_refusal_by_the_engine_says_when_to_come_back(
    served: Serving, rejection: QueueFull | Draining
) -> None:
    served.engine.fails_first = [rejection]
    with capture_logs() as logs, pytest.raises(aio.AioRpcError) as caught:
        await _events(served, good_request())
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    details = details_of(caught.value)
    assert RetryInfo.FromString(details["RetryInfo"]).retry_delay.ToMilliseconds() == 1500
    assert ErrorInfo.FromString(details["ErrorInfo"]).reason == rejection.reason
    assert [(log["event"], log["reason"]) for log in logs] == [("request rejected", rejection.reason)]


async def test_a_field_that_the_engine_refuses_is_named_from_the_requests_root(served: Serving) -> None:
    served.engine.fails_first = [InvalidField("checker.params[abs]", "it is -1", "0 or more")]
    with pytest.raises(aio.AioRpcError) as caught:
        await _events(served, good_request())
    assert "batch.problem.checker.params[abs]: it is -1" in (caught.value.details() or "")


async def test_a_fault_of_ours_is_an_id_to_the_caller_and_one_line_in_the_log(served: Serving) -> None:
    served.engine.fails_later = ValueError("secret inside")
    with capture_logs() as logs, pytest.raises(aio.AioRpcError) as caught:
        await _events(served, good_request())
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    words = str(caught.value.details())
    assert "secret" not in words
    assert "Traceback" not in words
    assert [log["event"] for log in logs] == ["request failed"]
    assert logs[0]["error_id"] in words
    served.engine.fails_later = None
    assert len(await _alive(served)) == 4


@pytest.mark.parametrize(
    ("method", "request_message"),
    [
        ("SubmitBatch", wire.SubmitBatchRequest()),
        ("GetBatch", wire.GetBatchRequest()),
        ("WatchBatch", wire.WatchBatchRequest()),
        ("CancelBatch", wire.CancelBatchRequest()),
        ("ListBatches", wire.ListBatchesRequest()),
    ],
)
async def test_methods_of_later_say_what_to_use_instead(
    served: Serving, method: str, request_message: wire.GetBatchRequest
) -> None:
    call = getattr(served.stub, method)(request_message)
    with pytest.raises(aio.AioRpcError) as caught:
        await (call.read() if hasattr(call, "read") else call)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "Verify" in (caught.value.details() or "")


async def test_the_audit_service_is_known_but_not_offered(served: Serving) -> None:
    stub = audit_service_pb2_grpc.AuditServiceStub(served.channel)
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.ListExecutions(audit_service_pb2.ListExecutionsRequest())
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.TailExecutions(audit_service_pb2.TailExecutionsRequest()).read()
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_health_serves_until_the_server_drains(served: Serving) -> None:
    stub = health_pb2_grpc.HealthStub(served.channel)
    request = health_pb2.HealthCheckRequest(service="verifier.v1.VerifierService")
    assert (await stub.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
    await served.server.drain()
    assert (await stub.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_free_port_is_told_after_the_start(one_loop: None, tmp_path: Path) -> None:
    async with serving(tmp_path, "127.0.0.1:0") as running:
        assert running.server.address.startswith("127.0.0.1:")
        assert not running.server.address.endswith(":0")
        assert len(await _events(running, good_request(1))) == 3
