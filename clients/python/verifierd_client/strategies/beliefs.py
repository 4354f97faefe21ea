"""What is believed of a way to draw programs for one problem, and what drawing more of them may bring."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Belief:
    """The chance that one program solves the problem: 0 with probability `unsolvable`, else Beta(`a`, `b`).

    That some problems are solved by no sample and that the chances of the others are spread widely is what
    makes coverage a power law in the number of samples (Brown et al. 2024, "Large Language Monkeys", section
    3; Schaeffer et al. 2025, "How Do Large Language Monkeys Get Their Power (Laws)?"). The default is fitted
    to 100 samples of CodeGen-Mono-16B of each of 41 problems of HumanEval; `verifierd plan --json` fits that
    of your own model.

    Raises:
        ValueError: a number is out of its range.
    """

    unsolvable: float = 0.25
    a: float = 0.45
    b: float = 1.1

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        if not (0 <= self.unsolvable <= 1 and 0 < self.a < math.inf and 0 < self.b < math.inf):
            raise ValueError(
                f"unsolvable={self.unsolvable}, a={self.a}, b={self.b}: unsolvable is from 0 to 1, "
                "a and b are finite and above 0"
            )

    def after(self, failures: int) -> Belief:
        """Return what is believed once so many programs have failed (Bayes' rule)."""
        missed = self._missed(failures)
        failed = self.unsolvable + (1 - self.unsolvable) * missed
        unsolvable = self.unsolvable / failed if failed else 1.0
        return Belief(unsolvable, self.a, self.b + failures)

    def chance(self, programs: int) -> float:
        """Return the chance that of so many programs at least one solves the problem."""
        return (1 - self.unsolvable) * (1 - self._missed(programs))

    def _missed(self, programs: int) -> float:
        """Return the chance that all fail on a problem that can be solved: B(a, b + n) / B(a, b)."""
        log_missed = (
            math.lgamma(self.b + programs)
            + math.lgamma(self.a + self.b)
            - math.lgamma(self.a + self.b + programs)
            - math.lgamma(self.b)
        )
        return math.exp(min(0.0, log_missed))
