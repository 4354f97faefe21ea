from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.intervals import mean_estimate
from verifierd.model import Estimate


def test_the_interval_covers_the_mean_as_often_as_its_level_says() -> None:
    random = np.random.default_rng(1)
    covered = [
        mean_estimate(random.beta(0.5, 1.0, 60), level=0.9, resamples=500).covers(1 / 3) for _ in range(300)
    ]
    assert 0.84 <= np.mean(covered) <= 0.95


def test_equal_seeds_draw_the_same_and_more_problems_say_more() -> None:
    few, many = [0.0, 1.0, 0.5, 0.25] * 4, [0.0, 1.0, 0.5, 0.25] * 64
    assert mean_estimate(few) == mean_estimate(few)
    narrow, wide = mean_estimate(many), mean_estimate(few)
    assert wide.low < narrow.low < narrow.value == 0.4375 < narrow.high < wide.high


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0.0] * 20, 0.0, 1 - 0.025 ** (1 / 20)),
        ([1.0] * 20, 0.025 ** (1 / 20), 1.0),
        ([0.0], 0.0, 0.975),
    ],
)
def test_problems_that_all_ended_alike_leave_the_doubt_of_so_many(
    values: list[float], low: float, high: float
) -> None:
    found = mean_estimate(values)
    assert [found.low, found.high] == pytest.approx([low, high])


def test_an_interval_holds_its_own_value() -> None:
    assert Estimate(0.5, 0.5, 0.5).covers(0.5)
    assert not Estimate(0.5, 0.4, 0.6).covers(0.61)


@pytest.mark.parametrize("values", [[], [[0.5]], [0.5, 1.5], [-0.1], [math.nan]])
def test_what_is_no_share_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="value"):
        mean_estimate(values)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, math.nan])
def test_a_level_is_between_0_and_1(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        mean_estimate([0.5, 0.25], level)
