"""Two daemons and a worker, each a process of its own: what one front end was given, the other one ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

import verifierd_client as client
from tests.integration.daemon.serving import END_WITHIN_S, first_line, serving
from tests.support.nats_server import NatsServer, needs_nats
from tests.support.postgres import Postgres
from verifierd.audit.store import StoreSettings, open_store
from verifierd.audit.verifying import verify_records

pytestmark = [needs_nats, pytest.mark.anyio, pytest.mark.timeout(180)]

PROBLEM = client.Problem(
    "double", [client.StdioTest("2", "4"), client.StdioTest("5", "10")], client.Limits(cpu_time_s=5.0)
)
RIGHT, WRONG = "print(2 * int(input()))", "print(4)"
SLOW = "import time\ntime.sleep(0.2)\n" + RIGHT


@pytest.fixture
def environment(nats: NatsServer, postgres: Postgres, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What makes a daemon one of several front ends, and a worker theirs."""
    url = postgres.new_database()
    yield {
        "VERIFIERD_EXECUTOR__KIND": "jetstream",
        "VERIFIERD_JETSTREAM__SERVERS": nats.address,
        "VERIFIERD_AUDIT__DATABASE": url,
        "VERIFIERD_AUDIT__BLOBS": str(tmp_path / "blobs"),
    }
    postgres.drop(url)


@asynccontextmanager
async def working(environment: dict[str, str], log: Path) -> AsyncIterator[None]:
    """A worker, for the length of the block."""
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "verifierd", "worker", "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env=os.environ | environment,
        )
    try:
        assert "worker" in await first_line(process)
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), END_WITHIN_S)


async def test_a_batch_outlives_the_front_end_that_was_killed_and_is_watched_at_another_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    candidates = [SLOW + f"# {number}\n" if number % 3 else WRONG for number in range(24)]
    async with asyncio.timeout(110), AsyncExitStack() as undo:
        await undo.enter_async_context(working(environment, tmp_path / "worker.log"))
        a = await undo.enter_async_context(serving(**environment))
        at_a = await undo.enter_async_context(client.AsyncVerifier(a.address, timeout_s=100))
        digest = await at_a.put_problem(PROBLEM)
        batch = await at_a.submit(PROBLEM, candidates)
        await anext(at_a.watch(batch.id))
        b = await undo.enter_async_context(serving(**environment))
        at_b = await undo.enter_async_context(client.AsyncVerifier(b.address, timeout_s=100))
        a.signal(signal.SIGKILL)
        await a.ended()
        report = await at_b.verify(digest, [RIGHT, WRONG])
        watch = at_b.watch(batch.id)
        results = [result async for result in watch]
    assert [each.verdict.name for each in report.results] == ["ACCEPTED", "WRONG_ANSWER"]
    assert sorted((int(each.candidate_id), each.verdict.name) for each in results) == [
        (number, "ACCEPTED" if number % 3 else "WRONG_ANSWER") for number in range(24)
    ]
    assert watch.last_sequence == 26
    store = await asyncio.to_thread(
        open_store, StoreSettings(environment["VERIFIERD_AUDIT__DATABASE"], str(tmp_path / "blobs"))
    )
    assert (await asyncio.to_thread(verify_records, store)).holds
    store.close()
