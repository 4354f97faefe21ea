from __future__ import annotations

import math

import pytest
from scipy.stats import binomtest

from verifierd.economics.proportions import share_estimate


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (0, 30), (7, 30), (30, 30), (999, 1000)])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_whole_numbers_have_the_exact_interval(successes: int, trials: int, level: float) -> None:
    exact = binomtest(successes, trials).proportion_ci(level, method="exact")
    found = share_estimate(successes, trials, level)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert found.value == successes / trials


def test_effective_numbers_lie_between_whole_ones() -> None:
    few, between, many = (share_estimate(n / 4, n) for n in (20, 26.5, 32))
    assert few.low < between.low < many.low < 0.25 < many.high < between.high < few.high


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 0), (-1, 3), (4, 3), (math.nan, 3), (1, math.inf), (1, math.nan)]
)
def test_what_is_no_share_is_refused(successes: float, trials: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        share_estimate(successes, trials)
