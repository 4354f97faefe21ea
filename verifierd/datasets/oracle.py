"""Expected outputs where a dataset publishes inputs alone: what its own solution returns, in a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import verifierd_client as client
from verifierd.datasets.task import Program, Task

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
    open_ids = list(tests)
    while open_ids:
        problem = replace(task.problem, tests=[tests[each] for each in open_ids], checker=None)
        result = await _run(verifier, problem, task.oracle)
        left = []
        for execution in result.executions:
            if execution.verdict not in RETURNED:
                raise _failed(task, execution.test_id, execution.verdict, execution.detail)
            if execution.actual is None:
                left.append(execution.test_id)
            else:
                tests[execution.test_id] = replace(tests[execution.test_id], expected=execution.actual[0])
        if not result.executions or len(left) == len(open_ids):
            raise _failed(task, open_ids[0], result.verdict, result.detail or "no value came back")
        open_ids = left
    return replace(task.problem, tests=[tests[test.id] for test in task.problem.tests])


async def _run(verifier: Streams, problem: client.Problem, oracle: Program) -> client.CandidateResult:
    async def alone() -> AsyncIterator[client.Candidate]:
        yield client.Candidate(oracle.source, oracle.language, "oracle")

    stream = verifier.stream(problem, alone(), OPTIONS)
    async with stream:
        (result,) = [each async for each in stream]
    return result


def _failed(task: Task, test_id: str, verdict: client.Verdict, detail: str) -> Unjudgeable:
    why = f"{task.place}: its own solution on test {test_id}: {verdict.value}: {detail}"
    ours = verdict is client.Verdict.INFRASTRUCTURE_ERROR
    return Unjudgeable(why, verdict if ours else client.Verdict.SKIPPED)
