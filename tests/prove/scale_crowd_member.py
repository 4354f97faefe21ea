"""`python -m tests.prove.scale_crowd_member NATS WORKERS SERVICE_S`: workers whose sandboxes only wait.

Each is the service's own worker with a connection of its own. Prints a line when all are at work, and ends
with its input.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack

from sandboxes.model import Ending, Outcome, Usage
from verifierd import logs
from verifierd.execution.executor import ExecutionRequest
from verifierd.fleet.connection import connect
from verifierd.fleet.settings import JetStreamSettings
from verifierd.fleet.worker import Worker
from verifierd.fleet.workers import Toolchain
from verifierd.judging.answers import Answer, Executed

STARTED_AT_ONCE = 20
TOOLCHAIN = Toolchain("waiting", "", {"python": "CPython 3"})


class Waiting:
    """An executor that takes its time for each run, and says when it began."""

    capacity = 1

    def __init__(self, service_s: float) -> None:
        self._service_s = service_s

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Answer each run with nothing printed."""
        for index, _ in enumerate(request.runs):
            began_ns = time.time_ns()
            await asyncio.sleep(self._service_s)
            yield Executed(_outcome(index, began_ns, time.time_ns()), "waiting", "waiting")


def _outcome(index: int, began_ns: int, ended_ns: int) -> Outcome:
    return Outcome(
        run_index=index,
        ending=Ending.FINISHED,
        exit_code=0,
        term_signal=None,
        raised=None,
        stdout=b"",
        stdout_total_bytes=0,
        stderr=b"",
        stderr_total_bytes=0,
        value=None,
        behaviour=None,
        usage=Usage(cpu_time_ns=0, wall_time_ns=ended_ns - began_ns, peak_memory_bytes=1 << 20),
        started_at_ns=began_ns,
        ended_at_ns=ended_ns,
    )


async def work(address: str, count: int, service_s: float) -> None:
    """Run them until the end of the input."""
    settings = JetStreamSettings(servers=(address,), connect_timeout_s=120.0)
    at_once = asyncio.Semaphore(STARTED_AT_ONCE)
    async with AsyncExitStack() as undo:

        async def start(number: int) -> None:
            async with at_once:
                connection = await connect(settings, f"worker {number}")
                undo.push_async_callback(connection.close)
                worker = Worker(connection, Waiting(service_s), TOOLCHAIN, "proof")
                undo.push_async_callback(worker.close)
                await worker.start()

        await asyncio.gather(*map(start, range(count)))
        sys.stdout.write(f"{count} at work\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main(arguments: Sequence[str]) -> int:
    """Work."""
    logs.configure("error")  # what else is said would go to standard output
    address, count, service_s = arguments
    asyncio.run(work(address, int(count), float(service_s)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
