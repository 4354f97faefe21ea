"""A daemon is seen from outside as it is: its metrics, its health, and where a candidate's time went."""

from __future__ import annotations

import asyncio
import json
import signal
from http.client import HTTPConnection
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.integration.daemon.serving import Serving, first_line, serving, start
from tests.support.collector import SpanSeen, collecting
from verifierd.audit.reading import batch_begun
from verifierd.audit.store import StoreSettings, open_store
from verifierd_client import AsyncVerifier, Problem, StdioTest, Verdict

pytestmark = pytest.mark.anyio

PROBLEM = Problem("doubles", tests=[StdioTest(f"{n}\n", f"{2 * n}\n") for n in range(3)])
RIGHT, WRONG = "print(2 * int(input()))", "print(0)"
ENDPOINT = {"VERIFIERD_TELEMETRY__LISTEN": "127.0.0.1:0", "VERIFIERD_SANDBOX__COUNT": "2"}


def _get(served: Serving, path: str) -> tuple[int, str]:
    address = next(each["address"] for each in served.events() if each["event"] == "telemetry_served")
    host, _, port = address.rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def _samples(served: Serving) -> dict[tuple[str, str], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    _, text = _get(served, "/metrics")
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parsed(text)
        for sample in family.samples
    }


async def _verify(served: Serving) -> None:
    async with AsyncVerifier(served.address, timeout_s=60) as verifier:
        candidates = [RIGHT, WRONG, RIGHT]
        result = await verifier.verify(PROBLEM, candidates)
    assert [each.verdict for each in result.results] == [
        Verdict.ACCEPTED,
        Verdict.WRONG_ANSWER,
        Verdict.ACCEPTED,
    ]


async def test_what_a_batch_did_is_in_the_metrics() -> None:
    async with serving(**ENDPOINT) as served:
        await _verify(served)
        samples = await asyncio.to_thread(_samples, served)
    assert samples["verifierd_verdicts_total", "python,ACCEPTED"] == 2
    assert samples["verifierd_verdicts_total", "python,WRONG_ANSWER"] == 1
    assert samples["verifierd_duplicate_candidates_total", ""] == 1
    assert samples["verifierd_executions_total", "python,ACCEPTED"] == 4  # the wrong one is right of 0
    assert samples["verifierd_execution_seconds_count", "python"] == 6
    for stage, count in {"queue": 2, "transfer": 2, "run": 2, "fork": 2, "judge": 2}.items():
        assert samples["verifierd_stage_seconds_count", stage] == count, stage
    assert samples["verifierd_batches_total", "completed"] == 1
    assert sum(samples["verifierd_sandboxes", state] for state in ("idle", "resetting")) == 2
    assert samples["verifierd_cost_cpu_seconds_total", ""] > 0
    assert samples["grpc_server_handled_total", "OK,Verify,verifier.v1.VerifierService"] == 1
    assert samples["verifierd_ready", ""] == 1


async def test_a_daemon_that_drains_is_not_ready_and_lives() -> None:
    async with serving(**ENDPOINT) as served, AsyncVerifier(served.address, timeout_s=60) as verifier:
        assert await asyncio.to_thread(_get, served, "/readyz") == (200, '{"not_ready": {}, "ready": true}\n')
        sleeper = "import time\ntime.sleep(1)\nprint(2 * int(input()))"
        running = asyncio.create_task(verifier.verify(PROBLEM, [sleeper]))
        while not (await asyncio.to_thread(_samples, served))["verifierd_running_candidates", ""]:
            pass  # until it runs
        served.signal(signal.SIGTERM)
        while (ready := await asyncio.to_thread(_get, served, "/readyz"))[0] == 200:
            pass  # until the signal is heard
        assert (ready[0], list(json.loads(ready[1])["not_ready"])) == (503, ["daemon"])
        assert await asyncio.to_thread(_get, served, "/healthz") == (200, "ok\n")
        async with grpc.aio.insecure_channel(served.address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            health = await stub.Check(health_pb2.HealthCheckRequest())
        assert health.status == health_pb2.HealthCheckResponse.NOT_SERVING
        await running
        assert await served.ended() == 0


async def test_an_address_of_telemetry_that_is_taken_stops_the_start(
    tmp_path: Path,
) -> None:
    async with serving(**ENDPOINT) as served:
        address = next(each["address"] for each in served.events() if each["event"] == "telemetry_served")
        environment = ENDPOINT | {"VERIFIERD_TELEMETRY__LISTEN": address}
        second = await start("--listen", f"unix:{tmp_path}/a.sock", log=tmp_path / "log", **environment)
        said = await first_line(second)
        assert await second.wait() == 3
    assert "telemetry.listen" in said["error"]["message"]


async def test_a_trace_goes_from_the_client_into_the_sandbox() -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    with collecting() as collector:
        sampler = TracerProvider(resource=Resource({"service.name": "sampler"}), shutdown_on_exit=False)
        sampler.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(collector.url)))
        environment = {"VERIFIERD_TELEMETRY__TRACES": collector.url, "VERIFIERD_SANDBOX__COUNT": "2"}
        async with serving(**environment) as served:
            with sampler.get_tracer("test").start_as_current_span("sample"):
                await _verify(served)
            spans = await asyncio.to_thread(collector.spans, "sample", "batch", "candidate", "run")
            logged = {each["trace_id"] for each in served.events() if "trace_id" in each}
        await asyncio.to_thread(sampler.shutdown)
    sample = next(each for each in spans if each.name == "sample")
    assert logged == {sample.trace_id} == {each.trace_id for each in spans}
    tree = _tree(spans)
    assert tree[""] == ["sample"]
    assert tree["sample"] == ["verifier.v1.VerifierService/Verify"]
    assert tree["verifier.v1.VerifierService/Verify"] == ["batch"]
    assert tree["batch"] == ["candidate"] * 3
    assert sorted(tree["candidate"]) == ["queue"] * 2 + ["run"] * 6
    assert all(each.started_at_ns <= each.ended_at_ns for each in spans)
    assert {each.service for each in spans} == {"sampler", "verifierd"}


async def test_a_durable_batch_is_in_the_trace_that_its_records_and_logs_name(tmp_path: Path) -> None:
    with collecting() as collector:
        environment = {
            "VERIFIERD_TELEMETRY__TRACES": collector.url,
            "VERIFIERD_AUDIT__DATABASE": str(tmp_path / "audit.db"),
        }
        async with serving(**environment) as served, AsyncVerifier(served.address, timeout_s=60) as verifier:
            batch = await verifier.submit(PROBLEM, [RIGHT])
            async with verifier.watch(batch.id) as watch:
                assert [each.verdict async for each in watch] == [Verdict.ACCEPTED]
            spans = await asyncio.to_thread(collector.spans, "batch", "run", within_s=30)
            logged = [each for each in served.events() if each["event"] in ("batch_accepted", "batch_ended")]
        trace_id = await asyncio.to_thread(_trace_on_record, tmp_path / "audit.db", batch.id)
    submitted = next(each for each in spans if each.name.endswith("/SubmitBatch"))
    ran = next(each for each in spans if each.name == "batch")
    assert ran.parent == submitted.span_id
    assert submitted.parent == ""  # the caller had no trace, so it is the daemon's own
    assert trace_id == submitted.trace_id
    assert {each["trace_id"] for each in logged} == {submitted.trace_id}
    assert len(logged) == 2


def _trace_on_record(database: Path, batch_id: str) -> str:
    store = open_store(StoreSettings(str(database)))
    begun = batch_begun(store, batch_id)
    store.close()
    assert begun is not None
    return begun.asker.trace_id


def _tree(spans: list[SpanSeen]) -> dict[str, list[str]]:
    """The names of spans by the name of what they hang below."""
    names = {each.span_id: each.name for each in spans} | {"": ""}
    tree: dict[str, list[str]] = {}
    for each in spans:
        tree.setdefault(names[each.parent], []).append(each.name)
    return tree
