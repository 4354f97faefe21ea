"""Who behaves is refused nothing: not with a thousand streams at once, not where floods come from as well."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
from grpc import aio

from tests.security.callers.abuse import abuse
from tests.unit.api.fakes import ABILITIES, FakeEngine, FakeShelf
from tests.unit.api.requests import good_request
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.api.server import ApiServer, Door

pytestmark = pytest.mark.anyio

STREAMS, ABUSED_S, IDLE_STREAMS = 1000, 3.0, 200
CLIENTS, OWN_CONNECTION = 6, (("grpc.use_local_subchannel_pool", 1),)


async def test_a_thousand_streams_of_one_connection_end_well_beside_floods_from_their_address() -> None:
    server = ApiServer(FakeEngine(), FakeShelf(), ABILITIES, Door("127.0.0.1:0"))
    await server.start()
    try:
        abusing = asyncio.create_task(abuse(server.address, ("", ""), ABUSED_S, IDLE_STREAMS, seed=1))
        async with aio.insecure_channel(server.address) as channel:
            stub: Any = VerifierServiceStub(channel)
            calls = [stub.VerifyStream() for _ in range(STREAMS)]
            asked = good_request(candidates=1)
            opening = wire.VerifyStreamRequest(open=wire.OpenBatch(batch=asked.batch))
            await asyncio.gather(*(call.write(opening) for call in calls))
            candidate = wire.VerifyStreamRequest(candidate=asked.candidates[0])
            codes = await asyncio.gather(*(ended(call, candidate) for call in calls))
            assert set(codes) == {grpc.StatusCode.OK}
        assert (await abusing)["attacks"]
    finally:
        await server.stop(0)


async def test_six_clients_with_a_thousand_calls_each_at_once_are_answered_all_of_them() -> None:
    server = ApiServer(FakeEngine(), FakeShelf(), ABILITIES, Door("127.0.0.1:0"))
    await server.start()
    try:
        with ExitStack() as stack:
            calls: list[Any] = []
            for _ in range(CLIENTS):
                channel = grpc.insecure_channel(server.address, options=OWN_CONNECTION)
                stub: Any = VerifierServiceStub(stack.enter_context(channel))
                await asyncio.to_thread(stub.GetCapabilities, wire.GetCapabilitiesRequest())
                # The server runs in this loop, which is busy with this: meanwhile all of them wait.
                calls += [stub.GetCapabilities.future(wire.GetCapabilitiesRequest()) for _ in range(STREAMS)]
            codes = await asyncio.to_thread(lambda: Counter(call.code() for call in calls))
        assert codes == {grpc.StatusCode.OK: CLIENTS * STREAMS}
    finally:
        await server.stop(0)


async def ended(call: Any, candidate: wire.VerifyStreamRequest) -> grpc.StatusCode:
    """Send the last message of a call, read what comes, and return the code that it ends with."""
    await call.write(candidate)
    await call.done_writing()
    while await call.read() is not aio.EOF:  # type: ignore[attr-defined]
        pass
    code = await call.code()
    assert isinstance(code, grpc.StatusCode)
    return code
