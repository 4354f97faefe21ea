"""How long something takes: a gamma distribution told by its mean and its spread, or by its mean and p99."""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy
from scipy.special import gammainc, gammaincinv

P99 = 0.99
LEAST_SHAPE = 0.1  # below it the p99 falls again while the spread grows, and no longer tells the spread


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations of one kind, independent of each other: Gamma with shape 1 / `cv`^2.

    A gamma distribution is positive, leans to the right as measured times do, and the sum of several with the
    same scale is one again, so that no simulation is needed.

    Attributes:
        mean_s: above 0, in seconds.
        cv: the coefficient of variation, standard deviation / mean; 0: always the same.

    Raises:
        ValueError: the mean is not above 0, or the cv is negative; or one is infinite or no number.
    """

    mean_s: float
    cv: float

    def __post_init__(self) -> None:
        if not 0 < self.mean_s < math.inf:
            raise ValueError(f"mean_s is {self.mean_s}; a mean duration is a finite number above 0")
        if not 0 <= self.cv < math.inf:
            raise ValueError(f"cv is {self.cv}; a coefficient of variation is a finite number of at least 0")

    @classmethod
    def with_p99(cls, mean_s: float, p99_s: float) -> Durations:
        """Return the durations with this mean and this 99th percentile, in seconds.

        Raises:
            ValueError: the mean is not above 0, the p99 is below the mean or more than about 15.9 times as
                large, which no gamma distribution with a shape of at least 0.1 has.
        """
        cls(mean_s, 0.0)
        most = float(gammaincinv(LEAST_SHAPE, P99)) / LEAST_SHAPE
        if not mean_s <= p99_s <= most * mean_s:
            raise ValueError(
                f"p99_s is {p99_s}, and the mean is {mean_s}; the p99 must be from 1 to {most:.1f} times that"
            )
        cv = scipy.optimize.brentq(
            lambda cv: cls(1.0, cv).quantile(P99) - p99_s / mean_s, 0.0, LEAST_SHAPE**-0.5, xtol=1e-9
        )
        return cls(mean_s, float(cv))

    @property
    def deviation_s(self) -> float:
        """Return the standard deviation in seconds."""
        return self.mean_s * self.cv

    def quantile(self, probability: float) -> float:
        """Return the duration that is not exceeded with this probability, in seconds; ValueError for none."""
        if not 0 <= probability <= 1:
            raise ValueError(f"the probability is {probability}; it must be from 0 to 1")
        if self._constant:
            return self.mean_s
        return float(gammaincinv(self._shape, probability)) * self.mean_s / self._shape

    def not_above(self, duration_s: float) -> float:
        """Return the probability that one takes at most so many seconds."""
        if self._constant:
            return float(duration_s >= self.mean_s)
        return float(gammainc(self._shape, max(duration_s, 0.0) * self._shape / self.mean_s))

    def in_a_row(self, count: int) -> Durations:
        """Return how long `count` of them take one after another. Raises ValueError for less than 1."""
        if count < 1:
            raise ValueError(f"count is {count}; it must be at least 1")
        return Durations(self.mean_s * count, self.cv / math.sqrt(count))

    def then(self, other: Durations) -> Durations:
        """Return how long one of these and then one of the others take: means add, and so do variances."""
        mean_s = self.mean_s + other.mean_s
        return Durations(mean_s, math.hypot(self.deviation_s, other.deviation_s) / mean_s)

    @property
    def _constant(self) -> bool:
        return (
            self.cv < 1e-6
        )  # the shape would be too large to reckon with, and the spread is no one's matter

    @property
    def _shape(self) -> float:
        return self.cv**-2
