"""Coverage as a power law of the number of samples: -ln c(k) = a k^-b.

Brown et al. 2024, "Large Language Monkeys: Scaling Inference Compute with Repeated Sampling", section 3.1,
where it is written c = exp(a k^b) with negative a and b.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verifierd.economics.intervals import Floats, checked_shares

LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """The law with its two numbers, both at least 0."""

    a: float
    b: float

    def pass_at(self, k: int) -> float:
        """Return the coverage of k samples. Raises ValueError for k below 1."""
        if k < 1:
            raise ValueError(f"k is {k}; it must be at least 1")
        return math.exp(-self.a * k**-self.b)


def fit_power_law(ks: Sequence[int], coverage: Sequence[float] | Floats) -> PowerLaw:
    """Return the law nearest to measured coverages, by least squares of ln(-ln c) over ln k.

    Coverages of 0 and 1 have no such logarithm and are left out. Where coverage does not grow the exponent
    is 0.

    Raises:
        ValueError: the lengths differ, a k is below 1, a coverage is no share, fewer than two of them are
            left, or they change too fast for any law.
    """
    if len(ks) != len(coverage):
        raise ValueError(f"there are {len(ks)} numbers of samples and {len(coverage)} coverages")
    if any(k < 1 for k in ks):
        raise ValueError(f"k is {min(ks)}; it must be at least 1")
    k = np.asarray(ks, dtype=np.float64)
    c = checked_shares(coverage) if ks else k
    usable = (c > 0) & (c < 1)
    if np.unique(k[usable]).size < 2:
        raise ValueError("a power law needs two numbers of samples whose coverage is above 0 and below 1")
    doubled = np.log(-np.log(c[usable]))
    slope, offset = map(float, np.polyfit(np.log(k[usable]), doubled, 1))
    if slope >= 0:
        slope, offset = 0.0, float(doubled.mean())
    if offset > LARGEST_LOG:
        raise ValueError("these coverages change too fast for a power law")
    return PowerLaw(math.exp(offset), -slope)
