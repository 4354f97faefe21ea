"""Health checks and reflection: bounded and robust, since they ask nobody who they are."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.unit.api.fakes import Serving
from verifierd.api.bystanders import MAX_STREAMS

pytestmark = pytest.mark.anyio

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
DAMAGED = b"\xff\xff\xff"


async def code_of(call: Any) -> grpc.StatusCode:
    code = await call.code()
    assert isinstance(code, grpc.StatusCode)
    return code


async def test_a_damaged_message_is_its_sender_s_fault(served: Serving) -> None:
    channel: Any = served.channel  # what its stubs ask for, it does without
    assert await code_of(channel.unary_unary(CHECK)(DAMAGED)) is grpc.StatusCode.INVALID_ARGUMENT
    assert await code_of(channel.unary_stream(WATCH)(DAMAGED)) is grpc.StatusCode.INVALID_ARGUMENT
    asked = channel.stream_stream(REFLECTION)(iter([DAMAGED]))
    assert await code_of(asked) is grpc.StatusCode.INVALID_ARGUMENT


async def test_streams_are_bounded_and_single_checks_go_through(served: Serving) -> None:
    stub: Any = health_pb2_grpc.HealthStub(served.channel)
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
        if isinstance(await later.read(), health_pb2.HealthCheckResponse):
            later.cancel()
            break
