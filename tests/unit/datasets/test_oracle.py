"""Where only inputs are published, what the set's own solution returns is what is expected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.datasets.fakes import FakeStream, FakeVerifier, execution
from verifierd.datasets.oracle import Unjudgeable, answered
from verifierd.datasets.task import Oracle, Program, Task

pytestmark = pytest.mark.anyio

TESTS = [client.CallTest("f", [number], None, id=f"base/{number}") for number in range(4)]
CHECKER = client.Checker("float")
TASK = Task(
    "T/0",
    "p:1",
    client.Problem("T/0", TESTS, checker=CHECKER),
    "python",
    oracle=Oracle(Program("def f(x): return -x", "python"), lambda args, returned: returned),
)


class Solution(FakeVerifier):
    """Returns the negated arguments, `told` of them in one result; `faults` by test id."""

    def __init__(self, told: int, faults: dict[str, client.Verdict] | None = None) -> None:
        super().__init__(lambda source: client.Verdict.WRONG_ANSWER)
        self.told = told
        self.faults = faults or {}

    def stream(self, problem: client.Problem, candidates: Any, options: client.Options | None = None) -> Any:
        self.problems.append(problem)
        assert options is not None
        assert options.include_outputs
        return Answers(self, problem, candidates)


class Answers(FakeStream):
    """The oracle's one result."""

    async def _judged(self) -> AsyncIterator[client.CandidateResult]:
        async for result in super()._judged():
            yield replace(result, executions=tuple(self._answers()))

    def _answers(self) -> Any:
        assert isinstance(self._verifier, Solution)
        for position, test in enumerate(self._problem.tests):
            assert isinstance(test, client.CallTest)
            is_told = position < self._verifier.told
            verdict = self._verifier.faults.get(test.id, client.Verdict.WRONG_ANSWER)
            yield execution(test.id, verdict, (-test.args[0],) if is_told else None)


@pytest.mark.parametrize(("at_once", "rounds"), [(4, 1), (3, 2), (1, 4)])
async def test_what_the_oracle_returns_is_expected_however_many_rounds_it_takes(
    at_once: int, rounds: int
) -> None:
    verifier = Solution(at_once)
    problem = await answered(verifier, TASK)
    assert [getattr(test, "expected", None) for test in problem.tests] == [0, -1, -2, -3]
    assert [test.id for test in problem.tests] == [test.id for test in TESTS]
    assert problem.checker == CHECKER
    assert len(verifier.problems) == rounds


async def test_an_oracle_that_fails_makes_its_task_unjudgeable() -> None:
    verifier = Solution(4, {"base/2": client.Verdict.TIME_LIMIT_EXCEEDED})
    with pytest.raises(
        Unjudgeable, match=r"p:1: its own solution on test base/2: TIME_LIMIT_EXCEEDED"
    ) as raised:
        await answered(verifier, TASK)
    assert raised.value.verdict is client.Verdict.SKIPPED


async def test_a_service_that_fails_is_not_taken_for_a_wrong_oracle() -> None:
    verifier = Solution(4, {"base/1": client.Verdict.INFRASTRUCTURE_ERROR})
    with pytest.raises(Unjudgeable) as raised:
        await answered(verifier, TASK)
    assert raised.value.verdict is client.Verdict.INFRASTRUCTURE_ERROR


async def test_an_oracle_whose_values_never_come_is_not_asked_for_ever() -> None:
    with pytest.raises(Unjudgeable, match="on test base/0"):
        await answered(Solution(0), TASK)


async def test_samples_may_take_so_many_times_what_the_oracle_took() -> None:
    limits = client.Limits(cpu_time_s=0.25, memory_bytes=1 << 30)
    oracle = replace(TASK.oracle, time_factor=4.0) if TASK.oracle else None
    verifier = Solution(4)
    task = replace(TASK, problem=replace(TASK.problem, limits=limits), oracle=oracle)
    problem = await answered(verifier, task)
    assert problem.limits == replace(limits, cpu_time_s=0.5), "four times 0.125 s"
    assert verifier.problems[0].limits == replace(limits, cpu_time_s=1.0)
    slow_enough = replace(task, problem=replace(TASK.problem, limits=client.Limits(cpu_time_s=2.0)))
    assert (await answered(Solution(4), slow_enough)).limits == client.Limits(cpu_time_s=2.0)


async def test_what_the_checker_is_told_may_be_made_of_the_arguments() -> None:
    oracle = replace(TASK.oracle, expected=lambda args, returned: [args, returned]) if TASK.oracle else None
    problem = await answered(Solution(4), replace(TASK, oracle=oracle))
    assert [getattr(test, "expected", None) for test in problem.tests] == [[[n], -n] for n in range(4)]


async def test_an_oracle_that_returns_an_object_without_a_value_form_makes_its_task_unjudgeable() -> None:
    assert TASK.oracle is not None
    oracle = replace(TASK.oracle, expected=lambda args, returned: [client.Opaque("C")])
    with pytest.raises(Unjudgeable, match=r"on test base/0: .*: it returned an object that is no value"):
        await answered(Solution(4), replace(TASK, oracle=oracle))
