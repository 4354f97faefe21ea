"""A supervisor that no longer reads or obeys breaks its sandbox, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from sandboxes import sandbox as module
from sandboxes.inside import wire
from sandboxes.model import Job, Limits, Outcome, Program, SandboxError, StdioRun
from sandboxes.sandbox import Sandbox

pytestmark = pytest.mark.anyio

JOB = Job(Program("python", "pass"), (StdioRun(b""), StdioRun(b"")), Limits(1, 1, 1, 1, 1, 1, 1))
ANSWER = {
    "run": 0,
    "ending": "finished",
    "exit_code": 0,
    "term_signal": None,
    "stdout_total_bytes": 0,
    "stderr_total_bytes": 0,
    "behaviour": None,
    "cpu_time_ns": 1,
    "wall_time_ns": 1,
    "peak_memory_bytes": 1,
    "started_at_ns": 1,
    "ended_at_ns": 2,
}


class ScriptedContainer:
    """Says what it was given to say, and then nothing for ever."""

    def __init__(self, says: bytes = b"", reads: bool = True) -> None:
        self._says = says
        self._reads = reads
        self.killed = False

    async def write(self, data: bytes) -> None:
        if not self._reads:
            await asyncio.Event().wait()

    async def read(self, count: int) -> bytes:
        if len(self._says) < count:
            await asyncio.Event().wait()
        said, self._says = self._says[:count], self._says[count:]
        return said

    async def last_words(self) -> list[str]:
        return []

    async def kill(self) -> None:
        self.killed = True

    async def close(self) -> None: ...


async def test_an_order_that_nobody_reads_breaks_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 0.01)
    container = ScriptedContainer(reads=False)
    sandbox = Sandbox("1", "scripted", container)
    async with aclosing(sandbox.run(JOB)) as outcomes:
        with pytest.raises(SandboxError, match="took no order"):
            await anext(outcomes)
    assert sandbox.broken
    assert container.killed


async def test_a_cancel_that_is_not_obeyed_breaks_the_sandbox_and_keeps_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CANCEL_SECONDS", 0.01)
    sandbox = Sandbox("1", "scripted", ScriptedContainer(wire.pack(ANSWER, [b"", b"", b""])))
    async with aclosing(sandbox.run(JOB)) as outcomes:
        outcome: Outcome = await anext(outcomes)
    assert outcome.exit_code == 0
    assert sandbox.broken
    assert not sandbox.busy


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_sandbox_that_says_that_it_is_spent_is_lent_no_more_and_its_answers_are_good(
    cancelled: bool,
) -> None:
    answers = [wire.pack({**ANSWER, "run": run}, [b"", b"", b""]) for run in range(2)]
    done = wire.pack({"done": True, "spent": "2 sockets survived their candidate"}, [])
    sandbox = Sandbox("1", "scripted", ScriptedContainer(b"".join([*answers, done])))
    async with aclosing(sandbox.run(JOB)) as outcomes:
        assert (await anext(outcomes)).exit_code == 0
        if not cancelled:
            assert [outcome.exit_code async for outcome in outcomes] == [0]
    await sandbox.settled()
    assert sandbox.broken and not sandbox.busy
    assert sandbox.broken_because == "2 sockets survived their candidate"


@pytest.mark.parametrize(
    ("ending", "told"),
    [("finished", 0), ("raised", 0), ("finished", 1), ("finished", 3), ("cpu_limit", 1), ("cpu_limit", 3)],
)
async def test_a_supervisor_that_tells_of_other_paths_than_were_asked_for_is_not_believed(
    ending: str, told: int
) -> None:
    job = replace(JOB, runs=(StdioRun(b"", asked=("a", "b")),))
    answer = {**ANSWER, "ending": ending, "left": ["absent"] * told}
    container = ScriptedContainer(wire.pack(answer, [b"", b"", b"", b""]))
    sandbox = Sandbox("1", "scripted", container)
    async with aclosing(sandbox.run(job)) as outcomes:
        with pytest.raises(SandboxError, match="2 were asked for"):
            await anext(outcomes)
    assert sandbox.broken
    assert container.killed


class SlowToReset(ScriptedContainer):
    """Answers at once, and says only when it is told to that nothing of the job is left."""

    def __init__(self, done: dict[str, object]) -> None:
        answers = [wire.pack({**ANSWER, "run": run}, [b"", b"", b""]) for run in range(2)]
        super().__init__(b"".join(answers))
        self.may_end = asyncio.Event()
        self._done = wire.pack({"done": True, **done}, [])

    async def read(self, count: int) -> bytes:
        if count and not self._says:
            await self.may_end.wait()
            self._says, self._done = self._done, b""
        return await super().read(count)


async def test_the_last_answer_does_not_wait_for_the_reset() -> None:
    container = SlowToReset({})
    sandbox = Sandbox("1", "scripted", container)
    async with aclosing(sandbox.run(JOB)) as outcomes:
        assert [outcome.run_index async for outcome in outcomes] == [0, 1]
    assert [sandbox.busy, sandbox.is_settling] == [True, True]
    container.may_end.set()
    await sandbox.settled()
    assert [sandbox.busy, sandbox.is_settling, sandbox.broken] == [False] * 3


async def test_a_job_that_comes_too_early_waits_for_the_reset() -> None:
    container = SlowToReset({"spent": "a process survived its candidate"})
    sandbox = Sandbox("1", "scripted", container)
    async with aclosing(sandbox.run(JOB)) as outcomes:
        assert [outcome.run_index async for outcome in outcomes] == [0, 1]
    asyncio.get_running_loop().call_later(0.02, container.may_end.set)
    async with aclosing(sandbox.run(JOB)) as outcomes:
        with pytest.raises(SandboxError, match="broken"):
            await anext(outcomes)


@pytest.mark.parametrize("after", [{"run": 2}, {"done": True, "error": "no"}], ids=["an answer", "an error"])
async def test_anything_else_after_the_last_answer_breaks_the_sandbox(after: dict[str, object]) -> None:
    answers = [wire.pack({**ANSWER, "run": run}, [b"", b"", b""]) for run in range(2)]
    container = ScriptedContainer(b"".join([*answers, wire.pack(after, [])]))
    sandbox = Sandbox("1", "scripted", container)
    async with aclosing(sandbox.run(JOB)) as outcomes:
        assert [outcome.run_index async for outcome in outcomes] == [0, 1]
    await sandbox.settled()
    assert sandbox.broken and container.killed
