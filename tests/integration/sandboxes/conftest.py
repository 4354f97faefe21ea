"""A pool of real sandboxes, shared by the tests of a module."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from sandboxes.backends.choice import make_backend
from sandboxes.host import examine
from sandboxes.model import AssertsRun, CallRun, Job, Limits, Outcome, Program, Run, StdioRun
from sandboxes.pool import SandboxPool
from sandboxes.settings import DockerSettings, SandboxSettings
from tests.support.leaks import living_descendants

MIB = 1 << 20
SETTINGS = {
    "bubblewrap": SandboxSettings(),
    "docker": SandboxSettings(backend="docker", docker=DockerSettings(runtime="runc")),
}
LIMITS = Limits(
    cpu_time_ns=1_000_000_000,
    wall_time_ns=2_000_000_000,
    memory_bytes=128 * MIB,
    output_bytes=MIB,
    processes=32,
    open_files=128,
    disk_bytes=16 * MIB,
)
# That none is left over at the end is the `pool` fixture's to say.
RENEWS_THE_TESTER = pytest.mark.leaves(
    kind="processes",
    reason="the process of the test programs is the pool's; one that did not end its run in time is renewed",
)
SETTLE_S = 5.0


def job(source: str, *runs: Run, **limits: int) -> Job:
    """A job under the tests' limits; none given runs the program once with empty input."""
    return Job(Program("python", source), runs or (StdioRun(b""),), replace(LIMITS, **limits))


def call(function: str, *args: Any) -> CallRun:
    return CallRun(function, args, {})


def asserts(*lines: str, names: tuple[str, ...] = ()) -> AssertsRun:
    return AssertsRun("\n".join(lines) + "\n", names)


@pytest.fixture(scope="session")
def usable_host() -> None:
    if lacking := _lacking(SandboxSettings()):
        pytest.skip(f"this host cannot run the bubblewrap backend: {lacking}")


@cache
def _lacking(settings: SandboxSettings) -> str:
    findings = examine(settings).findings
    return "; ".join(f"{each.what}: {each.detail}" for each in findings if each.required and not each.ok)


@pytest.fixture(scope="module", params=SETTINGS)
async def pool(
    request: pytest.FixtureRequest, anyio_backend: str, usable_host: None
) -> AsyncIterator[SandboxPool]:
    settings = SETTINGS[request.param]
    if settings.backend == "docker" and (lacking := await asyncio.to_thread(_lacking, settings)):
        pytest.skip(f"this host cannot run the docker backend: {lacking}")
    pool = SandboxPool(make_backend(settings), size=1)
    await pool.start()
    household = len(living_descendants())
    yield pool
    found = await asyncio.to_thread(_settled, household)
    await pool.close()
    assert len(found) <= household, found


def _settled(household: int) -> dict[str, str]:
    """Return the living descendants once they are no more than the household, or what there is in the end."""
    ends_at = time.monotonic() + SETTLE_S
    while len(found := living_descendants()) > household and time.monotonic() < ends_at:
        time.sleep(0.02)
    return found


@pytest.fixture
def own_uids(pool: SandboxPool) -> None:
    """Skip where a candidate has no uid of its own."""
    if pool.backend.name != "bubblewrap" or os.getuid() != 0:
        pytest.skip("only bubblewrap as root gives each candidate a uid of its own")


Perform = Callable[[Job], Coroutine[Any, Any, list[Outcome]]]


@pytest.fixture
def perform(pool: SandboxPool) -> Perform:
    """Runs a job to its end and returns its outcomes."""

    async def run(job: Job) -> list[Outcome]:
        async with pool.lease() as sandbox:
            async with aclosing(sandbox.run(job)) as outcomes:
                done = [outcome async for outcome in outcomes]
            await sandbox.settled()
            return done

    return run
