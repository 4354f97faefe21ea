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
    """What is believed of each problem, and what one sample of it costs: drawn and verified, in US dollars.

    Raises:
        ValueError: there are no problems, there is not one cost for each, or a cost is not a finite number
            above 0.
    """

    beliefs: tuple[Difficulty, ...]
    usd_per_sample: tuple[float, ...]

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

    def cost_usd(self, samples: Numbers) -> float:
        """Return what so many samples of each cost."""
        return math.fsum(self.usd * samples)

    def cost_until_solved_usd(self, samples: Numbers) -> float:
        """Return what is spent on average where the samples of a problem end with the first that solves it.

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
        return math.fsum(self.usd * (unsolvable * samples + (1.0 - unsolvable) * drawn))

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
