"""Worker processes with real sandboxes, killed, frozen and told to stop: every run is answered once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sandboxes.instance import instance_name
from sandboxes.model import Program, StdioRun
from tests.support.cgroups import of_instance
from tests.support.fleets import Fleet, fleet_of, until
from tests.support.nats_server import NatsServer, needs_nats
from tests.unit.execution.fakes import answers_of, request
from verifierd.fleet.executor import JetStreamExecutor
from verifierd.judging.answers import Answer, Executed

pytestmark = [needs_nats, pytest.mark.anyio, pytest.mark.timeout(240)]

START_S, END_S = 90.0, 60.0
DOUBLE = "import time\nn = int(input())\ntime.sleep(0.05)\nprint(2 * n)"
CANDIDATES, RUNS = 12, 3


@asynccontextmanager
async def worker(nats: NatsServer, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker with one sandbox for the length of the block."""
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "verifierd", "worker", "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env=os.environ
            | {
                "VERIFIERD_JETSTREAM__SERVERS": nats.address,
                "VERIFIERD_JETSTREAM__ACK_WAIT_SECONDS": "2",
                "VERIFIERD_SANDBOX__COUNT": "1",
            },
        )
    try:
        assert process.stdout is not None
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), START_S))
        assert "worker" in said, said
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.terminate()
        await asyncio.wait_for(process.wait(), END_S)


@pytest.fixture
async def fleet(nats: NatsServer, usable_host: None) -> AsyncIterator[Fleet]:
    async with fleet_of(nats) as fleet:
        fleet.settings = replace(fleet.settings, ack_wait_s=2.0)
        yield fleet


async def nothing_waits(fleet: Fleet) -> bool:
    return await fleet.chunks() == 0


def ask(executor: JetStreamExecutor) -> list[asyncio.Task[list[Answer]]]:
    asked = []
    for number in range(CANDIDATES):
        runs = tuple(StdioRun(str(number + place).encode()) for place in range(RUNS))
        program = Program("python", f"{DOUBLE}\n# {number}")
        wanted = replace(request(0), candidate_id=str(number), program=program, runs=runs)
        asked.append(asyncio.create_task(answers_of(executor.execute(wanted))))
    return asked


async def all_right(asked: list[asyncio.Task[list[Answer]]]) -> None:
    for number, answers in enumerate(await asyncio.gather(*asked)):
        printed = [answer.outcome.stdout for answer in answers if isinstance(answer, Executed)]
        assert printed == [f"{2 * (number + place)}\n".encode() for place in range(RUNS)], answers


async def test_what_a_killed_worker_had_is_run_by_another(fleet: Fleet, tmp_path: Path) -> None:
    executor = await fleet.front_end()
    async with worker(fleet.nats, tmp_path / "1") as first, worker(fleet.nats, tmp_path / "2"):
        instance = instance_name(first.pid)
        asked = ask(executor)
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        first.kill()
        await all_right(asked)
    async with worker(fleet.nats, tmp_path / "3"):
        assert not of_instance(instance), "who starts next on a host removes what the dead one left"


async def test_a_frozen_worker_holds_nothing_up_and_changes_nothing_when_it_thaws(
    fleet: Fleet, tmp_path: Path
) -> None:
    executor = await fleet.front_end()
    async with worker(fleet.nats, tmp_path / "1") as first:
        asked = ask(executor)
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        first.send_signal(signal.SIGSTOP)
        async with worker(fleet.nats, tmp_path / "2"):
            await all_right(asked)
            again = ask(executor)
            first.send_signal(signal.SIGCONT)
            await all_right(again)
            await until(partial(nothing_waits, fleet))


async def test_a_worker_that_is_told_to_stop_leaves_no_work_undone(fleet: Fleet, tmp_path: Path) -> None:
    executor = await fleet.front_end()
    async with worker(fleet.nats, tmp_path / "1") as first, worker(fleet.nats, tmp_path / "2"):
        asked = ask(executor)
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        first.terminate()
        await all_right(asked)
        assert await asyncio.wait_for(first.wait(), END_S) == 0
