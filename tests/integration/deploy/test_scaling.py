"""What KEDA makes of a real queue: its formulas, on what a real NATS tells its monitoring."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support.nats_server import NatsServer, needs_nats
from verifierd.fleet.connection import Connection, connect
from verifierd.fleet.queues import Queues
from verifierd.fleet.streams import ensure_stream, work_stream
from verifierd.fleet.subjects import NO_TENANT, Names, Queue

pytestmark = [pytest.mark.anyio, needs_nats]

PYTHON = Queue("interactive", "any", "python", NO_TENANT)
RUST = Queue("bulk", "any", "rust", "team-a")
CHUNKS_PER_WORKER = 3


@pytest.fixture
def monitored(tmp_path: Path) -> Iterator[tuple[NatsServer, str]]:
    """A server, and the address of its monitoring."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with NatsServer(tmp_path, "-m", str(port)) as server:
        yield server, f"http://127.0.0.1:{port}"


@pytest.fixture
async def connection(monitored: tuple[NatsServer, str]) -> AsyncIterator[Connection]:
    made = await connect(monitored[0].settings(), "front end")
    await ensure_stream(made, work_stream(made))
    yield made
    await made.close()


def stream(address: str) -> dict[str, Any]:
    """What KEDA reads of the stream of work, from the address that both of the chart's triggers ask."""
    with urlopen(f"{address}/jsz?acc=$G&streams=true&consumers=true&config=true", timeout=10) as answer:  # noqa: S310
        (account,) = json.load(answer)["account_details"]
    found: dict[str, Any] = next(each for each in account["stream_detail"] if each["name"] == Names().work)
    return found


def workers(messages: int) -> int:
    """How many an HPA wants for an average of so many chunks a worker (KEDA's AverageValue)."""
    return math.ceil(messages / CHUNKS_PER_WORKER)


def lag(of_stream: dict[str, Any], queue: Queue) -> int:
    """KEDA's `nats-jetstream`: what a consumer has not handed out and what it has; or the last sequence."""
    for consumer in of_stream.get("consumer_detail") or ():
        if consumer["name"] == queue.consumer:
            return int(consumer["num_pending"]) + int(consumer["num_ack_pending"])
    return int(of_stream["state"]["last_seq"])


async def test_chunks_count_from_their_coming_to_their_end(
    monitored: tuple[NatsServer, str], connection: Connection
) -> None:
    _, address = monitored
    assert workers(stream(address)["state"]["messages"]) == 0
    for number in range(10):
        await connection.published(Names().chunks(PYTHON), b"chunk", f"python-{number}")
    for number in range(4):
        await connection.published(Names().chunks(RUST), b"chunk", f"rust-{number}")
    queues = Queues(connection)
    await queues.ensure(PYTHON)
    await queues.ensure(RUST)
    assert stream(address)["state"]["messages"] == 14
    assert (lag(stream(address), PYTHON), lag(stream(address), RUST)) == (10, 4)
    assert (workers(14), workers(10)) == (5, 4)

    pulling = await connection.jetstream.pull_subscribe_bind(PYTHON.consumer, Names().work)
    held = await pulling.fetch(6, timeout=5)
    assert stream(address)["state"]["messages"] == 14, "what runs is still work"
    assert lag(stream(address), PYTHON) == 10
    for message in held:
        await message.ack_sync()
    assert stream(address)["state"]["messages"] == 8
    assert lag(stream(address), PYTHON) == 4


async def test_a_queue_that_there_is_not_looks_like_all_that_ever_was(
    monitored: tuple[NatsServer, str], connection: Connection
) -> None:
    """Why the chart watches all queues together, and one by itself only where it is asked to."""
    for number in range(10):
        await connection.published(Names().chunks(PYTHON), b"chunk", f"python-{number}")
    assert lag(stream(monitored[1]), RUST) == 10
