"""The real executor under the same jobs: real sandboxes, the stack of decorators that a daemon has.

As in a daemon no more jobs come to it than it has slots: the others wait for one, first come first served.

`one_by_one` and `together` measure what the simulation is given; `as_they_arrive` what it must foretell.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from sandboxes.backends.choice import make_backend
from sandboxes.pool import SandboxPool
from tests.benchmarks.capacity.fleet import Response
from tests.benchmarks.capacity.jobs import Job, Kind, request
from verifierd.batches.slots import Slots
from verifierd.config.convert import sandbox_cpus, sandbox_settings
from verifierd.config.settings import Settings
from verifierd.execution.executor import Executor
from verifierd.execution.local import LocalExecutor
from verifierd.execution.near_limit import NearLimit
from verifierd.execution.retrying import Retrying


@asynccontextmanager
async def executor(sandboxes: int, warmed_by: Kind) -> AsyncIterator[Executor]:
    """Give the executor of a daemon with default settings and so many sandboxes, warm."""
    settings = Settings()
    pool = SandboxPool(make_backend(sandbox_settings(settings)), sandboxes, sandbox_cpus(settings))
    await pool.start()
    try:
        stack = NearLimit(Retrying(LocalExecutor(pool)))
        await asyncio.gather(*(_run(stack, -1 - number, warmed_by) for number in range(2 * sandboxes)))
        yield stack
    finally:
        await pool.close()


async def one_by_one(stack: Executor, kinds: Sequence[Kind]) -> list[float]:
    """Return how long each job keeps the only sandbox from the next, its reset included, in seconds."""
    took_s = []
    for number, kind in enumerate(kinds):
        began = time.perf_counter()
        await _run(stack, number, kind)
        took_s.append(time.perf_counter() - began)
    return took_s


async def together(stack: Executor, kinds: Sequence[Kind]) -> float:
    """Return how long all jobs take when they come at once, in seconds."""
    slots = Slots(stack.capacity)

    async def take_turn(number: int, kind: Kind) -> None:
        async with slots:
            await _run(stack, number, kind)

    began = time.perf_counter()
    await asyncio.gather(*(take_turn(number, kind) for number, kind in enumerate(kinds)))
    return time.perf_counter() - began


async def as_they_arrive(stack: Executor, jobs: Sequence[Job], kinds: Sequence[Kind]) -> list[Response]:
    """Return every job's fate; it comes when it comes, whether or not those before it are done.

    What it waited is not seen from outside, and 0 here.
    """
    slots = Slots(stack.capacity)
    began = time.perf_counter()

    async def answered(number: int, job: Job) -> Response:
        async with slots:
            await _run(stack, number, kinds[job.kind])
        return Response(job, 0.0, time.perf_counter() - began - job.arrives_s)

    running = []
    for number, job in enumerate(jobs):
        await asyncio.sleep(max(job.arrives_s - (time.perf_counter() - began), 0.0))
        running.append(asyncio.create_task(answered(number, job)))
    return list(await asyncio.gather(*running))


async def _run(stack: Executor, number: int, kind: Kind) -> None:
    async with aclosing(stack.execute(request(number, kind))) as answers:
        async for _ in answers:
            pass
