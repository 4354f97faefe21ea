"""Connections are bounded: who opens thousands leaves files for sandboxes, and who is there is served."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from grpc import aio

from tests.security.callers.http2 import Peer
from tests.unit.api.fakes import ABILITIES, FakeEngine, FakeShelf
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import VerifierServiceStub
from verifierd.api.connections import OPEN_FILES, connections_of_this_process
from verifierd.api.server import ApiServer, Door

pytestmark = pytest.mark.anyio

MOST, TRIED = 20, 60
CLOSED_WITHIN_S = 10.0


@asynccontextmanager
async def caller(address: str) -> AsyncIterator[Any]:
    """A client with a connection of its own."""
    options = (("grpc.use_local_subchannel_pool", 1),)
    async with aio.insecure_channel(address, options=options) as channel:
        yield VerifierServiceStub(channel)


async def asked(stub: Any) -> None:
    await stub.GetCapabilities(wire.GetCapabilitiesRequest(), wait_for_ready=True, timeout=30)


async def test_further_connections_are_closed_and_those_that_are_there_are_served() -> None:
    server = ApiServer(FakeEngine(), FakeShelf(), ABILITIES, Door("127.0.0.1:0", max_connections=MOST))
    await server.start()
    try:
        async with caller(server.address) as here, caller(server.address) as later:
            await asked(here)
            peers = [await Peer.at(server.address) for _ in range(TRIED)]
            ends = [asyncio.create_task(peer.until_closed(3 * CLOSED_WITHIN_S)) for peer in peers]
            closed: set[asyncio.Task[None]] = set()
            async with asyncio.timeout(CLOSED_WITHIN_S):
                while len(closed) < TRIED - MOST:
                    done, _ = await asyncio.wait(set(ends) - closed, return_when=asyncio.FIRST_COMPLETED)
                    closed |= done
            await asked(here)
            for peer in peers:
                await peer.close()
            await asyncio.gather(*ends)
            await asked(later)
    finally:
        await server.stop(0)


@pytest.mark.parametrize(
    ("open_files", "connections"),
    [(1024, 512), (1, 1), (resource.RLIM_INFINITY, OPEN_FILES // 2)],
)
def test_as_many_files_are_left_as_connections_may_take(
    open_files: int, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (open_files, open_files))
    assert connections_of_this_process() == connections
