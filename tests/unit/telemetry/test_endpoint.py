"""The endpoint answers machines whatever the event loop is at, and nobody holds it up."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed

from tests.unit.telemetry.readings import FULL
from verifierd.telemetry import endpoint
from verifierd.telemetry.collecting import ReadingCollector
from verifierd.telemetry.endpoint import Endpoint, LoopReader, serving
from verifierd.telemetry.errors import CannotListen
from verifierd.telemetry.reading import Reading

pytestmark = pytest.mark.anyio

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Served:
    """An endpoint, the registry that it serves, and what a reading gives."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.reading: Reading | Exception = FULL
        self.address = ""

    def read(self) -> Reading:
        if isinstance(self.reading, Exception):
            raise self.reading
        return self.reading

    async def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(self.get_now, path, method, **headers)

    def get_now(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        host, _, port = self.address.rpartition(":")
        connection = HTTPConnection(host, int(port), timeout=10)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read().decode()
        finally:
            connection.close()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    scene = Served()
    Counter("made_total", "For the test.", registry=scene.registry).inc(3)
    async with serving("127.0.0.1:0", scene.registry, scene.read) as scene.address:
        yield scene


async def test_metrics_are_counted_ones_and_those_of_a_reading(served: Served) -> None:
    status, kind, text = await served.get("/metrics")
    samples = {sample.name: sample.value for family in parsed(text) for sample in family.samples}
    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    assert samples["made_total"] == 3
    assert samples["verifierd_queue_candidates"] == FULL.load.candidates_waiting
    assert samples["verifierd_queue_age_seconds"] == pytest.approx(90)
    assert samples["process_start_time_seconds"] > 0


async def test_who_asks_for_openmetrics_gets_it(served: Served) -> None:
    _, kind, text = await served.get("/metrics", Accept=OPENMETRICS)
    assert kind.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")
    assert "verifierd_cache_hits" in {family.name for family in parsed_openmetrics(text)}  # type: ignore[no-untyped-call]


async def test_a_daemon_that_is_ready_says_so(served: Served) -> None:
    status, kind, text = await served.get("/readyz")
    assert (status, kind, json.loads(text)) == (200, "application/json", {"ready": True, "not_ready": {}})


async def test_a_daemon_that_is_not_ready_says_why_and_lives_all_the_same(served: Served) -> None:
    served.reading = Reading(1, "1.2.3", not_ready={"store": "its disk is full"})
    status, _, text = await served.get("/readyz")
    assert (status, json.loads(text)["not_ready"]) == (503, {"store": "its disk is full"})
    assert (await served.get("/healthz"))[::2] == (200, "ok\n")
    assert "\nverifierd_ready 0.0\n" in (await served.get("/metrics"))[2]


async def test_a_loop_that_hangs_is_told_and_what_was_counted_too(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "LOOP_ANSWERS_WITHIN_S", 0.05)
    hanging = asyncio.new_event_loop()  # nobody runs it
    reader = LoopReader(hanging, served.read)
    served.registry.register(ReadingCollector(reader.ask))
    second = Endpoint("127.0.0.1:0", served.registry, reader)
    second.start()
    served.address = second.address
    try:
        assert (await served.get("/healthz"))[::2] == (503, "the event loop did not answer within 0.05 s\n")
        assert (await served.get("/readyz"))[0] == 503
        assert "made_total 3.0" in (await served.get("/metrics"))[2]
    finally:
        await asyncio.to_thread(second.close)
        hanging.close()
    assert not [*ReadingCollector(reader.ask).collect()]


async def test_a_reading_that_fails_is_no_end_of_the_endpoint(served: Served) -> None:
    served.reading = ValueError("a fault")
    assert (await served.get("/healthz"))[0] == 503
    assert "made_total 3.0" in (await served.get("/metrics"))[2]
    served.reading = FULL
    assert (await served.get("/healthz"))[0] == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/readyz", 405)])
async def test_what_is_not_there_is_refused(served: Served, method: str, path: str, status: int) -> None:
    assert (await served.get(path, method))[0] == status


async def test_who_sends_nothing_is_cut_off_and_holds_nobody_up(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, port = served.address.rpartition(":")
    with monkeypatch.context() as impatient:
        impatient.setattr(endpoint, "CALL_WITHIN_S", 0.2)
        idle = [socket.create_connection((host, int(port)), 10) for _ in range(endpoint.CALLS_AT_A_TIME)]
        try:
            for each in idle:
                each.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
            began_s = time.monotonic()
            ended = await asyncio.to_thread(lambda: [each.recv(1 << 16) for each in idle])
            assert time.monotonic() - began_s < 5
            assert len(ended) == endpoint.CALLS_AT_A_TIME
        finally:
            for each in idle:
                each.close()
    assert await asyncio.wait_for(health_of(served), 30) == 200


async def health_of(served: Served) -> int:
    """Ask until there is a place: whoever was cut off hears of it before theirs is free."""
    while True:
        with suppress(ConnectionError):
            return (await served.get("/healthz"))[0]
        await asyncio.sleep(0.02)


async def test_who_comes_while_all_places_are_taken_is_turned_away(served: Served) -> None:
    host, _, port = served.address.rpartition(":")
    idle = [socket.create_connection((host, int(port)), 10) for _ in range(endpoint.CALLS_AT_A_TIME)]
    try:
        with socket.create_connection((host, int(port)), 10) as late:
            assert await asyncio.to_thread(late.recv, 1) == b""
    finally:
        for each in idle:
            each.close()


async def test_an_address_that_is_taken_is_named_with_what_to_do(served: Served) -> None:
    with pytest.raises(CannotListen, match=rf"{served.address}.*telemetry\.listen"):
        async with serving(served.address, CollectorRegistry(), served.read):
            raise AssertionError("two endpoints had one address")
