"""Shares of few observations, with the interval of Clopper and Pearson."""

from __future__ import annotations

from scipy.special import betainccinv, betaincinv

from verifierd.economics.intervals import LEVEL, checked_level
from verifierd.model import Estimate


def share_estimate(successes: float, trials: float, level: float = LEVEL) -> Estimate:
    """Return a share with the interval of Clopper and Pearson (1934, Biometrika 26).

    Where observations are not independent the numbers are effective ones and need not be whole (Korn and
    Graubard 1998, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
    Estimated from Survey Data", Survey Methodology 24).

    Args:
        successes: from 0 to `trials`.
        trials: above 0.
        level: in (0, 1).

    Raises:
        ValueError: a number is out of range.
    """
    if not (0 <= successes <= trials < float("inf") and trials > 0):
        raise ValueError(f"{successes} of {trials} is no share; successes are from 0 to trials, above 0")
    tail = checked_level(level) / 2
    failures = trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betainccinv(successes + 1, failures, tail))
    return Estimate(successes / trials, low, high, level)
