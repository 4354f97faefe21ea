"""Old and new processes of one fleet, while it is upgraded: work goes to who can read it, none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fleets import Fleet, echo, fleet_of
from tests.support.nats_server import NatsServer, needs_nats
from tests.unit.execution.fakes import FakeExecutor, answers_of, request
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet import chunk_writer
from verifierd.fleet.workers import WIRE_VERSION
from verifierd.judging.answers import Executed

pytestmark = [needs_nats, pytest.mark.anyio]

BOUND_S = 60
NEWER = WIRE_VERSION + 1
# A field that no version has yet: number 1000, three bytes.
UNKNOWN_FIELD = b"\xc2\x3e\x03new"


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path) as server:
        yield server


@pytest.fixture
async def fleet(nats: NatsServer) -> AsyncIterator[Fleet]:
    async with asyncio.timeout(BOUND_S), fleet_of(nats) as fleet:
        yield fleet


async def test_what_an_older_worker_cannot_read_waits_for_a_newer_one(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk_writer, "NEEDS_VERSION", NEWER)
    older = FakeExecutor(echo)
    await fleet.worker(older)
    executor = await fleet.front_end()
    asking = asyncio.create_task(answers_of(executor.execute(request(3))))
    done, _ = await asyncio.wait({asking}, timeout=2.0)
    assert not done, "nobody there can read it, and it is neither answered nor given up"
    monkeypatch.setattr("verifierd.fleet.worker.WIRE_VERSION", NEWER)
    await fleet.worker(FakeExecutor(echo))
    answers = await asking
    assert [type(answer) for answer in answers] == [Executed] * 3


async def test_an_older_worker_reads_past_what_a_newer_front_end_adds(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fleet.worker(FakeExecutor(echo, capacity=3))
    executor = await fleet.front_end()
    connection = executor._connection
    publish = connection.published
    added = []

    async def newer(subject: str, content: bytes, message_id: str) -> int:
        chunk = wire.Chunk.FromString(content + UNKNOWN_FIELD)
        added.append(chunk.id)
        return await publish(subject, content + UNKNOWN_FIELD, message_id)

    monkeypatch.setattr(connection, "published", newer)
    asked = [replace(request(2), candidate_id=str(number)) for number in range(5)]
    answered = await asyncio.gather(*(answers_of(executor.execute(each)) for each in asked))
    assert added
    assert all(isinstance(answer, Executed) for answers in answered for answer in answers)
