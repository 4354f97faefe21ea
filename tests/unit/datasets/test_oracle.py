"""Where only inputs are published, what the set's own solution returns is what is expected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.datasets.fakes import FakeStream, FakeVerifier, execution
from verifierd.datasets.oracle import Unjudgeable, answered
from verifierd.datasets.task import Program, Task

pytestmark = pytest.mark.anyio

TESTS = [client.CallTest("f", [number], None, id=f"base/{number}") for number in range(4)]
CHECKER = client.Checker("float")
TASK = Task(
    "T/0",
    "p:1",
    client.Problem("T/0", TESTS, checker=CHECKER),
    "python",
    oracle=Program("def f(x): return -x", "python"),
)


class Oracle(FakeVerifier):
    """Returns the negated arguments, `at_once` of them in one result; `faults` by test id."""

    def __init__(self, at_once: int, faults: dict[str, client.Verdict] | None = None) -> None:
        super().__init__(lambda source: client.Verdict.WRONG_ANSWER)
        self.at_once_told = at_once
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
        assert isinstance(self._verifier, Oracle)
        for position, test in enumerate(self._problem.tests):
            assert isinstance(test, client.CallTest)
            told = position < self._verifier.at_once_told
            verdict = self._verifier.faults.get(test.id, client.Verdict.WRONG_ANSWER)
            yield execution(test.id, verdict, (-test.args[0],) if told else None)


@pytest.mark.parametrize(("at_once", "rounds"), [(4, 1), (3, 2), (1, 4)])
async def test_what_the_oracle_returns_is_expected_however_many_rounds_it_takes(
    at_once: int, rounds: int
) -> None:
    verifier = Oracle(at_once)
    problem = await answered(verifier, TASK)
    assert [getattr(test, "expected", None) for test in problem.tests] == [0, -1, -2, -3]
    assert [test.id for test in problem.tests] == [test.id for test in TESTS]
    assert problem.checker == CHECKER
    assert len(verifier.problems) == rounds


async def test_an_oracle_that_fails_makes_its_task_unjudgeable() -> None:
    verifier = Oracle(4, {"base/2": client.Verdict.TIME_LIMIT_EXCEEDED})
    with pytest.raises(
        Unjudgeable, match=r"p:1: its own solution on test base/2: TIME_LIMIT_EXCEEDED"
    ) as raised:
        await answered(verifier, TASK)
    assert raised.value.verdict is client.Verdict.SKIPPED


async def test_a_service_that_fails_is_not_taken_for_a_wrong_oracle() -> None:
    verifier = Oracle(4, {"base/1": client.Verdict.INFRASTRUCTURE_ERROR})
    with pytest.raises(Unjudgeable) as raised:
        await answered(verifier, TASK)
    assert raised.value.verdict is client.Verdict.INFRASTRUCTURE_ERROR


async def test_an_oracle_whose_values_never_come_is_not_asked_for_ever() -> None:
    with pytest.raises(Unjudgeable, match="on test base/0"):
        await answered(Oracle(0), TASK)
