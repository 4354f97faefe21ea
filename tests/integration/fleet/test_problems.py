"""Problems that front ends share through NATS."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.support.nats_server import NatsServer, needs_nats
from verifierd.fleet import problems
from verifierd.fleet.connection import connect
from verifierd.fleet.problems import SharedProblems

pytestmark = [needs_nats, pytest.mark.anyio]

LARGE = random.Random(9).randbytes(3 << 20)


async def test_what_one_front_end_was_given_another_one_has_and_another_tenant_has_not(
    nats: NatsServer,
) -> None:
    connections = [await connect(nats.settings(), name) for name in "ab"]
    a, b = (SharedProblems(connection) for connection in connections)
    await asyncio.gather(a.start(), b.start())
    await a.put("lab", "ab" * 32, LARGE)
    await asyncio.gather(*(each.put("lab", "cd" * 32, b"small") for each in (a, b)))
    assert await b.get("lab", "ab" * 32) == LARGE
    assert await a.get("lab", "cd" * 32) == b"small"
    assert await b.get("shop", "ab" * 32) is None
    assert await b.get("", "lab" + "ab" * 32) is None
    for connection in connections:
        await connection.close()


async def test_beyond_the_room_for_them_a_problem_is_known_where_it_was_put(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "MOST_BYTES", 4 << 20)
    connection = await connect(nats.settings(), "a")
    shared = SharedProblems(connection)
    await shared.start()
    await shared.put("lab", "ab" * 32, LARGE)
    await shared.put("shop", "cd" * 32, LARGE)
    assert await shared.get("lab", "ab" * 32) == LARGE
    assert await shared.get("shop", "cd" * 32) is None
    await shared.put("shop", "ef" * 32, b"small")
    assert await shared.get("shop", "ef" * 32) == b"small"
    await connection.close()


async def test_without_nats_a_problem_is_known_where_it_was_put_and_nobody_waits_long(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "WITHIN_S", 0.3)
    connection = await connect(nats.settings(), "a")
    shared = SharedProblems(connection)
    await shared.start()
    await asyncio.to_thread(nats.stop)
    async with asyncio.timeout(5):
        await shared.put("lab", "ab" * 32, b"small")
        assert await shared.get("lab", "ab" * 32) is None
    await asyncio.to_thread(nats.start)
    await connection.close()
