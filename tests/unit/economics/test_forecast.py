"""What a fresh run then solves is in the forecast's interval as often as its level says."""

from __future__ import annotations

import numpy as np
import pytest

from verifierd.economics.beliefs import Problems, learnt
from verifierd.economics.difficulty import Difficulty, fit_difficulty
from verifierd.economics.forecast import coverage_forecasts


def test_fresh_runs_are_in_the_interval_and_not_all_in_its_middle() -> None:
    random, truth, samples = np.random.default_rng(6), Difficulty(0.2, 0.7, 2.0), np.full(60, 8)
    solvable = random.random(60) >= truth.unsolvable
    correct = random.binomial(8, np.where(solvable, random.beta(truth.a, truth.b, 60), 0.0))
    planned = np.where(correct > 2, 4, 30)
    (found,) = coverage_forecasts(samples, correct, [planned], level=0.9, refits=6)
    beliefs = learnt(fit_difficulty(samples, correct), samples, correct)
    a, b, unsolvable = np.array([(each.a, each.b, each.unsolvable) for each in beliefs]).T
    fresh = []
    for _ in range(4000):
        chances = random.beta(a, b) * (random.random(60) >= unsolvable)
        fresh.append(found.covers(float((random.binomial(planned, chances) > 0).mean())))
    assert 0.9 <= np.mean(fresh) < 0.999


def test_the_value_is_what_is_expected_of_the_plan_and_each_plan_has_its_own() -> None:
    samples, correct = [10] * 6, [0, 0, 1, 3, 9, 10]
    plans = [np.full(6, 0), np.array([1, 2, 3, 4, 5, 6])]
    calls: list[int] = []
    none, some = coverage_forecasts(samples, correct, plans, refits=3, on_refit=lambda: calls.append(1))
    believed = Problems(learnt(fit_difficulty(samples, correct), samples, correct), (1.0,) * 6)
    assert (none.value, none.low, none.high) == (0.0, 0.0, 0.0)
    assert some.value == pytest.approx(believed.solved(plans[1]).mean())
    assert some.low < some.value < some.high
    assert len(calls) == 3


def test_what_is_no_plan_is_refused() -> None:
    for plan in (np.array([1]), np.array([1, -1])):
        with pytest.raises(ValueError, match="a number of at least 0 for each of the 2 problems"):
            coverage_forecasts([4, 4], [1, 2], [plan])
    with pytest.raises(ValueError, match="no problems"):
        coverage_forecasts([], [], [])
    with pytest.raises(ValueError, match="resamples is 0"):
        coverage_forecasts([4], [1], [], refits=0)
