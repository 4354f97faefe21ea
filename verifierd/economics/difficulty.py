"""How hard problems are: a distribution of the chance that one sample solves one, and what follows from it.

Some problems no sample solves; the chances of the others are spread as a Beta distribution. Fitted to a few
samples of each of many problems, that tells what more samples of one will bring: pass@k beyond the samples
that there are. The Beta-binomial is that of Kazdan et al. 2025, "Efficient Prediction of Pass@k Scaling in
Large Language Models", section 4; the mass at zero is DESIGN.md's, section 7.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
from scipy.special import betaincinv, betaln, expit, logit, logsumexp

from verifierd.economics.coverage import Counts, checked_counts, pass_at_k, pass_at_k_estimate
from verifierd.economics.intervals import (
    LEVEL,
    Floats,
    checked_level,
    checked_resamples,
    mean_estimate,
    resampled,
)
from verifierd.model import Estimate

# What keeps a fit to few problems from running away: log a and log b are held near 0 by a normal prior of
# this deviation, and the mass at zero by one of the same kind on its log-odds.
PRIOR_DEVIATION = 2.0
BOUND = 9.0
STARTS = ((0.0, 0.0, -1.0), (-1.0, 0.5, -3.0), (-1.0, 1.0, 0.0), (1.0, 1.0, -1.0))
FIT_RESAMPLES = 200
SEED = 20_250_917


@dataclass(frozen=True, slots=True)
class Difficulty:
    """The chance that a sample solves a problem: 0 with probability `unsolvable`, else Beta(`a`, `b`)."""

    unsolvable: float
    a: float
    b: float

    def __post_init__(self) -> None:
        """Raise ValueError where the parameters are those of no distribution."""
        if not (0 <= self.unsolvable <= 1 and 0 < self.a < math.inf and 0 < self.b < math.inf):
            raise ValueError(
                f"unsolvable={self.unsolvable}, a={self.a}, b={self.b}: unsolvable is from 0 to 1, "
                "a and b are above 0"
            )

    def given(self, samples: int, correct: int) -> Difficulty:
        """Return what is believed of a problem of which so many samples were drawn and so many solve it.

        Raises:
            ValueError: the counts are negative, or more are correct than were drawn.
        """
        if not 0 <= correct <= samples:
            raise ValueError(f"{correct} of {samples} samples cannot be correct")
        unsolvable = 0.0
        if correct == 0 and self.unsolvable > 0:
            none_by_chance = math.exp(betaln(self.a, self.b + samples) - betaln(self.a, self.b))
            unsolvable = self.unsolvable / (self.unsolvable + (1.0 - self.unsolvable) * none_by_chance)
        return Difficulty(unsolvable, self.a + correct, self.b + samples - correct)

    def pass_at(self, k: int) -> float:
        """Return the chance that k further samples hold a correct one. Raises ValueError for k below 0."""
        if k < 0:
            raise ValueError(f"k is {k}; it must be at least 0")
        missed = math.exp(betaln(self.a, self.b + k) - betaln(self.a, self.b))
        return (1.0 - self.unsolvable) * (1.0 - missed)

    def pass_at_interval(self, k: int, level: float = LEVEL) -> Estimate:
        """Return the same with the interval in which the problem's own pass@k lies. Raises ValueError."""
        tail = checked_level(level) / 2
        low, high = (1.0 - (1.0 - self._quantile(each)) ** k for each in (tail, 1.0 - tail))
        value = self.pass_at(k)
        return Estimate(value, min(low, value), max(high, value), level)

    def solved_interval(self, k: int, level: float = LEVEL) -> Estimate:
        """Return the same with the interval in which what is seen then lies: 1 if any of k solved it, else 0.

        Raises ValueError.
        """
        tail = checked_level(level) / 2
        value = self.pass_at(k)
        return Estimate(value, float(value > 1.0 - tail), float(value >= tail), level)

    def _quantile(self, probability: float) -> float:
        if probability <= self.unsolvable:
            return 0.0
        rest = (probability - self.unsolvable) / (1.0 - self.unsolvable)
        return float(betaincinv(self.a, self.b, rest))


def fit_difficulty(samples: Counts, correct: Counts, near: Difficulty | None = None) -> Difficulty:
    """Return the distribution that makes what was seen of many problems likeliest, by a weak prior.

    Args:
        samples: how many were drawn of each problem.
        correct: how many of them solve it, in the same order.
        near: where the search begins, such as the fit to much the same problems; several places if not given.

    Raises:
        ValueError: there are no problems, or the counts are none.
    """
    n, c = checked_counts(samples, correct)
    if n.size == 0:
        raise ValueError("there are no problems to learn their difficulty from")
    return _fit(n, c, STARTS if near is None else (_parameters(near),))


def coverage_beyond(
    samples: Counts, correct: Counts, k: int, level: float = LEVEL, resamples: int = FIT_RESAMPLES
) -> Estimate:
    """Return the share of these problems that k samples of each solve, with its interval; k may be beyond n.

    The interval is that of the bootstrap over problems, with a fit of its own in each draw, and no narrower
    than where the chances of these problems were known.

    Raises:
        ValueError: there are no problems, the counts are none, k is below 1 or the level is none.
    """
    return coverages_beyond(samples, correct, (k,), level, resamples)[0]


def coverages_beyond(
    samples: Counts,
    correct: Counts,
    ks: Sequence[int],
    level: float = LEVEL,
    resamples: int = FIT_RESAMPLES,
    on_refit: Callable[[], None] = lambda: None,
) -> tuple[Estimate, ...]:
    """Return `coverage_beyond` for each of some k, by the same fits.

    `on_refit` is called after each draw's fit, which takes some tens of milliseconds; where no k is beyond
    the samples of some problem there is none. Raises ValueError as `coverage_beyond`.
    """
    n, c = checked_counts(samples, correct)
    for k in ks:
        if k < 1:
            raise ValueError(f"k is {k}; it must be at least 1")
    tail = checked_level(level) / 2
    checked_resamples(resamples)
    beyond = [k for k in ks if not n.size or k > n.min()]
    within = {k: pass_at_k_estimate(n, c, k, level) for k in ks if k not in beyond}
    if not beyond:
        return tuple(within[k] for k in ks)
    whole = fit_difficulty(n, c)
    start = _parameters(whole)

    def refitted(chosen: npt.NDArray[np.int64]) -> list[float]:
        fit = _fit(n[chosen], c[chosen], (start,))
        on_refit()
        return [float(_solved(fit, n[chosen], c[chosen], k).mean()) for k in beyond]

    draws = resampled(n.size, lambda rows: np.array([refitted(each) for each in rows]), resamples, SEED)
    found = dict(within)
    for place, k in enumerate(beyond):
        least = mean_estimate(_solved(whole, n, c, k), level)
        low, high = map(float, np.quantile(draws[:, place], (tail, 1.0 - tail)))
        found[k] = Estimate(least.value, min(low, least.low), max(high, least.high), level)
    return tuple(found[k] for k in ks)


def _solved(difficulty: Difficulty, n: npt.NDArray[np.int64], c: npt.NDArray[np.int64], k: int) -> Floats:
    """Return of each problem the chance that k samples, those that there are among them, solve it.

    Of a problem with more samples than k, that is what its own samples tell.
    """
    solved = (c > 0).astype(np.float64)
    for problem in np.flatnonzero((c == 0) & (n < k)):
        solved[problem] = difficulty.given(int(n[problem]), 0).pass_at(k - int(n[problem]))
    told = n >= k
    solved[told] = pass_at_k(n[told], c[told], k)
    return solved


def _fit(
    n: npt.NDArray[np.int64], c: npt.NDArray[np.int64], starts: Sequence[tuple[float, float, float]]
) -> Difficulty:
    def loss(parameters: Floats) -> float:
        log_a, log_b, zero_odds = parameters
        a, b = np.exp(parameters[:2])
        log_zero, log_other = -np.logaddexp(0.0, -zero_odds), -np.logaddexp(0.0, zero_odds)
        by_chance = log_other + betaln(a + c, b + n - c) - betaln(a, b)
        likely = np.where(c == 0, logsumexp([by_chance, np.full(n.shape, log_zero)], axis=0), by_chance)
        prior = (log_a**2 + log_b**2 + zero_odds**2) / (2 * PRIOR_DEVIATION**2)
        return float(prior - likely.sum())

    best = min(
        (
            scipy.optimize.minimize(loss, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * 3)
            for start in starts
        ),
        key=lambda found: float(found.fun),
    )
    log_a, log_b, zero_odds = map(float, best.x)
    return Difficulty(float(expit(zero_odds)), math.exp(log_a), math.exp(log_b))


def _parameters(difficulty: Difficulty) -> tuple[float, float, float]:
    """Return where a fit begins that is near to this one, within the bounds of all fits."""
    parameters = (math.log(difficulty.a), math.log(difficulty.b), logit(difficulty.unsolvable))
    log_a, log_b, zero_odds = (float(np.clip(each, -BOUND, BOUND)) for each in parameters)
    return log_a, log_b, zero_odds
