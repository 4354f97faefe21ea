"""pass@k as published evaluators report it, of any numbers of samples."""

from __future__ import annotations

import math
from collections.abc import Sequence


def estimate(samples: int, correct: int, k: int) -> float:
    """Return the chance that one of k samples, drawn without replacement, is correct.

    1 - C(n - c, k) / C(n, k), as a product: Chen et al. 2021 (arXiv:2107.03374), section 2.1.
    """
    if samples - correct < k:
        return 1.0
    return 1.0 - math.prod(1.0 - k / i for i in range(samples - correct + 1, samples + 1))


def each_of(counts: Sequence[tuple[int, int]], ks: Sequence[int]) -> dict[str, list[float]]:
    """Return `pass@k` of each problem, of its number of samples and of correct ones.

    A k above some problem's number of samples is left out, as it is where these figures come from.
    """
    return {
        f"pass@{k}": [estimate(samples, correct, k) for samples, correct in counts]
        for k in ks
        if counts and all(samples >= k for samples, _ in counts)
    }


def mean(values: Sequence[float]) -> float:
    """Return the mean over problems."""
    return math.fsum(values) / len(values)
