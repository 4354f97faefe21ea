from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.economics.ceiling import (
    accuracy_ceiling,
    ceiling_estimate,
    ceiling_of_accepted,
    right_share,
)
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate

SHARES = st.floats(0.01, 0.99)


def exactly(value: float, level: float = 0.95) -> Estimate:
    return Estimate(value, value, value, level)


def test_the_ceiling_is_how_often_an_accepted_sample_is_right() -> None:
    random = np.random.default_rng(8)
    right = random.random(400_000) < 0.3
    accepted = random.random(right.size) < np.where(right, 0.9, 0.2)
    assert accuracy_ceiling(0.3, 0.9, 0.2) == pytest.approx(right[accepted].mean(), abs=5e-3)


def test_a_suite_that_accepts_nothing_has_no_ceiling() -> None:
    assert accuracy_ceiling(1.0, 0.0, 0.5) is None
    assert accuracy_ceiling(0.5, 0.0, 0.0) is None
    assert accuracy_ceiling(0.0, 1.0, 0.5) == 0.0
    assert ceiling_estimate(exactly(0.0), exactly(1.0), exactly(0.0)) is None
    assert ceiling_of_accepted(0.0, None, exactly(0.1)) is None


@given(SHARES, SHARES, SHARES)
def test_the_accepted_share_tells_as_much_as_the_right_one(r: float, c: float, f: float) -> None:
    accepted = min(1.0, c * r + f * (1 - r))
    found = ceiling_of_accepted(accepted, exactly(c), exactly(f))
    if c <= f:
        assert found is None
        assert right_share(accepted, c, f) is None
    elif c - f > 1e-3:
        assert found is not None
        assert found.value == pytest.approx(accuracy_ceiling(r, c, f), abs=1e-9)
        assert right_share(accepted, c, f) == pytest.approx(r, abs=1e-9)


def test_without_a_completeness_the_ceiling_promises_least() -> None:
    least = ceiling_of_accepted(0.5, None, exactly(0.2))
    assert least is not None
    for c in (0.6, 0.8, 0.99):
        other = ceiling_of_accepted(0.5, exactly(c), exactly(0.2))
        assert other is not None
        assert other.value > least.value


def test_a_rate_that_explains_all_that_is_accepted_leaves_nothing() -> None:
    found = ceiling_of_accepted(0.4, None, Estimate(0.1, 0.0, 0.4))
    assert found is not None
    assert [found.low, found.high] == pytest.approx([0.0, 1.0])


def test_the_interval_covers_the_ceiling_of_three_shares_that_were_measured() -> None:
    random, covered = np.random.default_rng(3), []
    truth = accuracy_ceiling(0.3, 0.9, 0.15)
    assert truth is not None
    for _ in range(400):
        r, c, f = (share_estimate(random.binomial(80, each), 80) for each in (0.3, 0.9, 0.15))
        found = ceiling_estimate(r, c, f)
        assert found is not None
        assert found.low <= found.value <= found.high
        covered.append(found.covers(truth))
    assert np.mean(covered) >= 0.95


@given(SHARES, st.tuples(SHARES, SHARES, SHARES), st.tuples(SHARES, SHARES, SHARES))
def test_every_point_of_the_estimates_has_its_ceiling_in_the_interval(
    accepted: float, completeness: tuple[float, float, float], rate: tuple[float, float, float]
) -> None:
    (c_low, c, c_high), (f_low, f, f_high) = sorted(completeness), sorted(rate)
    found = ceiling_of_accepted(accepted, Estimate(c, c_low, c_high), Estimate(f, f_low, f_high))
    assert (found is None) == (c <= f)
    for each_c in (c_low, c, c_high):
        for each_f in (f_low, f, f_high):
            point = ceiling_of_accepted(accepted, exactly(each_c), exactly(each_f))
            if found is not None and point is not None:
                assert found.low - 1e-9 <= point.value <= found.high + 1e-9


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_share_is_refused(wrong: float) -> None:
    for shares in ((wrong, 0.5, 0.5), (0.5, wrong, 0.5), (0.5, 0.5, wrong)):
        with pytest.raises(ValueError, match="a share is from 0 to 1"):
            accuracy_ceiling(*shares)
        with pytest.raises(ValueError, match="a share is from 0 to 1"):
            right_share(*shares)
    with pytest.raises(ValueError, match="accepted is"):
        ceiling_of_accepted(wrong, None, exactly(0.1))


def test_levels_must_agree() -> None:
    with pytest.raises(ValueError, match="level of completeness"):
        ceiling_estimate(exactly(0.5), exactly(0.5, 0.9), exactly(0.5))
    with pytest.raises(ValueError, match="level of completeness"):
        ceiling_of_accepted(0.5, exactly(0.5, 0.9), exactly(0.5))
