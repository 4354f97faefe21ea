"""A fleet is seen as one thing: a trace goes through NATS into a worker's sandbox; both ends have metrics."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.integration.daemon.serving import Serving, serving
from tests.support.collector import collecting
from tests.support.nats_server import NatsServer, needs_nats
from verifierd_client import AsyncVerifier, Problem, StdioTest, Verdict
from verifierd_client.tracing import traced

pytestmark = [needs_nats, pytest.mark.anyio, pytest.mark.timeout(180)]

PROBLEM = Problem("doubles", tests=[StdioTest(f"{n}\n", f"{2 * n}\n") for n in range(3)])
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ENDPOINT = {"VERIFIERD_TELEMETRY__LISTEN": "127.0.0.1:0"}
BOUND_S = 120


def _samples(log: Path) -> dict[tuple[str, str], float]:
    """Every sample of the process that logs there, by its name and the values of its labels."""
    events: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines()]
    address = next(each["address"] for each in events if each["event"] == "telemetry_served")
    host, _, port = address.rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parsed(text)
        for sample in family.samples
    }


async def _verified(served: Serving) -> None:
    async with AsyncVerifier(served.address, timeout_s=60, retries=50) as verifier:
        with traced(f"00-{TRACE}-00f067aa0ba902b7-01"):
            result = await verifier.verify(PROBLEM, ["print(2 * int(input()))"])
    assert [each.verdict for each in result.results] == [Verdict.ACCEPTED]


async def test_a_trace_and_the_metrics_go_through_the_fleet(nats: NatsServer, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with collecting() as collector:
        environment = ENDPOINT | {
            "VERIFIERD_TELEMETRY__TRACES": collector.url,
            "VERIFIERD_JETSTREAM__SERVERS": nats.address,
            "VERIFIERD_SANDBOX__COUNT": "1",
        }
        with log.open("wb") as stderr:
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "verifierd", "worker", "--json"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=os.environ | environment,
            )
        try:
            assert worker.stdout is not None
            async with asyncio.timeout(BOUND_S):
                said = json.loads(await worker.stdout.readline())
                assert "worker" in said, said
                async with serving(**environment, VERIFIERD_EXECUTOR__KIND="jetstream") as served:
                    await _verified(served)
                    spans = await asyncio.to_thread(collector.spans, "batch", "run", "work", within_s=30)
                    front_end = await asyncio.to_thread(_samples, served.log)
                    at_work = await asyncio.to_thread(_samples, log)
        finally:
            worker.terminate()
            await worker.wait()
    work = next(each for each in spans if each.name == "work")
    batch = next(each for each in spans if each.name == "batch")
    assert {each.trace_id for each in spans} == {TRACE}
    assert work.parent == batch.span_id
    assert work.told["verifierd.runs_answered"] == 3
    assert batch.started_at_ns <= work.started_at_ns <= work.ended_at_ns
    assert front_end["verifierd_workers", "ready"] == 1
    assert front_end["verifierd_fleet_connected", ""] == 1
    assert front_end["verifierd_verdicts_total", "python,ACCEPTED"] == 1
    assert front_end["verifierd_ready", ""] == 1
    assert at_work["verifierd_work_seconds_count", "python"] == 1
    assert at_work["verifierd_stage_seconds_count", "transfer"] >= 1
    assert at_work["verifierd_slots", ""] == 1
    assert at_work["verifierd_ready", ""] == 1
