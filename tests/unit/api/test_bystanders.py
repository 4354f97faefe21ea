"""Health checks and reflection: bounded and robust, since they ask nobody who they are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.unit.api.fakes import Serving
from verifierd.api.bystanders import MAX_STREAMS

pytestmark = pytest.mark.anyio

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
DAMAGED = b"\xff\xff\xff"


async def code_of(call: aio.UnaryUnaryCall | aio.UnaryStreamCall | aio.StreamStreamCall) -> grpc.StatusCode:  # type: ignore[type-arg]
    return await call.code()


async def test_a_damaged_message_is_its_sender_s_fault(served: Serving) -> None:
    channel = served.channel
    assert await code_of(channel.unary_unary(CHECK)(DAMAGED)) is grpc.StatusCode.INVALID_ARGUMENT
    assert await code_of(channel.unary_stream(WATCH)(DAMAGED)) is grpc.StatusCode.INVALID_ARGUMENT
    asked = channel.stream_stream(REFLECTION)(iter([DAMAGED]))
    assert await code_of(asked) is grpc.StatusCode.INVALID_ARGUMENT


async def test_streams_are_bounded_and_single_checks_go_through(served: Serving, tmp_path: Path) -> None:
    stub = health_pb2_grpc.HealthStub(served.channel)
    watching = [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(MAX_STREAMS)]
    await asyncio.gather(*(each.read() for each in watching))
    one_more = stub.Watch(health_pb2.HealthCheckRequest())
    assert await code_of(one_more) is grpc.StatusCode.RESOURCE_EXHAUSTED
    answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    for each in watching:
        each.cancel()
    while True:  # the server learns of it a moment later
        later = stub.Watch(health_pb2.HealthCheckRequest())
        if await later.read() is not aio.EOF:
            later.cancel()
            break
