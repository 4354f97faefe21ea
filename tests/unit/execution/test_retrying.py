from __future__ import annotations

import asyncio

import pytest

from sandboxes.model import Outcome, Run, SandboxError, StdioRun
from tests.unit.execution.fakes import FINISHED, FakeExecutor, answers_of, broken, printed, request
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.retrying import Retrying, RetryPolicy
from verifierd.judging.answers import Executed, ExecutionFailed

pytestmark = pytest.mark.anyio


class Pauses:
    """Takes the place of sleeping."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


class BreaksAt:
    """Breaks the sandbox the first `times` that the run with this input comes."""

    def __init__(self, stdin: bytes, times: int) -> None:
        self.stdin = stdin
        self.times = times

    def __call__(self, request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
        assert isinstance(run, StdioRun)
        if run.stdin == self.stdin and self.times > 0:
            self.times -= 1
            return broken()
        return printed(run.stdin)


async def test_what_has_landed_is_never_run_again() -> None:
    inner = FakeExecutor(BreaksAt(b"2", times=1))
    answers = await answers_of(Retrying(inner, sleep=Pauses()).execute(request(4)))
    assert [run.stdin for _, run in inner.asked if isinstance(run, StdioRun)] == [
        b"0",
        b"1",
        b"2",
        b"2",
        b"3",
    ]
    assert [answer.run_index for answer in answers] == [0, 1, 2, 3]
    assert [answer.outcome.stdout for answer in answers if isinstance(answer, Executed)] == [
        b"0",
        b"1",
        b"2",
        b"3",
    ]


async def test_attempts_count_the_sandboxes_of_that_run_alone() -> None:
    answers = await answers_of(
        Retrying(FakeExecutor(BreaksAt(b"1", times=2)), sleep=Pauses()).execute(request(3))
    )
    assert [answer.attempts for answer in answers] == [1, 3, 1]


async def test_a_request_that_keeps_breaking_sandboxes_is_answered_as_our_failure_with_its_cause() -> None:
    inner = FakeExecutor(BreaksAt(b"1", times=99))
    answers = await answers_of(Retrying(inner, RetryPolicy(max_losses=3), sleep=Pauses()).execute(request(3)))
    assert isinstance(answers[0], Executed)
    assert [type(answer) for answer in answers[1:]] == [ExecutionFailed, ExecutionFailed]
    failed = answers[1]
    assert isinstance(failed, ExecutionFailed)
    assert "the supervisor hung up" in failed.cause
    assert failed.attempts == 3
    assert len(inner.requests) == 3, "it may cost three sandboxes and no more"


async def test_losses_at_different_runs_add_up() -> None:
    def act(request: ExecutionRequest, run: Run) -> Outcome | SandboxError:
        return broken() if len(inner.asked) % 2 else printed(b"")

    inner = FakeExecutor(act)
    answers = await answers_of(
        Retrying(inner, RetryPolicy(max_losses=3), sleep=Pauses()).execute(request(50))
    )
    assert len(inner.requests) == 3
    assert [answer.run_index for answer in answers] == list(range(50))


async def test_the_pause_doubles_with_every_loss() -> None:
    pauses = Pauses()
    policy = RetryPolicy(max_losses=4, first_pause_s=0.5)
    await answers_of(Retrying(FakeExecutor(BreaksAt(b"0", 99)), policy, pauses).execute(request(1)))
    assert pauses.seconds == [0.5, 1.0, 2.0]


async def test_leaving_early_leaves_the_sandbox_at_once() -> None:
    inner = FakeExecutor(lambda request, run: FINISHED)
    answers = Retrying(inner, sleep=Pauses()).execute(request(5))
    await anext(answers)
    assert inner.running == 1
    await answers.aclose()
    assert inner.running == 0
