"""Partial programs as a tree of steps, each worth what the finished programs that go through it are worth.

A rollout finishes a partial program: the model goes on from it to an end, and what it wrote is verified. Each
step of a rollout is a node, so that a rollout counts for every partial program that it goes through, and no
token is spent on proposing steps alone. That whole programs which the tests have judged tell the value of
their beginnings is Zhang et al. 2023, "Planning with Large Language Models for Code Generation", section 3;
the mean over rollouts is the "soft estimation" of Wang et al. 2024, "Math-Shepherd", section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifierd_client.problems import Digest, Problem, Role
from verifierd_client.results import CandidateResult, Verdict
from verifierd_client.strategies._trial import Trial

Steps = Callable[[str], Sequence[str]]
"""Cuts a text into the steps that it was written in; joined they are the text again."""


def lines(text: str) -> Sequence[str]:
    """Cut a text into its lines, each with its end and with the blank lines after it."""
    steps: list[str] = []
    for line in text.splitlines(keepends=True):
        if steps and not line.strip():
            steps[-1] += line
        else:
            steps.append(line)
    return steps


@dataclass(slots=True)
class Tally:
    """How many rollouts there were, and the sum of their values."""

    rollouts: int = 0
    worth: float = 0.0

    @property
    def mean(self) -> float:
        """Return their mean value, in [0, 1]; 0 without any."""
        return self.worth / self.rollouts if self.rollouts else 0.0

    def add(self, value: float) -> None:
        """Count one."""
        self.rollouts += 1
        self.worth += value


@dataclass(eq=False, slots=True)
class Partial:
    """A text that programs begin with, and what came of them.

    Attributes:
        steps: what has been written so far.
        children: by their next step.
        through: the rollouts that begin with it.
        begun: those of them that were drawn from right here.
        searches: how often a search has come to it.
    """

    steps: tuple[str, ...] = ()
    children: dict[str, Partial] = field(default_factory=dict)
    through: Tally = field(default_factory=Tally)
    begun: Tally = field(default_factory=Tally)
    searches: int = 0

    @property
    def text(self) -> str:
        """Return what has been written so far."""
        return "".join(self.steps)

    @property
    def unfinished(self) -> list[Partial]:
        """Return the children that some rollout goes on from."""
        return [each for each in self.children.values() if each.children]

    def add(self, steps: Sequence[str], value: float) -> None:
        """Count a rollout here, and at each of the steps that it takes from here."""
        node = self
        node.through.add(value)
        for step in steps:
            node = node.children.setdefault(step, Partial((*node.steps, step)))
            node.through.add(value)


class Rollouts:
    """Finishes partial programs, verifies what came of it, and grows the tree of all rollouts.

    Attributes:
        root: the empty text.
        left: how many more may be drawn.
    """

    def __init__(self, trial: Trial, cut: Steps, most: int) -> None:
        """Begin with an empty tree, to draw at most so many."""
        self.root = Partial()
        self.left = most
        self._trial = trial
        self._cut = cut
        self._examples = examples_of(trial.query.problem)

    async def draw(self, partial: Partial, n: int) -> None:
        """Finish a partial program up to `n` times. Raises SamplerError and VerifierError."""
        n = min(n, self.left)
        if n == 0:
            return
        self.left -= n
        for attempt in await self._trial.draw(n, continuing=partial.text):
            value = value_of(attempt.result, self._examples)
            if value is not None:
                continued = self._cut(attempt.text[len(partial.text) :])
                self.root.add((*partial.steps, *continued), value)
                partial.begun.add(value)


def examples_of(problem: Problem | Digest) -> frozenset[str]:
    """Return the ids of the tests that the sampler could see; empty where none is, or they are not known."""
    tests = () if isinstance(problem, Digest) else problem.tests
    return frozenset(test.id or str(at) for at, test in enumerate(tests) if test.role is Role.EXAMPLE)


def value_of(result: CandidateResult, examples: frozenset[str]) -> float | None:
    """Return the share of tests that a program passed, in [0, 1]: of the examples, or of all without any.

    None where the service failed to verify it, or to run one of these tests, or did not come to it: that says
    nothing about the program.
    """
    is_lost = any(each.test_id in examples or not examples for each in result.lost)
    if not result.verdict.tells_of_program or is_lost:
        return None
    if not examples:
        return result.tests_passed / result.tests_total if result.tests_total else None
    passed = {each.test_id for each in result.executions if each.verdict is Verdict.ACCEPTED}
    return len(passed & examples) / len(examples)
