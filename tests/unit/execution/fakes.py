"""Executors in memory: they do what a test tells them, and remember what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from sandboxes.model import Ending, Limits, Outcome, Program, Run, SandboxError, StdioRun, Usage
from verifierd.execution.executor import ExecutionRequest
from verifierd.judging.answers import Answer, Executed

SECOND_NS = 1_000_000_000

LIMITS = Limits(
    cpu_time_ns=2 * SECOND_NS,
    wall_time_ns=8 * SECOND_NS,
    memory_bytes=1 << 28,
    output_bytes=1 << 20,
    processes=16,
    open_files=64,
    disk_bytes=1 << 20,
)

FINISHED = Outcome(
    run_index=0,
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
    usage=Usage(cpu_time_ns=10_000_000, wall_time_ns=20_000_000, peak_memory_bytes=1 << 20),
    started_at_ns=1,
    ended_at_ns=2,
)


def printed(stdout: bytes, outcome: Outcome = FINISHED) -> Outcome:
    """An outcome that wrote this and ended well."""
    return replace(outcome, stdout=stdout, stdout_total_bytes=len(stdout))


def took(
    cpu_s: float, wall_s: float, ending: Ending = Ending.FINISHED, peak_memory_bytes: int = 1 << 20
) -> Outcome:
    """An outcome that used so much time and memory."""
    usage = Usage(round(cpu_s * SECOND_NS), round(wall_s * SECOND_NS), peak_memory_bytes)
    return replace(FINISHED, ending=ending, usage=usage)


def request(runs: int, source: str = "pass") -> ExecutionRequest:
    """A request whose runs have their number as input."""
    wanted = tuple(StdioRun(str(index).encode()) for index in range(runs))
    return ExecutionRequest("b", "c", Program("python", source), wanted, LIMITS)


def broken(why: str = "the supervisor hung up") -> SandboxError:
    """What a broken sandbox raises."""
    return SandboxError(why)


Act = Callable[[ExecutionRequest, Run], Outcome | Exception]


class FakeExecutor:
    """Does `act` for every run; `hold` makes runs wait until it is set."""

    def __init__(self, act: Act, capacity: int = 2) -> None:
        self.capacity = capacity
        self.asked: list[tuple[str, Run]] = []
        self.requests: list[ExecutionRequest] = []
        self.running = 0
        self.most_running = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.started = asyncio.Event()
        self._act = act

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        self.requests.append(request)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.started.set()
        try:
            for index, run in enumerate(request.runs):
                await self.hold.wait()
                await asyncio.sleep(0)
                self.asked.append((request.candidate_id, run))
                did = self._act(request, run)
                if isinstance(did, Exception):
                    raise did
                yield Executed(replace(did, run_index=index), f"s{len(self.requests)}", "fake")
        finally:
            self.running -= 1


async def answers_of(generator: AsyncGenerator[Answer, None]) -> list[Answer]:
    """All answers of a request."""
    return [answer async for answer in generator]
