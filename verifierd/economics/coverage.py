"""Coverage: the chance that k samples hold a correct one, estimated without bias from n of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import LEVEL, mean_estimate
from verifierd.model import Estimate

Counts = Sequence[int] | npt.NDArray[np.int64]


def pass_at_k(samples: Counts, correct: Counts, k: int) -> npt.NDArray[np.float64]:
    """Return the unbiased estimate of pass@k of each problem, in [0, 1].

    With n samples of which c are correct it is 1 - C(n-c, k) / C(n, k)
    = 1 - prod_{i=n-c+1..n} (1 - k/i): Chen et al. 2021, "Evaluating Large Language Models Trained on
    Code", section 2.1. k and c may change places in that product, so the smaller of them is the number
    of factors.

    Args:
        samples: n of each problem.
        correct: c of each problem, in the same order.
        k: how many samples are drawn; at least 1, at most the least n.

    Raises:
        ValueError: the lengths differ, k is out of range, or some c is not from 0 to its n.
    """
    n, c = checked_counts(samples, correct)
    _check_k(n, k)
    factors = np.minimum(c, k)
    taken = np.maximum(c, k)
    missed = np.ones(n.shape, dtype=np.float64)
    for j in range(int(factors.max(initial=0))):
        factor = np.clip(1.0 - taken / np.maximum(n - j, 1), 0.0, 1.0)
        missed = np.where(j < factors, missed * factor, missed)
    return np.asarray(1.0 - missed, dtype=np.float64)


def mean_pass_at_k(samples: Counts, correct: Counts, k: int) -> float:
    """Return pass@k over a set of problems, each counting the same. Raises ValueError as `pass_at_k`."""
    if len(samples) == 0:
        raise ValueError("there are no problems to estimate pass@k of")
    return float(pass_at_k(samples, correct, k).mean())


def pass_at_k_estimate(samples: Counts, correct: Counts, k: int, level: float = LEVEL) -> Estimate:
    """Return the same with its interval, by the bootstrap over problems. Raises ValueError."""
    return mean_estimate(pass_at_k(samples, correct, k), level)


def checked_counts(samples: Counts, correct: Counts) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return counts as arrays. Raises ValueError where their lengths differ or some c is not from 0 to n."""
    n, c = np.asarray(samples, dtype=np.int64), np.asarray(correct, dtype=np.int64)
    if n.ndim != 1 or n.shape != c.shape:
        raise ValueError(
            f"samples and correct need one number a problem; they have shapes {n.shape} and {c.shape}"
        )
    for problem in np.flatnonzero((c < 0) | (c > n))[:1]:
        raise ValueError(f"problem {problem} has {c[problem]} correct of {n[problem]} samples")
    return n, c


def _check_k(n: npt.NDArray[np.int64], k: int) -> None:
    if k < 1:
        raise ValueError(f"k is {k}; it must be at least 1")
    for problem in np.flatnonzero(k > n)[:1]:
        raise ValueError(f"k is {k}, but problem {problem} has {n[problem]} samples; k may be at most that")
