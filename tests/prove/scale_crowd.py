"""A thousand workers on one NATS: `python -m tests.prove.scale_crowd [WORKERS [CANDIDATES]]` shows it alone.

Workers and front end are the service's own, the protocol is the real one; only sandboxes are stood in for, by
waiting, so that a machine of two cores has room for all of them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from sandboxes.model import Program, StdioRun
from tests.prove.harness import Figure, Line, NotMeasured, unwind_on_sigterm
from tests.prove.members import first_line
from tests.support.keda import lag, replicas
from tests.support.nats_server import NatsServer, free_port
from tests.unit.execution.fakes import LIMITS
from verifierd import logs
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.connection import connect
from verifierd.fleet.executor import JetStreamExecutor
from verifierd.fleet.roster import Roster
from verifierd.judging.answers import Executed
from verifierd.model import Priority

WORKERS, CANDIDATES = 1_000, 20_000
PROCESSES = 4
SERVICE_S = 0.3  # of each candidate
START_S, ANSWER_S = 180.0, 300.0
CALM_SHARE, CALM_S = 0.5, 20.0  # of the rate that was reached, and for how long
CONSUMER = "bulk_any_python_-"
LAG_THRESHOLD = 10
QUEUED = 137  # candidates that wait while there is no worker
SETTLED_S = 0.5


def lines(scratch: Path, workers: int = WORKERS, candidates: int = CANDIDATES) -> list[Line]:
    """The lines of the proof."""
    return [
        Line(
            f"{workers:,} simulated workers on one NATS, {candidates:,} candidates of {SERVICE_S} s",
            "each answered once; dispatch rate and queue age stated",
            lambda: measure(scratch, workers, candidates),
        ),
        Line(
            "KEDA's formula on the pending count of a real server, workers coming and gone",
            "replicas follow the queue, up and down to none",
            lambda: scaled(scratch),
        ),
    ]


def measure(scratch: Path, workers: int, candidates: int) -> Figure:
    """Have so many workers do so much. Raises NotMeasured where they do not start."""
    folder = Path(tempfile.mkdtemp(prefix="crowd-", dir=scratch))
    with NatsServer(folder) as nats, _crowd(nats, workers) as started_s:
        return asyncio.run(_measured(nats, workers, candidates, started_s))


async def _measured(nats: NatsServer, workers: int, candidates: int, started_s: float) -> Figure:
    async with _front_end(nats) as (executor, roster):

        async def all_there() -> bool:
            return roster.slots >= workers

        await _until(all_there)
        began_s = time.perf_counter()
        # Twice as many on the way as there are sandboxes, so that none waits for the front end.
        ages_s = await _asked(executor, candidates, at_once=2 * workers)
        took_s = time.perf_counter() - began_s
        rate = candidates / took_s
        calm_s = await _paced(executor, CALM_SHARE * rate)
    busy, calm = _percentiles(ages_s), _percentiles(calm_s)
    text = (
        f"{len(ages_s):,} answered, {rate:,.0f} candidates/s; {2 * workers:,} on the way: begun after p50 "
        f"{busy[0]:,.0f} ms, p99 {busy[1]:,.0f} ms; at half that rate after p50 {calm[0]:.0f} ms, p99 "
        f"{calm[1]:.0f} ms; all at work in {started_s:.0f} s"
    )
    facts = {
        "rate": rate,
        "busy_ms": busy,
        "calm_ms": calm,
        "calm_candidates": len(calm_s),
        "started_s": started_s,
    }
    return Figure(text, len(ages_s) == candidates and all(age >= 0 for age in ages_s), facts)


async def _asked(executor: JetStreamExecutor, count: int, at_once: int) -> list[float]:
    """Ask for so many candidates; return for each the seconds until a worker began it."""
    room = asyncio.Semaphore(at_once)
    ages_s: list[float] = []

    async def one(number: int) -> None:
        async with room:
            ages_s.append(await _one(executor, number))

    async with asyncio.timeout(ANSWER_S), asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(number))
    return ages_s


async def _paced(executor: JetStreamExecutor, rate: float) -> list[float]:
    """Ask for candidates at a rate."""
    asking: list[asyncio.Task[float]] = []
    due_s = time.monotonic()
    ends_s = due_s + CALM_S
    while due_s < ends_s:
        asking.append(asyncio.create_task(_one(executor, len(asking))))
        due_s += 1 / rate
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
    async with asyncio.timeout(ANSWER_S):
        return list(await asyncio.gather(*asking))


async def _one(executor: JetStreamExecutor, number: int) -> float:
    """Ask for one candidate; return the seconds until a worker began it. Raises AssertionError."""
    asked_ns = time.time_ns()
    answers = [answer async for answer in executor.execute(_request(number))]
    assert len(answers) == 1, f"{len(answers)} answers to one run"
    assert isinstance(answers[0], Executed), answers[0]
    return (answers[0].outcome.started_at_ns - asked_ns) / 1e9


def _request(number: int) -> ExecutionRequest:
    program = Program("python", f"print({number})")
    return ExecutionRequest("b", f"c{number}", program, (StdioRun(b""),), LIMITS, priority=Priority.BULK)


def _percentiles(ages_s: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile, in milliseconds."""
    return statistics.median(ages_s) * 1e3, statistics.quantiles(ages_s, n=100)[98] * 1e3


@asynccontextmanager
async def _front_end(nats: NatsServer) -> AsyncIterator[tuple[JetStreamExecutor, Roster]]:
    async with AsyncExitStack() as undo:
        connection = await connect(nats.settings(), "the proof")
        undo.push_async_callback(connection.close)
        roster = Roster(connection)
        undo.push_async_callback(roster.close)
        await roster.start()
        executor = JetStreamExecutor(connection, roster)
        undo.push_async_callback(executor.close)
        await executor.start()
        yield executor, roster


@contextmanager
def _crowd(nats: NatsServer, workers: int) -> Iterator[float]:
    """Have so many workers, in a few processes, for the block; give the seconds that their start took."""
    began_s = time.monotonic()
    processes = min(PROCESSES, workers)
    shares = [workers // processes + (place < workers % processes) for place in range(processes)]
    members = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.prove.scale_crowd_member",
                nats.address,
                str(share),
                str(SERVICE_S),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for share in shares
    ]
    try:
        for member in members:
            assert member.stdout is not None
            if not first_line(member.stdout):
                raise NotMeasured("the simulated workers did not start")
        yield time.monotonic() - began_s
    finally:
        for member in members:
            member.kill()
            member.communicate()


def scaled(scratch: Path) -> Figure:
    """Fill a queue and drain it, and see how many workers KEDA would want meanwhile."""
    monitoring = f"127.0.0.1:{free_port()}"
    folder = Path(tempfile.mkdtemp(prefix="keda-", dir=scratch))
    with NatsServer(folder, "-m", monitoring.rpartition(":")[2]) as nats:
        seen = asyncio.run(_scaled(nats, monitoring))
    wanted = {name: replicas(pending, LAG_THRESHOLD, 1) for name, (pending, _) in seen.items()}
    text = ", ".join(f"{name}: {seen[name][0]} pending, {wanted[name]} replicas" for name in seen)
    as_it_is = seen["waiting"][0] == seen["waiting"][1] and seen["idle"] == (0, 0)
    holds = as_it_is and wanted["waiting"] == -(-seen["waiting"][0] // LAG_THRESHOLD) and wanted["idle"] == 0
    facts = {"pending_and_in_stream": seen, "replicas": wanted}
    return Figure(f"{text} (chunks; lagThreshold {LAG_THRESHOLD})", holds, facts)


async def _scaled(nats: NatsServer, monitoring: str) -> dict[str, tuple[int, int]]:
    """Return what KEDA reads, and what the stream has: without workers, amid the work of two, at its end."""
    async with _front_end(nats) as (executor, _):
        connection = await connect(nats.settings(), "a look")
        try:

            async def read() -> tuple[int, int]:
                read = await asyncio.to_thread(lag, monitoring, "verifierd-work", CONSUMER)
                stream = await connection.jetstream.stream_info("verifierd-work")
                return read, stream.state.messages

            async def settled() -> bool:
                before = await read()
                await asyncio.sleep(SETTLED_S)
                return before == await read() and before[0] > 0

            async def none_waits() -> bool:
                return (await read())[0] == 0

            asking = [asyncio.create_task(_one(executor, number)) for number in range(QUEUED)]
            await _until(settled)
            seen = {"waiting": await read()}
            with _crowd(nats, 2):
                await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                seen["working"] = await read()
                await asyncio.gather(*asking)
                await _until(none_waits)
                seen["idle"] = await read()
            return seen
        finally:
            await connection.close()


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what nobody tells of."""
    async with asyncio.timeout(START_S):
        while not await true():  # noqa: ASYNC110 - neither a roster nor a stream tells of it
            await asyncio.sleep(0.1)


def main(arguments: Sequence[str]) -> int:
    """Measure both lines with so many workers and candidates."""
    workers = int(arguments[0]) if arguments else WORKERS
    candidates = int(arguments[1]) if len(arguments) > 1 else CANDIDATES
    holds = True
    logs.configure("error", "console")
    unwind_on_sigterm()
    with tempfile.TemporaryDirectory(prefix="scale-") as scratch:
        for line in lines(Path(scratch), workers, candidates):
            figure = line.measure()
            holds = holds and figure.holds
            sys.stdout.write(f"{'holds' if figure.holds else 'FALLS SHORT'}: {line.what}: {figure.text}\n")
            sys.stdout.write(json.dumps(figure.facts) + "\n")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
