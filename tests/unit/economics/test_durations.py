"""A gamma distribution of durations has the mean and the spread, or the p99, that it was made from."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from verifierd.economics.durations import Durations


@pytest.mark.parametrize(("mean_s", "cv"), [(2.0, 0.5), (0.1, 1.0), (30.0, 2.0)])
def test_mean_and_spread_are_those_given(mean_s: float, cv: float) -> None:
    durations = Durations(mean_s, cv)
    drawn = np.array([durations.quantile((n + 0.5) / 4000) for n in range(4000)])
    assert drawn.mean() == pytest.approx(mean_s, rel=0.01)
    assert drawn.std() == pytest.approx(mean_s * cv, rel=0.03)
    assert durations.not_above(durations.quantile(0.9)) == pytest.approx(0.9)


def test_with_a_cv_of_1_they_are_exponential() -> None:
    assert Durations(3.0, 1.0).quantile(0.99) == pytest.approx(3.0 * math.log(100))


@pytest.mark.parametrize("ratio", [1.0001, 1.5, 3.0, 15.8])
def test_the_p99_that_is_given_is_the_p99(ratio: float) -> None:
    assert Durations.with_p99(4.0, 4.0 * ratio).quantile(0.99) == pytest.approx(4.0 * ratio, rel=1e-4)


def test_what_never_varies_takes_its_mean() -> None:
    always = Durations.with_p99(4.0, 4.0)
    assert always.cv == pytest.approx(0.0, abs=1e-6)
    assert (always.quantile(0.5), always.not_above(3.9), always.not_above(4.0)) == (4.0, 0.0, 1.0)


def test_durations_one_after_another_add_as_simulated_ones_do() -> None:
    random, one = np.random.default_rng(1), Durations(2.0, 0.8)
    drawn = random.gamma(0.8**-2, 2.0 * 0.8**2, (200_000, 5)).sum(axis=1)
    assert one.in_a_row(5).quantile(0.99) == pytest.approx(np.quantile(drawn, 0.99), rel=0.01)
    both = one.then(Durations(4.0, 0.2))
    assert (both.mean_s, both.deviation_s) == pytest.approx((6.0, math.hypot(1.6, 0.8)))


@pytest.mark.parametrize(
    ("mean_s", "cv", "words"),
    [
        (0.0, 1.0, "mean_s is 0.0; a mean duration is a finite number above 0"),
        (math.nan, 1.0, "mean_s is nan"),
        (math.inf, 1.0, "mean_s is inf"),
        (1.0, -0.1, "cv is -0.1; a coefficient of variation"),
        (1.0, math.nan, "cv is nan"),
    ],
)
def test_what_is_no_distribution_is_refused(mean_s: float, cv: float, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Durations(mean_s, cv)


@pytest.mark.parametrize("p99_s", [3.9, 64.0, math.nan, math.inf])
def test_a_p99_that_no_durations_have_is_refused(p99_s: float) -> None:
    with pytest.raises(
        ValueError, match=re.escape(f"p99_s is {p99_s}, and the mean is 4.0; the p99 must be")
    ):
        Durations.with_p99(4.0, p99_s)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="count is 0"):
        Durations(1.0, 1.0).in_a_row(0)
    with pytest.raises(ValueError, match="the probability is nan"):
        Durations(1.0, 1.0).quantile(math.nan)
