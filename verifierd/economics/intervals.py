"""Estimates with their intervals, over problems that count the same each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from verifierd.model import Estimate

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 10_000
SEED = 20_220_208
ROWS_AT_ONCE = 1 << 22  # numbers in memory at a time


def mean_estimate(
    values: Sequence[float] | Floats, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = SEED
) -> Estimate:
    """Return the mean of shares, one a problem, each in [0, 1], with its bootstrap interval.

    The percentile bootstrap over problems (Efron and Tibshirani 1993, "An Introduction to the Bootstrap",
    section 13.3). Where all values are the same resampling would say that there is no doubt: then the end
    that is in doubt is that of Clopper and Pearson's interval for as many problems (1934, Biometrika 26).

    Args:
        values: one share a problem.
        level: in (0, 1).
        resamples: how often the problems are drawn anew.
        seed: equal seeds draw the same.

    Raises:
        ValueError: there are no values, one is no share, or the level is none.
    """
    shares = checked_shares(values)
    checked_resamples(resamples)
    tail = checked_level(level) / 2
    mean = float(shares.mean())
    if np.ptp(shares) == 0:
        doubt = 1.0 - tail ** (1.0 / shares.size)
        return Estimate(mean, max(0.0, mean - doubt * mean), min(1.0, mean + doubt * (1.0 - mean)), level)
    means = resampled(shares.size, lambda chosen: shares[chosen].mean(axis=1), resamples, seed)
    low, high = np.quantile(means, (tail, 1.0 - tail))
    return Estimate(mean, float(low), float(high), level)


def resampled(
    count: int, statistic: Callable[[npt.NDArray[np.int64]], Floats], resamples: int, seed: int
) -> Floats:
    """Return a statistic of so many problems, drawn anew with replacement `resamples` times.

    `statistic` gets positions of problems, of shape (draws, count), and returns one number a draw, or a row
    of them.
    """
    random = np.random.default_rng(seed)
    at_once = max(1, ROWS_AT_ONCE // count)
    parts = [
        statistic(random.integers(0, count, (min(at_once, resamples - begun), count)))
        for begun in range(0, resamples, at_once)
    ]
    return np.concatenate(parts)


def checked_shares(values: Sequence[float] | Floats) -> Floats:
    """Return values as an array. Raises ValueError where there are none, or one is no share."""
    shares = np.asarray(values, dtype=np.float64)
    if shares.ndim != 1 or shares.size == 0:
        raise ValueError(
            f"one value a problem is needed, and at least one; they have the shape {shares.shape}"
        )
    for problem in np.flatnonzero(~((shares >= 0) & (shares <= 1)))[:1]:
        raise ValueError(f"the value of problem {problem} is {shares[problem]}; a share is from 0 to 1")
    return shares


def checked_resamples(resamples: int) -> None:
    """Raise ValueError where nothing is to be drawn anew."""
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; it must be at least 1")


def checked_level(level: float) -> float:
    """Return the probability that an interval of this level leaves out. Raises ValueError."""
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}; it must be between 0 and 1, such as 0.95")
    return 1.0 - level
