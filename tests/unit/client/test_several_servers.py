"""An address of several servers: a watch goes on at another one when its own is gone, or is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from grpc import aio

import verifierd_client as client
from tests.unit.client.test_durable import CANDIDATES, Durable, kept_batch
from verifier.v1.verifier_service_pb2_grpc import add_VerifierServiceServicer_to_server
from verifierd_client import _connection

pytestmark = pytest.mark.anyio

HELD = 4
BOUND_S = 30


class Relay:
    """A way to a server on which nothing comes through any more once it is cut, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_whole = asyncio.Event()
        self._is_whole.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        meeting = asyncio.current_task()
        assert meeting is not None
        self._tasks.append(meeting)
        await self._is_whole.wait()
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends.append(to_writer)
        for source, sink in ((reader, to_writer), (to_reader, writer)):
            self._tasks.append(asyncio.create_task(self._pump(source, sink)))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(1 << 16):
            await self._is_whole.wait()
            sink.write(piece)

    def cut(self) -> None:
        self._is_whole.clear()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in self._ends:
            end.close()


@asynccontextmanager
async def serving(kept: Durable) -> AsyncIterator[tuple[aio.Server, int]]:
    server = aio.server()
    add_VerifierServiceServicer_to_server(kept, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield server, port
    finally:
        await server.stop(0)


async def told(watch: client.BatchWatch) -> list[str]:
    async with asyncio.timeout(BOUND_S):
        return [result.candidate_id async for result in watch]


async def test_a_watch_goes_on_at_another_server_when_its_own_is_gone(one_loop: None) -> None:
    first, second = kept_batch(held=HELD), kept_batch()
    async with AsyncExitStack() as undo:
        server, port = await undo.enter_async_context(serving(first))
        _, other = await undo.enter_async_context(serving(second))
        verifier = await undo.enter_async_context(
            client.AsyncVerifier(f"ipv4:127.0.0.1:{port},127.0.0.1:{other}")
        )
        watching = asyncio.create_task(told(verifier.watch("b")))
        await first.is_holding.wait()
        await server.stop(0)
        assert await watching == [f"c{number}" for number in range(CANDIDATES)]
    assert (first.watched_after, second.watched_after) == ([0], [HELD - 1])


async def test_a_watch_goes_on_at_another_server_when_its_own_is_cut_off(
    one_loop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = tuple((name, min(value, 1_000)) for name, value in _connection.NOTICING)
    monkeypatch.setattr(_connection, "NOTICING", soon)
    first, second = kept_batch(held=HELD), kept_batch()
    async with AsyncExitStack() as undo:
        _, behind = await undo.enter_async_context(serving(first))
        _, other = await undo.enter_async_context(serving(second))
        relay = Relay(behind)
        undo.push_async_callback(relay.close)
        way = await asyncio.start_server(relay.meet, "127.0.0.1", 0)
        undo.callback(way.close)
        port = way.sockets[0].getsockname()[1]
        verifier = await undo.enter_async_context(
            client.AsyncVerifier(f"ipv4:127.0.0.1:{port},127.0.0.1:{other}")
        )
        watching = asyncio.create_task(told(verifier.watch("b")))
        await first.is_holding.wait()
        relay.cut()
        assert await watching == [f"c{number}" for number in range(CANDIDATES)]
    assert (first.watched_after, second.watched_after) == ([0], [HELD - 1])
