"""What is believed of each problem of a set, and what samples of it then solve and cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma

from verifierd.economics.coverage import Counts, checked_counts
from verifierd.economics.difficulty import Difficulty
from verifierd.economics.intervals import Floats

Numbers = npt.NDArray[np.int64]
_NEAR_ONE = 1e-6  # of a - 1: nearer, the sum over a's own formula would lose its digits


@dataclass(frozen=True, slots=True)
class Problems:
    """What is believed of each problem, and what its samples cost.

    Attributes:
        beliefs: the chance that a sample solves it, as a distribution, of each problem.
        usd_per_sample: what one sample costs, drawn and verified, of each problem.
        until_solved: whether the samples of a problem end with the first that solves it; else all are drawn.

    Raises:
        ValueError: there are no problems, there is not one cost for each, or a cost is not a finite number
            above 0.
    """

    beliefs: tuple[Difficulty, ...]
    usd_per_sample: tuple[float, ...]
    until_solved: bool = False

    def __post_init__(self) -> None:
        if not self.beliefs:
            raise ValueError("there are no problems to plan samples for")
        if len(self.beliefs) != len(self.usd_per_sample):
            raise ValueError(f"there are {len(self.beliefs)} problems and {len(self.usd_per_sample)} costs")
        for problem, usd in enumerate(self.usd_per_sample):
            if not 0 < usd < math.inf:
                raise ValueError(
                    f"a sample of problem {problem} costs {usd}; a cost is a finite number above 0"
                )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.beliefs)

    @property
    def most_coverage(self) -> float:
        """Return the share of problems that no number of samples can be expected to exceed."""
        return math.fsum(1.0 - each.unsolvable for each in self.beliefs) / len(self)

    @property
    def usd(self) -> Floats:
        """Return the costs of a sample of each as an array."""
        return np.array(self.usd_per_sample)

    def solved(self, samples: Numbers) -> Floats:
        """Return the chance of each problem that so many samples of it hold one that solves it."""
        a, b, unsolvable = self._parameters()
        return (1.0 - unsolvable) * -np.expm1(betaln(a, b + samples) - betaln(a, b))

    def gains(self, samples: Numbers) -> Floats:
        """Return the chance of each problem that the sample after so many is the first to solve it.

        It is (1 - u) E[(1-p)^k p] = (1 - u) B(a+1, b+k) / B(a, b), and falls with each further sample.
        """
        a, b, unsolvable = self._parameters()
        return (1.0 - unsolvable) * np.exp(betaln(a + 1.0, b + samples) - betaln(a, b))

    def worth(self, samples: Numbers) -> Floats:
        """Return the gain of each problem's next sample over what it is expected to cost, per US dollar.

        Where samples end with the first that solves, the next one is drawn, and paid for, only if all so far
        failed; then its gain over its cost is the chance that it solves given that they did. Either falls
        with each further sample.
        """
        if not self.until_solved:
            return self.gains(samples) / self.usd
        a, b, unsolvable = self._parameters()
        missed = (1.0 - unsolvable) * np.exp(betaln(a, b + samples) - betaln(a, b))
        # Of a problem that some sample solves, both chances may be too small for floating point.
        solvable = np.where(unsolvable > 0, missed / np.where(unsolvable > 0, unsolvable + missed, 1.0), 1.0)
        return solvable * a / (a + b + samples) / self.usd

    def next_usd(self, samples: Numbers) -> Floats:
        """Return what each problem's next sample is expected to cost."""
        return self.usd * (1.0 - self.solved(samples)) if self.until_solved else self.usd

    def cost_usd(self, samples: Numbers) -> float:
        """Return what so many samples of each are expected to cost."""
        return self.cost_until_solved_usd(samples) if self.until_solved else self.cost_of_all_usd(samples)

    def cost_of_all_usd(self, samples: Numbers) -> float:
        """Return what so many samples of each cost where all are drawn."""
        return math.fsum(self.usd * samples)

    def cost_until_solved_usd(self, samples: Numbers) -> float:
        """Return what is spent on average where each problem's samples end with the first that solves."""
        return math.fsum(self.usd * self.drawn_until_solved(samples))

    def drawn_until_solved(self, samples: Numbers) -> Floats:
        """Return how many of each problem's samples are drawn on average until the first that solves it.

        Sample j + 1 is drawn where none of j solves: with the chance r(j) = B(a, b+j) / B(a, b). The sum of
        r(0) to r(k-1) telescopes to ((a+b+k-1) r(k) - (a+b-1)) / (1 - a), and for a = 1 to
        b (digamma(b+k) - digamma(b)).
        """
        a, b, unsolvable = self._parameters()
        near_one = np.abs(1.0 - a) < _NEAR_ONE
        missed = np.exp(betaln(a, b + samples) - betaln(a, b))
        over = np.where(near_one, 1.0, 1.0 - a)
        drawn = np.where(
            near_one,
            b * (digamma(b + samples) - digamma(b)),
            ((a + b + samples - 1.0) * missed - (a + b - 1.0)) / over,
        )
        return unsolvable * samples + (1.0 - unsolvable) * drawn

    def _parameters(self) -> tuple[Floats, Floats, Floats]:
        a, b, unsolvable = np.array([(each.a, each.b, each.unsolvable) for each in self.beliefs]).T
        return a, b, unsolvable


def learnt(prior: Difficulty, samples: Counts, correct: Counts) -> tuple[Difficulty, ...]:
    """Return what is believed of each problem after its samples. Raises ValueError for impossible counts."""
    n, c = checked_counts(samples, correct)
    known: dict[tuple[int, int], Difficulty] = {}
    for each in zip(n.tolist(), c.tolist(), strict=True):
        if each not in known:
            known[each] = prior.given(*each)
    return tuple(known[each] for each in zip(n.tolist(), c.tolist(), strict=True))
