"""An observer is told of every call of the API once, with the code that the caller sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import grpc
import pytest
import structlog
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs

from tests.unit.api.fakes import ABILITIES, FakeEngine, FakeShelf
from tests.unit.api.requests import good_request
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.api.server import ApiServer, Door
from verifierd.errors import QueueFull
from verifierd.observing import Call, Observer

pytestmark = pytest.mark.anyio

VERIFY = "/verifier.v1.VerifierService/Verify"
TRACE, GIVEN = "ab" * 16, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Told(Call):
    """A call of a trace of its own."""

    trace_id = TRACE

    def __init__(self, codes: list[str]) -> None:
        self._codes = codes

    def ended(self, code: str) -> None:
        self._codes.append(code)


class Watching(Observer):
    """Writes down calls and their codes."""

    def __init__(self) -> None:
        self.began: list[tuple[str, str]] = []
        self.codes: list[str] = []
        self.over = 0

    @contextmanager
    def call(self, method: str, traceparent: str) -> Iterator[Call]:
        self.began.append((method, traceparent))
        try:
            yield Told(self.codes)
        finally:
            self.over += 1


class Scene:
    """A server that is watched."""

    def __init__(self, folder: Path) -> None:
        self.engine, self.observer = FakeEngine(), Watching()
        listen = f"unix:{folder}/api.sock"
        self.server = ApiServer(self.engine, FakeShelf(), ABILITIES, Door(listen), observer=self.observer)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[aio.Channel]:
        await self.server.start()
        try:
            async with aio.insecure_channel(self.server.address) as channel:
                yield channel
        finally:
            await self.server.stop(grace_s=0)

    async def is_over(self) -> None:
        async with asyncio.timeout(10):
            while not self.observer.over:  # noqa: ASYNC110 - the server's side of a call ends after the client's
                await asyncio.sleep(0.001)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_a_call_that_went_well(scene: Scene) -> None:
    async with scene.channel() as channel:
        metadata = (("traceparent", GIVEN),)
        async for _ in VerifierServiceStub(channel).Verify(good_request(), metadata=metadata):
            pass
        await scene.is_over()
    assert scene.observer.began == [(VERIFY, GIVEN)]
    assert scene.observer.codes == ["OK"]


async def test_a_unary_call_that_was_refused(scene: Scene) -> None:
    async with scene.channel() as channel:
        with pytest.raises(aio.AioRpcError):
            await VerifierServiceStub(channel).PutProblem(wire.PutProblemRequest())
        await scene.is_over()
    assert scene.observer.codes == ["INVALID_ARGUMENT"]


async def test_a_stream_that_was_refused_and_one_that_failed(scene: Scene) -> None:
    scene.engine.fails_first = [QueueFull(1.0, "full"), RuntimeError("a fault")]
    async with scene.channel() as channel:
        for code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL):
            with pytest.raises(aio.AioRpcError) as caught:
                async for _ in VerifierServiceStub(channel).Verify(good_request()):
                    pass
            assert caught.value.code() is code
        await scene.is_over()
    assert scene.observer.codes == ["UNAVAILABLE", "INTERNAL"]


async def test_a_client_that_goes_away(scene: Scene) -> None:
    scene.engine.hold = True
    async with scene.channel() as channel:
        call = VerifierServiceStub(channel).Verify(good_request())
        await call.read()
        call.cancel()
        await scene.is_over()
    assert scene.observer.codes == ["CANCELLED"]


async def test_a_deadline_that_passes(scene: Scene) -> None:
    scene.engine.hold = True
    async with scene.channel() as channel:
        with pytest.raises(aio.AioRpcError):
            async for _ in VerifierServiceStub(channel).Verify(good_request(), timeout=0.2):
                pass
        await scene.is_over()
    assert scene.observer.codes in (["DEADLINE_EXCEEDED"], ["CANCELLED"])  # as the server hears of it


async def test_what_is_logged_of_a_call_has_the_trace_that_the_observer_knows(scene: Scene) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with scene.channel() as channel:
            with pytest.raises(aio.AioRpcError):
                await VerifierServiceStub(channel).PutProblem(wire.PutProblemRequest())
    assert [(log["event"], log["trace_id"]) for log in logs] == [("request rejected", TRACE)]


async def test_health_checks_are_no_calls_of_the_api_and_say_what_they_are_told(scene: Scene) -> None:
    async with scene.channel() as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        serving, not_serving = (
            health_pb2.HealthCheckResponse.SERVING,
            health_pb2.HealthCheckResponse.NOT_SERVING,
        )
        for is_ready, status in ((True, serving), (False, not_serving), (True, serving)):
            await scene.server.tell_health(is_ready)
            assert (await stub.Check(health_pb2.HealthCheckRequest())).status == status
        await scene.server.drain()
        await scene.server.tell_health(True)
        assert (await stub.Check(health_pb2.HealthCheckRequest())).status == not_serving
    assert scene.observer.began == []
