"""The worker's side against a supervisor that says anything: outcomes or `SandboxError`, in bounded time."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest import mock

from sandboxes import sandbox as product
from sandboxes.backends.process import ProcessContainer
from sandboxes.inside.stages import memory_file
from sandboxes.model import BrokenTestProgram, CallRun, Limits, Program, SandboxError, StdioRun
from sandboxes.sandbox import Sandbox
from verifierd.api.convert.results import execution_to_proto
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.local import LocalExecutor
from verifierd.judging.answers import Executed
from verifierd.judging.judge import Judge
from verifierd.model import CallTest, ExecutionResult, Problem, StdioTest, TestCase, Verdict

from .frames import CALL_RUN, Script, Word, scripts, words
from .search import Property

# One process without children, so that killing it closes its pipes.
STAND_IN = """
import os, sys
def say(fd, text):
    while text:
        text = text[os.write(fd, text):]
said, shouted = (open(int(fd), "rb").read() for fd in sys.argv[1:3])
say(2, shouted)
say(1, said)
if sys.argv[3] == "close":
    os.close(1)
while heard := os.read(0, 1 << 16):
    if sys.argv[3] == "echo":
        say(1, heard)
"""
PATIENCE = {"START_SECONDS": 2.0, "ANSWER_SECONDS": 0.2, "STARVED_WALL_FACTOR": 0, "CANCEL_SECONDS": 0.3}
BOUND_S = 30.0  # far above what those add up to, for a busy machine
EXPECTED = b"42\n"
LIMITS = Limits(10**9, 10**9, 1 << 26, 1 << 20, 16, 64, 1 << 20)
PROBLEM = Problem(
    "fuzz",
    (
        TestCase("0", StdioTest(b"", EXPECTED)),
        TestCase("1", StdioTest(b"", EXPECTED)),
        TestCase("2", CallTest("f", (), {}, 42)),
    ),
    LIMITS,
)
REQUEST = ExecutionRequest(
    "batch",
    "candidate",
    Program("python", ""),
    (StdioRun(b""), StdioRun(b""), CallRun("f", (), {})),
    LIMITS,
)
JUDGE = Judge(PROBLEM)


def check(script: Script) -> None:
    """Play the script to the worker, which must come to an end it knows.

    Fails where a run is accepted of which no frame says that it ended well with the right answer.
    """
    said = words(script.said)
    for run, result in enumerate(played(script)):
        if result.verdict is Verdict.ACCEPTED:
            assert any(_accepts(run, word) for word in said), f"run {run} was accepted by nobody's word"


def played(script: Script) -> list[ExecutionResult]:
    """Play the script to the worker. Returns the results that it came to."""
    with _impatient(), asyncio.Runner() as runner:
        return runner.run(_bounded(script))


SUPERVISORS = Property("supervisor frames", scripts(), check)


async def _bounded(script: Script) -> list[ExecutionResult]:
    async with asyncio.timeout(BOUND_S):
        return await _played(script)


async def _played(script: Script) -> list[ExecutionResult]:
    process, stand_in = await _stand_in(script)
    pool = _Pool(stand_in)
    results: list[ExecutionResult] = []
    try:
        await stand_in.start({(): b""}, "none")
        async for answer in LocalExecutor(pool).execute(REQUEST):  # type: ignore[arg-type]
            assert isinstance(answer, Executed)
            result = JUDGE.judge(answer, 0)
            execution_to_proto(result).SerializeToString()
            results.append(result)
    except (SandboxError, BrokenTestProgram):
        pass
    finally:
        try:
            await stand_in.close()
        finally:
            process._transport.close()  # type: ignore[attr-defined]
            await asyncio.sleep(0)  # what that scheduled
    return results


def _accepts(run: int, word: Word) -> bool:
    header, blobs = word
    if header.get("run") != run or header.get("ending") != "finished" or header.get("exit_code"):
        return False
    return blobs[2] == b'{"returned":42}' if run == CALL_RUN else blobs[0].split() == EXPECTED.split()


class _Pool:
    """Lends the one sandbox."""

    size = 1
    has_idle = False

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @asynccontextmanager
    async def lease(self, tenant: str = "") -> AsyncIterator[Sandbox]:
        yield self._sandbox


async def _stand_in(script: Script) -> tuple[asyncio.subprocess.Process, Sandbox]:
    files = [memory_file(script.said), memory_file(script.shouted)]
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", STAND_IN, *map(str, files), script.end),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=files,
        )
    finally:
        for fd in files:
            os.close(fd)
    return process, Sandbox("stand-in", "fuzz", ProcessContainer(process, lambda: None))


@contextmanager
def _impatient() -> Iterator[None]:
    """Let the product wait for fractions of a second instead of half a minute.

    Nothing is logged of children that ended before the loop looked: most are killed.
    """
    log = logging.getLogger("asyncio")
    with mock.patch.dict(vars(product), PATIENCE), mock.patch.object(log, "disabled", True):
        yield
