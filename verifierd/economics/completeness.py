"""Completeness: the share of right programs that a suite accepts, from runs that were repeated.

A right program fails a test where a run of it is flaky, or close to a limit. Its other runs tell.
"""

from __future__ import annotations

import math

import numpy as np

from verifierd.economics.coverage import Counts
from verifierd.economics.intervals import LEVEL
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate


def completeness_of_runs(accepted: Counts, runs: Counts, level: float = LEVEL) -> Estimate | None:
    """Return the share of runs of right programs that the suite accepts; None where there was no run.

    Runs of one program are alike, so a program counts as one observation however often it ran: the value is
    the mean of the programs' shares, its interval Clopper and Pearson's for as many programs.

    Args:
        accepted: how many runs of each right program were accepted.
        runs: how many runs of it there were; a program with none is left out.
        level: in (0, 1).

    Raises:
        ValueError: the lengths differ, a number is not whole or not from 0 to its runs, or the level is none.
    """
    n, k = np.asarray(runs, dtype=np.float64), np.asarray(accepted, dtype=np.float64)
    if n.ndim != 1 or n.shape != k.shape:
        raise ValueError(
            f"accepted has the shape {k.shape} and runs has {n.shape}; one number a program each"
        )
    for program in np.flatnonzero(
        ~((k >= 0) & (k <= n) & (n < np.inf) & (k == np.floor(k)) & (n == np.floor(n)))
    )[:1]:
        raise ValueError(
            f"program {program} has {k[program]:g} accepted of {n[program]:g} runs; "
            "whole numbers from 0 on, the first at most the second, are needed"
        )
    ran = n > 0
    if not ran.any():
        return None
    shares = k[ran] / n[ran]
    return share_estimate(min(float(shares.sum()), float(shares.size)), shares.size, level)


def completeness_of_pairs(flipped: int, pairs: int, level: float = LEVEL) -> Estimate | None:
    """Return the same from right programs that were run twice; None where none was.

    If each run is accepted with probability c, independently, the two verdicts differ with probability
    2 c (1 - c), so c = (1 + sqrt(1 - 2 d)) / 2 where d is the share of pairs that differ. A right program is
    taken to pass more often than not: where d is 1/2 or more, c is 1/2. As c falls with d, the ends of
    Clopper and Pearson's interval of d are those of c.

    Args:
        flipped: how many pairs of runs had different verdicts.
        pairs: how many pairs there were, one a program.
        level: in (0, 1).

    Raises:
        ValueError: the numbers are negative or contradict one another, or the level is none.
    """
    if not 0 <= flipped <= pairs:
        raise ValueError(f"{flipped} of {pairs} pairs cannot have flipped")
    if pairs == 0:
        return None
    differ = share_estimate(flipped, pairs, level)
    return Estimate(_accepted(differ.value), _accepted(differ.high), _accepted(differ.low), level)


def _accepted(differ: float) -> float:
    return (1.0 + math.sqrt(max(0.0, 1.0 - 2.0 * differ))) / 2.0
