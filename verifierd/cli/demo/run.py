"""The demo's work: all problems at a time over gRPC, then HumanEval's solutions, with the time they took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from verifierd.cli.demo.data import DemoBatch
from verifierd.datasets.adapter import canonical_samples
from verifierd.datasets.evaluation import Evaluation
from verifierd.datasets.tallies import Tally
from verifierd.datasets.task import Task
from verifierd_client import AsyncVerifier, BatchResult, CandidateResult, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A problem of the demo and what became of its candidates, in the order of its file."""

    batch: DemoBatch
    result: BatchResult


@dataclass(frozen=True, slots=True)
class Difference:
    """A candidate that got another verdict than it must."""

    problem_id: str
    expected: str
    result: CandidateResult


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run of the demo found. `elapsed_s` is from the first request to the last result."""

    problems: tuple[Judged, ...]
    humaneval: Tally
    humaneval_tasks: int
    elapsed_s: float

    @property
    def candidates(self) -> int:
        """Return how many programs were judged."""
        return sum(len(each.result.results) for each in self.problems) + self.humaneval.samples

    @property
    def executions(self) -> int:
        """Return how many tests were run."""
        of_problems = sum(each.result.summary.cost.executions for each in self.problems)
        return of_problems + self.humaneval.executions

    @property
    def humaneval_accepted(self) -> int:
        """Return how many of HumanEval's solutions were accepted."""
        return self.humaneval.verdict_counts[Verdict.ACCEPTED]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return the candidates of the problems that got another verdict than they must."""
        return tuple(
            Difference(judged.batch.problem.id, candidate.expected_verdict, result)
            for judged in self.problems
            for candidate, result in zip(judged.batch.candidates, judged.result.results, strict=True)
            if result.verdict.value != candidate.expected_verdict
        )

    @property
    def as_it_must_be(self) -> bool:
        """Say whether each candidate got its verdict, and each of HumanEval's solutions was accepted."""
        return not self.differences and self.humaneval_accepted == self.humaneval_tasks


async def judge_all(
    address: str, batches: tuple[DemoBatch, ...], tasks: Mapping[str, Task], on_result: Callable[[], None]
) -> Findings:
    """Judge everything on the daemon at `address`; `on_result` is called after each program.

    Raises:
        VerifierError: the daemon cannot be reached, or refuses a batch.
    """
    began = time.monotonic()
    with Evaluation(tasks) as evaluation:
        evaluation.take(canonical_samples(tasks))
        async with AsyncVerifier(address) as verifier:
            problems = await asyncio.gather(*(_judged(verifier, batch, on_result) for batch in batches))
            await evaluation.run(verifier, on_result)
        return Findings(tuple(problems), evaluation.tally, len(tasks), time.monotonic() - began)


async def _judged(verifier: AsyncVerifier, batch: DemoBatch, on_result: Callable[[], None]) -> Judged:
    results = []
    stream = verifier.stream(batch.problem, [each.candidate for each in batch.candidates])
    async with stream:
        async for result in stream:
            results.append(result)
            on_result()
    return Judged(batch, BatchResult(results=stream.in_order(results), summary=stream.summary))
