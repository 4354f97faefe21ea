"""What is known is not asked again; answers keep their order, whichever of them are known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sandboxes.model import Outcome, Program, Run, StdioRun
from tests.unit.execution.fakes import LIMITS, FakeExecutor, answers_of, printed, request
from verifierd.execution.executor import ExecutionRequest
from verifierd.execution.recalling import Recalling
from verifierd.execution.result_cache import ResultCache
from verifierd.judging.answers import Answer, Executed

pytestmark = pytest.mark.anyio


def act(asked: ExecutionRequest, run: Run) -> Outcome:
    assert isinstance(run, StdioRun)
    return printed(run.stdin + asked.program.source.encode())


class Batches:
    """Batches over one executor and one cache; each asks the same runs of one program."""

    def __init__(self) -> None:
        self.inner = FakeExecutor(act)
        self.cache = ResultCache(1 << 20)

    async def verify(
        self, wanted: ExecutionRequest, own: Sequence[Run] | None = None
    ) -> tuple[list[Answer], int]:
        """Return the answers, and how many runs were made for them."""
        before = sum(len(each.runs) for each in self.inner.requests)
        runs = wanted.runs if own is None else tuple(own)
        batch = Recalling(self.inner, self.cache, runs, wanted.limits)
        answers = await answers_of(batch.execute(wanted))
        return answers, sum(len(each.runs) for each in self.inner.requests) - before


def said(answers: list[Answer]) -> list[tuple[int, bytes, bool]]:
    assert all(isinstance(each, Executed) for each in answers)
    return [
        (each.run_index, each.outcome.stdout, each.is_known) for each in answers if isinstance(each, Executed)
    ]


async def test_from_the_third_time_on_no_run_is_made() -> None:
    batches = Batches()
    made = [await batches.verify(request(3)) for _ in range(4)]
    assert [count for _, count in made] == [3, 3, 0, 0]
    assert said(made[0][0]) == [(index, b"%dpass" % index, False) for index in range(3)]
    assert said(made[3][0]) == [(index, b"%dpass" % index, True) for index in range(3)]


async def test_runs_that_are_not_known_are_made_and_all_keep_their_order() -> None:
    batches = Batches()
    odd = request(6)
    odd = replace(odd, runs=odd.runs[1::2])
    for _ in range(2):
        await batches.verify(odd)
    answers, made = await batches.verify(request(6))
    assert made == 3
    assert said(answers) == [(index, b"%dpass" % index, index % 2 == 1) for index in range(6)]


@pytest.mark.parametrize(
    "changed",
    [
        replace(request(1), program=Program("python", "pass ")),
        replace(request(1), program=Program("javascript", "pass")),
        replace(request(1), limits=replace(LIMITS, memory_bytes=LIMITS.memory_bytes + 1)),
        replace(request(1), limits=replace(LIMITS, open_files=LIMITS.open_files + 1)),
        replace(request(1), runs=(StdioRun(b"0", arguments=("x",)),)),
        replace(request(1), runs=(StdioRun(b"0", asked=("x",)),)),
    ],
)
async def test_whatever_could_change_a_result_tells_runs_apart(changed: ExecutionRequest) -> None:
    batches = Batches()
    for _ in range(3):
        await batches.verify(request(1))
    assert (await batches.verify(changed))[1] == 1


async def test_a_program_that_may_vary_is_run_each_time() -> None:
    batches = Batches()
    wanted = request(2, "import random")
    assert [(await batches.verify(wanted))[1] for _ in range(4)] == [2] * 4


async def test_requests_for_other_runs_than_the_batch_s_go_through() -> None:
    batches = Batches()
    assert [(await batches.verify(request(1), own=request(2).runs))[1] for _ in range(4)] == [1] * 4


async def test_who_leaves_early_leaves_the_executor_whole() -> None:
    batches = Batches()
    batch = Recalling(batches.inner, batches.cache, (wanted := request(3)).runs, LIMITS)
    answers = batch.execute(wanted)
    await anext(answers)
    await answers.aclose()
    assert batches.inner.running == 0
    together = await asyncio.gather(*(answers_of(batch.execute(wanted)) for _ in range(2)))
    assert [len(each) for each in together] == [3, 3]


async def test_what_one_tenant_s_runs_did_is_known_to_no_other() -> None:
    batches = Batches()
    made = [(await batches.verify(replace(request(3), tenant="b")))[1] for _ in range(3)]
    assert made == [3, 3, 0]
    assert (await batches.verify(replace(request(3), tenant="a")))[1] == 3
    assert (await batches.verify(request(3)))[1] == 3
