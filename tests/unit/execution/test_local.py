from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest

from sandboxes.model import Job, Outcome, SandboxError
from sandboxes.pool import SandboxPool
from tests.unit.execution.fakes import FINISHED, LIMITS, answers_of, request
from verifierd.execution.local import LocalExecutor
from verifierd.judging.answers import Executed

pytestmark = pytest.mark.anyio


class FakeSandbox:
    """Answers with these run indices."""

    id = "s1"
    backend = "fake"
    image_digest = ""

    def __init__(self, run_indices: tuple[int, ...]) -> None:
        self.run_indices = run_indices
        self.jobs: list[Job] = []
        self.closed = False
        self.is_unhurried: bool | None = None

    async def run(self, job: Job, *, is_unhurried: bool) -> AsyncGenerator[Outcome, None]:
        self.jobs.append(job)
        self.is_unhurried = is_unhurried
        try:
            for index in self.run_indices:
                yield replace(FINISHED, run_index=index)
        finally:
            self.closed = True


class FakePool:
    """One sandbox, and whether it is lent."""

    size = 1
    has_idle = False

    def __init__(self, sandbox: FakeSandbox) -> None:
        self.sandbox = sandbox
        self.lent = 0

    @asynccontextmanager
    async def lease(self, tenant: str = "") -> AsyncIterator[FakeSandbox]:
        self.lent += 1
        try:
            yield self.sandbox
        finally:
            assert self.sandbox.closed, "a sandbox goes back only once its job has ended"
            self.lent -= 1


def executor(*run_indices: int) -> tuple[LocalExecutor, FakePool]:
    pool = FakePool(FakeSandbox(run_indices))
    return LocalExecutor(cast(SandboxPool, pool)), pool


async def test_a_request_becomes_one_job_and_each_outcome_says_where_it_was_made() -> None:
    local, pool = executor(0, 1)
    order = request(2)
    answers = await answers_of(local.execute(order))
    assert pool.sandbox.jobs == [Job(order.program, order.runs, LIMITS)]
    assert [(a.run_index, a.sandbox_id, a.backend) for a in answers if isinstance(a, Executed)] == [
        (0, "s1", "fake"),
        (1, "s1", "fake"),
    ]
    assert local.capacity == 1


@pytest.mark.parametrize("has_idle", [False, True])
async def test_a_sandbox_beside_idle_ones_may_take_its_time_after_the_answer(has_idle: bool) -> None:
    local, pool = executor(0)
    pool.has_idle = has_idle
    await answers_of(local.execute(request(1)))
    assert pool.sandbox.is_unhurried is has_idle


@pytest.mark.parametrize("run_indices", [(), (0,), (1, 0), (0, 0), (0, 1, 2)], ids=str)
async def test_answers_to_other_runs_than_were_asked_are_a_broken_sandbox(
    run_indices: tuple[int, ...],
) -> None:
    local, pool = executor(*run_indices)
    with pytest.raises(SandboxError, match="s1"):
        await answers_of(local.execute(request(2)))
    assert pool.lent == 0


async def test_leaving_early_ends_the_job_before_the_sandbox_goes_back() -> None:
    local, pool = executor(0, 1)
    answers = local.execute(request(2))
    await anext(answers)
    assert pool.lent == 1
    await answers.aclose()
    assert pool.lent == 0
