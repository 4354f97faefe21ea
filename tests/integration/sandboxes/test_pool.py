"""The pool lends sandboxes, takes back what is whole, and replaces what is not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import psutil
import pytest

from sandboxes.backends.bubblewrap import BubblewrapBackend
from sandboxes.backends.process import ProcessContainer
from sandboxes.cgroups import remove_leftovers, root_name
from sandboxes.model import AssertsRun, Ending, Job, Outcome, SandboxError, StdioRun
from sandboxes.pool import SandboxPool
from sandboxes.sandbox import Sandbox
from sandboxes.settings import SandboxSettings
from tests.support import cgroups

from .conftest import job

pytestmark = pytest.mark.anyio
ROOT = root_name(None)

WORKER = """
import asyncio, sys
from sandboxes.backends.bubblewrap import BubblewrapBackend
from sandboxes.backends.process import ProcessContainer
from sandboxes.pool import SandboxPool
from sandboxes.settings import SandboxSettings
from tests.integration.sandboxes.conftest import job

async def main():
    pool = SandboxPool(BubblewrapBackend(SandboxSettings()), 2)
    await pool.start()
    async with pool.lease() as sandbox:
        runs = sandbox.run(job("import os\\nos.fork(); os.fork()\\nwhile True: pass", cpu_time_ns=60_000_000_000,
                               wall_time_ns=60_000_000_000))
        first = asyncio.ensure_future(anext(runs))
        await asyncio.sleep(0.2)
        print("running", flush=True)
        await first

asyncio.run(main())
"""


@pytest.fixture
async def fresh_pool(anyio_backend: str, usable_host: None) -> AsyncIterator[SandboxPool]:
    pool = SandboxPool(BubblewrapBackend(SandboxSettings()), size=1)
    await pool.start()
    yield pool
    await pool.close()


def instances(pid: int) -> list[Path]:
    """The cgroups of the instance that a process made, in every hierarchy."""
    return cgroups.of_instance(f"{ROOT}/{pid}-*")


async def answer(sandbox: Sandbox, source: str) -> bytes:
    async with aclosing(sandbox.run(job(source))) as outcomes:
        (outcome,) = [outcome async for outcome in outcomes]
    return outcome.stdout


async def test_a_sandbox_serves_one_candidate_after_another(fresh_pool: SandboxPool) -> None:
    ids = set()
    for number in range(5):
        async with fresh_pool.lease() as sandbox:
            ids.add(sandbox.id)
            assert await answer(sandbox, f"print({number})") == f"{number}\n".encode()
    assert len(ids) == 1


async def test_a_killed_sandbox_is_an_error_of_its_own_and_is_replaced(fresh_pool: SandboxPool) -> None:
    async with fresh_pool.lease() as sandbox:
        first = sandbox.id
        outcomes = sandbox.run(
            job("while True: pass", cpu_time_ns=20_000_000_000, wall_time_ns=20_000_000_000)
        )
        waiting = asyncio.ensure_future(anext(outcomes))
        (container,) = [child for child in psutil.Process().children() if child.name() == "bwrap"]
        container.kill()
        with pytest.raises(SandboxError, match="sandbox-1"):
            await waiting
    async with fresh_pool.lease() as sandbox:
        assert sandbox.id != first
        assert await answer(sandbox, "print('well')") == b"well\n"


async def test_leaving_early_cancels_the_rest_and_keeps_the_sandbox(fresh_pool: SandboxPool) -> None:
    async with fresh_pool.lease() as sandbox:
        first = sandbox.id
        source = "import sys\nif input(): sys.exit()\nwhile True: pass"
        work = job(
            source, StdioRun(b"1\n"), StdioRun(b"\n"), cpu_time_ns=20_000_000_000, wall_time_ns=20_000_000_000
        )
        async with aclosing(sandbox.run(work)) as outcomes:
            outcome = await anext(outcomes)
            assert outcome.ending is Ending.FINISHED
    async with fresh_pool.lease() as sandbox:
        assert sandbox.id == first
        assert await answer(sandbox, "print('well')") == b"well\n"


async def test_a_cancelled_caller_leaves_a_usable_pool(fresh_pool: SandboxPool) -> None:
    async def call() -> None:
        async with (
            fresh_pool.lease() as sandbox,
            aclosing(sandbox.run(job("import time; time.sleep(60)"))) as outcomes,
        ):
            await anext(outcomes)

    task = asyncio.create_task(call())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(20), fresh_pool.lease() as sandbox:
        assert await answer(sandbox, "print('well')") == b"well\n"


@pytest.mark.parametrize("idle_s", [0.0, 0.02, 0.1])
async def test_a_cancelled_run_of_a_test_program_says_nothing_to_the_next(
    fresh_pool: SandboxPool, idle_s: float
) -> None:
    """Nor does it keep files open: the supervisor has as many as before."""
    slow = "import time\ndef f():\n    time.sleep(0.2)\n    return 1"
    run = AssertsRun("assert f() == 1", ("f",))
    counts = []
    for _ in range(6):
        async with fresh_pool.lease() as sandbox:
            first, supervisor = sandbox.id, _supervisor_of(sandbox)
            cancelled = asyncio.create_task(_first(sandbox, job(slow, run)))
            await asyncio.sleep(0.05 + idle_s)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
        async with fresh_pool.lease() as sandbox:
            assert sandbox.id == first
            outcome = await _first(sandbox, job(slow, run))
            assert outcome.ending is Ending.FINISHED, outcome
            assert outcome.usage.wall_time_ns > 200_000_000
        async with fresh_pool.lease():  # lent again once it is at rest
            counts.append(supervisor.num_fds())
    assert counts[-1] <= counts[0], counts


def _supervisor_of(sandbox: Sandbox) -> psutil.Process:
    """The process at the sandbox's end of the line: the deepest of bubblewrap's first children."""
    container = sandbox._container
    assert isinstance(container, ProcessContainer)
    process = psutil.Process(container.pid)
    while "inside.boot" not in " ".join(process.cmdline()) or "bwrap" in process.name():
        process = process.children()[0]
    return process


async def _first(sandbox: Sandbox, work: Job) -> Outcome:
    async with aclosing(sandbox.run(work)) as outcomes:
        return await anext(outcomes)


async def test_each_sandbox_keeps_to_its_cpu_and_so_does_the_one_in_its_place(usable_host: None) -> None:
    cpus = sorted(os.sched_getaffinity(0))
    pool = SandboxPool(BubblewrapBackend(SandboxSettings()), size=2 * len(cpus), cpus=cpus)
    await pool.start()
    try:
        for _ in range(2):
            seen = []
            async with AsyncExitStack() as leases:
                for _ in range(pool.size):
                    sandbox = await leases.enter_async_context(pool.lease())
                    seen += [
                        int(await answer(sandbox, "import os\n[cpu] = os.sched_getaffinity(0)\nprint(cpu)"))
                    ]
                    sandbox.broken = True  # to be replaced
            assert sorted(seen) == sorted(2 * cpus)
    finally:
        await pool.close()


async def test_closing_the_pool_leaves_no_process_and_no_cgroup(usable_host: None) -> None:
    pool = SandboxPool(BubblewrapBackend(SandboxSettings()), size=2)
    await pool.start()
    assert instances(os.getpid())
    await pool.close()
    assert not instances(os.getpid())


async def test_a_killed_worker_takes_its_sandboxes_and_candidates_along(usable_host: None) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"running\n"
    descendants = psutil.Process(worker.pid).children(recursive=True)
    assert len(descendants) > 2 * 4  # two sandboxes: container, supervisor, zygote, tester; and a candidate's
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    _, alive = psutil.wait_procs(descendants, timeout=5)
    assert not alive
    assert remove_leftovers(ROOT) > 0
    assert not instances(worker.pid)
