"""Expected outputs where a dataset publishes inputs alone: what its own solution returns, in a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import verifierd_client as client
from verifierd.datasets.task import Oracle, Task
from verifierd.judging.fingerprint import fingerprint

OPTIONS = client.Options(include_outputs=True, bulk=True)
RETURNED = frozenset({client.Verdict.ACCEPTED, client.Verdict.WRONG_ANSWER})


class Streams(Protocol):
    """What an oracle needs of a client."""

    def stream(
        self, problem: client.Problem, candidates: AsyncIterator[client.Candidate], options: client.Options
    ) -> client.ResultStream:
        """Return an iterator over the results of one batch as they land."""
        ...


class Unjudgeable(Exception):
    """No sample of a task can be judged: the message says why, and `verdict` is what all of them get."""

    def __init__(self, why: str, verdict: client.Verdict = client.Verdict.SKIPPED) -> None:
        """Say why; INFRASTRUCTURE_ERROR means that it was the service's failure."""
        super().__init__(why)
        self.verdict = verdict


async def answered(verifier: Streams, task: Task) -> client.Problem:
    """Return a task's problem with what its oracle returns as the `expected` of every test.

    It runs once over all inputs, and once more over those whose outputs did not fit into one result. A
    task without an oracle is answered as it is.

    Raises:
        Unjudgeable: the task is, or its oracle failed on an input, or the service did.
        verifierd_client.VerifierError: the service cannot be reached, or refuses the batch.
    """
    if task.unjudgeable:
        raise Unjudgeable(task.unjudgeable)
    if task.oracle is None:
        return task.problem
    tests = {test.id: test for test in task.problem.tests if isinstance(test, client.CallTest)}
    left, slowest_s = list(tests), 0.0
    while left:
        result = await _run(verifier, task, task.oracle, [tests[test_id] for test_id in left])
        open_before, left = left, []
        for execution in result.executions:
            if execution.verdict not in RETURNED:
                raise _failed(task, execution.test_id, execution.verdict, execution.detail)
            if execution.actual is None:
                left.append(execution.test_id)
                continue
            test = tests[execution.test_id]
            expected = task.oracle.expected(test.args, execution.actual[0])
            if fingerprint(expected) is None:
                raise _failed(task, test.id, execution.verdict, "it returned an object that is no value")
            tests[test.id] = replace(test, expected=expected)
            slowest_s = max(slowest_s, execution.usage.cpu_time_s)
        if not result.executions or len(left) == len(open_before):
            raise _failed(task, open_before[0], result.verdict, result.detail or "no value came back")
    limits = _at_least(task.problem.limits, task.oracle.time_factor * slowest_s)
    return replace(task.problem, tests=[tests[test.id] for test in task.problem.tests], limits=limits)


async def _run(
    verifier: Streams, task: Task, oracle: Oracle, tests: list[client.CallTest]
) -> client.CandidateResult:
    async def alone() -> AsyncIterator[client.Candidate]:
        yield client.Candidate(oracle.program.source, oracle.program.language, "oracle")

    limits = _at_least(task.problem.limits, oracle.time_factor * (task.problem.limits.cpu_time_s or 0.0))
    problem = replace(task.problem, tests=tests, checker=None, limits=limits)
    stream = verifier.stream(problem, alone(), OPTIONS)
    async with stream:
        (result,) = [each async for each in stream]
    return result


def _at_least(limits: client.Limits, cpu_time_s: float) -> client.Limits:
    """Return limits with so much CPU time, where they have less; None is the server's default."""
    if limits.cpu_time_s is None or limits.cpu_time_s >= cpu_time_s:
        return limits
    return replace(limits, cpu_time_s=cpu_time_s)


def _failed(task: Task, test_id: str, verdict: client.Verdict, detail: str) -> Unjudgeable:
    why = f"{task.place}: its own solution on test {test_id}: {verdict.value}: {detail}"
    ours = verdict is client.Verdict.INFRASTRUCTURE_ERROR
    return Unjudgeable(why, verdict if ours else client.Verdict.SKIPPED)
