"""A pool of real sandboxes, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from sandboxes.backends.bubblewrap import BubblewrapBackend
from sandboxes.host import examine
from sandboxes.model import AssertsRun, CallRun, Job, Limits, Outcome, Program, Run, StdioRun
from sandboxes.pool import SandboxPool
from sandboxes.settings import SandboxSettings

MIB = 1 << 20
LIMITS = Limits(
    cpu_time_ns=1_000_000_000,
    wall_time_ns=2_000_000_000,
    memory_bytes=128 * MIB,
    output_bytes=MIB,
    processes=32,
    open_files=128,
    disk_bytes=16 * MIB,
)


def job(source: str, *runs: Run, **limits: int) -> Job:
    """A job under the tests' limits; none given runs the program once with empty input."""
    return Job(Program("python", source), runs or (StdioRun(b""),), replace(LIMITS, **limits))


def call(function: str, *args: Any) -> CallRun:
    return CallRun(function, args, {})


def asserts(*lines: str, names: tuple[str, ...] = ()) -> AssertsRun:
    return AssertsRun("\n".join(lines) + "\n", names)


@pytest.fixture(scope="session")
def usable_host() -> None:
    report = examine(SandboxSettings())
    if not report.usable:
        lacking = "; ".join(f"{f.what}: {f.detail}" for f in report.findings if f.required and not f.ok)
        pytest.skip(f"this host cannot run the bubblewrap backend: {lacking}")


@pytest.fixture(scope="module")
async def pool(anyio_backend: str, usable_host: None) -> AsyncIterator[SandboxPool]:
    pool = SandboxPool(BubblewrapBackend(SandboxSettings()), size=1)
    await pool.start()
    yield pool
    await pool.close()


Perform = Callable[[Job], Coroutine[Any, Any, list[Outcome]]]


@pytest.fixture
def perform(pool: SandboxPool) -> Perform:
    """Runs a job to its end and returns its outcomes."""

    async def run(job: Job) -> list[Outcome]:
        async with pool.lease() as sandbox, aclosing(sandbox.run(job)) as outcomes:
            return [outcome async for outcome in outcomes]

    return run
