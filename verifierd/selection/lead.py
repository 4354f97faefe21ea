"""Whether the largest cluster leads the second beyond doubt: the stopping rule of adaptive consistency."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.special import betainc

TAIL = 0.05


def lead_tail(sizes: Sequence[int]) -> float:
    """Return the chance that of the two largest clusters the second is the commoner behaviour.

    Aggarwal et al. 2023, "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning and Coding
    with LLMs", section 3.1, "Beta": with a and b members, a >= b, and a uniform prior on the share of the
    first it is P[Beta(a + 1, b + 1) < 1/2] = P[Bin(a + b + 1, 1/2) <= b]. Sampling may stop once it is at
    or below 0.05.

    Args:
        sizes: of the clusters, in any order; without any nothing leads.

    Raises:
        ValueError: a size is negative.
    """
    if any(size < 0 for size in sizes):
        raise ValueError(f"a cluster of {min(sizes)} candidates cannot be")
    first, second, *_ = (*sorted(sizes, reverse=True), 0, 0)
    return float(betainc(first + 1, second + 1, 0.5))
