"""The connection to NATS: refusals that say what to do, and a server that comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.nats_server import NatsServer, needs_nats
from verifierd.fleet.connection import connect
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.settings import JetStreamSettings
from verifierd.fleet.streams import ensure_stream, outcomes_stream, work_stream

pytestmark = [needs_nats, pytest.mark.anyio]


async def test_what_is_published_while_the_server_restarts_is_there_afterwards_once(nats: NatsServer) -> None:
    connection = await connect(nats.settings(), "a test")
    back = asyncio.Event()

    async def heard() -> None:
        back.set()

    connection.on_reconnect(heard)
    await ensure_stream(connection, outcomes_stream(connection))
    nats.kill()
    publishing = asyncio.create_task(connection.published("verifierd.outcomes.f.c", b"done", "once"))
    await asyncio.sleep(0)
    nats.start()
    async with asyncio.timeout(20):
        assert await publishing == 1
        assert await connection.published("verifierd.outcomes.f.c", b"done", "once") == 1
        await back.wait()
    assert connection.is_connected
    await connection.close()


async def test_a_stream_takes_on_the_settings_that_were_changed(nats: NatsServer) -> None:
    connection = await connect(nats.settings(), "a test")
    wanted = work_stream(connection)
    await ensure_stream(connection, wanted)
    await ensure_stream(connection, wanted.evolve(max_bytes=1 << 20))
    info = await connection.jetstream.stream_info(str(wanted.name))
    assert info.config.max_bytes == 1 << 20
    await connection.close()


async def test_a_stream_that_the_server_cannot_keep_is_named_with_the_reason(nats: NatsServer) -> None:
    connection = await connect(nats.settings(replicas=3), "a test")
    with pytest.raises(FleetUnavailable, match=r"verifierd-work: .*replicas"):
        await ensure_stream(connection, work_stream(connection))
    await connection.close()


async def test_a_start_without_a_server_says_where_it_looked_and_keeps_the_password_to_itself() -> None:
    settings = JetStreamSettings(servers=("nats://me:secret@127.0.0.1:1",), connect_timeout_s=0.5)
    with pytest.raises(FleetUnavailable, match=r"nats://127\.0\.0\.1:1: .*jetstream\.servers") as refused:
        await connect(settings, "a test")
    assert "secret" not in str(refused.value)


async def test_a_server_without_jetstream_is_told_apart_from_none(tmp_path: Path) -> None:
    with (
        NatsServer(tmp_path, "--js=false") as server,
        pytest.raises(FleetUnavailable, match="start nats-server with -js"),
    ):
        await connect(server.settings(), "a test")
