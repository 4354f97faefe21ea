"""Completions of any problems, judged: equal problems in one batch, faults kept apart."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from verifierd_client._async import AsyncVerifier
from verifierd_client._candidates import checked
from verifierd_client._writing import write_problem
from verifierd_client.completions import Completion, Extraction
from verifierd_client.errors import (
    ConnectionFailed,
    InvalidRequest,
    NotACandidate,
    NotAProblem,
    OutOfRange,
    RequestTooLarge,
    ServerFault,
    UnreadableAnswer,
    VerifierError,
)
from verifierd_client.problems import Candidate, Digest, Options, Problem
from verifierd_client.results import CandidateResult, Verdict

Program = Completion | Candidate | str
Item = tuple[Problem | Digest, Program]

WORTH_REPEATING = (ConnectionFailed, ServerFault, UnreadableAnswer)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A completion that has no verdict, and why: the service failed, or refused it. It is not wrong."""

    reason: str
    error: VerifierError | None = None


Judged = CandidateResult | Unjudged


@dataclass(frozen=True, slots=True)
class Judge:
    """Has completions judged.

    Attributes:
        language: of completions that are given as text.
        extraction: which part of such a completion is the program.
        timeout_s: bound of one batch; None: as long as it takes.
        attempts: how often a completion is given to the service at most, while the service fails on it. What
            the service has not begun, the verifier repeats by itself.
        max_batches: how many batches are in flight at most.
    """

    verifier: AsyncVerifier
    options: Options
    language: str = "python"
    extraction: Extraction = Extraction.LAST_BLOCK
    timeout_s: float | None = None
    attempts: int = 2
    max_batches: int = 16

    async def judged(self, items: Sequence[Item]) -> list[Judged]:
        """Return what came of each item, in their order. Raises nothing of the service's."""
        outcomes: dict[int, Judged] = {}
        turns = asyncio.Semaphore(self.max_batches)

        async def batch(positions: list[int]) -> None:
            async with turns:
                await self._repeatedly(items, positions, outcomes)

        async with asyncio.TaskGroup() as batches:
            for positions in _of_equal_problems(items):
                batches.create_task(batch(positions))
        return [outcomes[position] for position in range(len(items))]

    async def _repeatedly(
        self, items: Sequence[Item], positions: list[int], outcomes: dict[int, Judged]
    ) -> None:
        for _ in range(self.attempts):
            await self._once(items, positions, outcomes)
            positions = [each for each in positions if _service_failed(outcomes[each])]
            if not positions:
                return

    async def _once(self, items: Sequence[Item], positions: list[int], outcomes: dict[int, Judged]) -> None:
        """Judge one batch, in halves where it is refused for a candidate's sake: the others lose nothing."""
        lost: VerifierError | None = None
        landed = set()
        try:
            problem = items[positions[0]][0]
            candidates = [self._candidate(items[each][1], each) for each in positions]
            stream = self.verifier.stream(problem, candidates, self.options, timeout_s=self.timeout_s)
            async with stream:
                async for result in stream:
                    landed.add(position := int(result.candidate_id))
                    outcomes[position] = result
        except VerifierError as error:
            lost = error
        except UnicodeEncodeError as error:  # of a name or a path; other texts are bytes
            lost = NotAProblem(f"it holds a text that is no Unicode: {error}")
        if lost is not None and not landed and len(positions) > 1 and _may_be_for_one_candidate(lost):
            middle = len(positions) // 2
            await self._once(items, positions[:middle], outcomes)
            await self._once(items, positions[middle:], outcomes)
            return
        for position in positions:
            if position not in landed:
                outcomes[position] = Unjudged(f"{type(lost).__name__}: {lost}", lost)

    def _candidate(self, program: Program, position: int) -> Candidate | Completion:
        """Return what stands at a position of the items, under that position's name. Raises NotACandidate."""
        if isinstance(program, str):
            return Completion(program, self.language, str(position), self.extraction)
        return replace(checked(program, position), id=str(position))


def _of_equal_problems(items: Sequence[Item]) -> list[list[int]]:
    """Return the positions of the items of each problem."""
    names: dict[int, Hashable] = {}
    positions: dict[Hashable, list[int]] = {}
    for position, (problem, _) in enumerate(items):
        if id(problem) not in names:
            names[id(problem)] = _name(problem)
        positions.setdefault(names[id(problem)], []).append(position)
    return list(positions.values())


def _name(problem: Problem | Digest) -> Hashable:
    """Return what is equal for equal problems; those that cannot be sent are equal to none."""
    if isinstance(problem, Digest):
        return problem
    try:
        return write_problem(problem).SerializeToString(deterministic=True)
    except (VerifierError, UnicodeEncodeError):
        return id(problem)


def _may_be_for_one_candidate(error: VerifierError) -> bool:
    if isinstance(error, InvalidRequest):
        return "candidate" in error.field
    return isinstance(error, NotACandidate | OutOfRange | RequestTooLarge)


def _service_failed(outcome: Judged) -> bool:
    if isinstance(outcome, Unjudged):
        return isinstance(outcome.error, WORTH_REPEATING)
    return outcome.verdict is Verdict.INFRASTRUCTURE_ERROR
