from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.coverage import mean_pass_at_k
from verifierd.economics.difficulty import Difficulty, coverage_beyond, coverages_beyond, fit_difficulty


def drawn(truth: Difficulty, problems: int, samples: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    solvable = random.random(problems) >= truth.unsolvable
    chances = np.where(solvable, random.beta(truth.a, truth.b, problems), 0.0)
    return random.binomial(samples, chances)


def test_a_fit_finds_the_distribution_that_the_counts_come_from() -> None:
    truth = Difficulty(0.25, 0.6, 1.8)
    found = fit_difficulty([200] * 2000, drawn(truth, 2000, 200, 7))
    for k in (1, 10, 100, 1000):
        assert found.pass_at(k) == pytest.approx(truth.pass_at(k), abs=0.03)
    assert found.unsolvable == pytest.approx(0.25, abs=0.06)


def test_what_is_seen_of_a_problem_moves_what_is_believed_of_it() -> None:
    prior = Difficulty(0.3, 1.0, 2.0)
    assert prior.given(0, 0) == prior
    assert prior.given(10, 1) == Difficulty(0.0, 2.0, 11.0)
    never = prior.given(1000, 0)
    assert never.unsolvable > 0.99
    assert never.pass_at(10) < prior.given(10, 0).pass_at(10) < prior.pass_at(10)


def test_pass_at_k_is_the_mean_over_the_distribution() -> None:
    belief = Difficulty(0.2, 0.7, 3.0)
    random = np.random.default_rng(3)
    chances = random.beta(0.7, 3.0, 400_000)
    for k in (0, 1, 7, 50):
        assert belief.pass_at(k) == pytest.approx(0.8 * (1 - (1 - chances) ** k).mean(), abs=2e-3)
    assert belief.pass_at(1) == pytest.approx(0.8 * 0.7 / 3.7)


def test_a_problems_own_pass_at_k_is_in_its_interval_as_often_as_the_level_says() -> None:
    truth, random, covered = Difficulty(0.2, 0.8, 2.0), np.random.default_rng(5), []
    for _ in range(600):
        chance = 0.0 if random.random() < truth.unsolvable else random.beta(truth.a, truth.b)
        interval = truth.given(20, random.binomial(20, chance)).pass_at_interval(100, 0.9)
        covered.append(interval.covers(1 - (1 - chance) ** 100))
    assert np.mean(covered) >= 0.87


def test_what_is_seen_of_a_problem_later_is_in_its_interval() -> None:
    truth, random, covered, decided = Difficulty(0.3, 0.6, 2.0), np.random.default_rng(6), [], 0
    for _ in range(600):
        chance = 0.0 if random.random() < truth.unsolvable else random.beta(truth.a, truth.b)
        interval = truth.given(20, random.binomial(20, chance)).solved_interval(80)
        covered.append(interval.covers(float(random.binomial(80, chance) > 0)))
        decided += interval.low == interval.high
    assert np.mean(covered) >= 0.95
    assert decided > 200


def test_many_k_by_the_same_fits_are_what_each_is_alone() -> None:
    samples, correct, fits = [20, 20, 12, 20, 20], [0, 3, 0, 12, 1], []
    found = coverages_beyond(samples, correct, (5, 40, 12, 100), resamples=4, on_refit=lambda: fits.append(1))
    assert found == tuple(coverage_beyond(samples, correct, k, resamples=4) for k in (5, 40, 12, 100))
    assert len(fits) == 4
    coverages_beyond(samples, correct, (5, 12), on_refit=lambda: fits.append(1))
    assert len(fits) == 4


def test_coverage_beyond_the_samples_that_there_are() -> None:
    truth = Difficulty(0.2, 0.6, 2.0)
    correct = drawn(truth, 150, 400, 11)
    random = np.random.default_rng(12)
    few = np.array([random.hypergeometric(each, 400 - each, 20) for each in correct])
    found = coverage_beyond([20] * 150, few, 200, resamples=60)
    assert found.covers(mean_pass_at_k([400] * 150, correct, 200))
    assert found.high - found.low < 0.3
    within = coverage_beyond([20] * 150, few, 10, resamples=20)
    assert within.value == pytest.approx(mean_pass_at_k([20] * 150, few, 10))


@pytest.mark.parametrize("correct", [[0] * 10, [20] * 10, [0], [20], [3]])
def test_problems_that_all_ended_alike_still_have_an_answer(correct: list[int]) -> None:
    found = fit_difficulty([20] * len(correct), correct)
    assert 0 <= found.pass_at(1) <= found.pass_at(100) <= 1
    beyond = coverage_beyond([20] * len(correct), correct, 100, resamples=10)
    assert 0 <= beyond.low <= beyond.value <= beyond.high <= 1


@pytest.mark.parametrize(
    ("unsolvable", "a", "b"), [(-0.1, 1, 1), (0, 0, 1), (0, 1, math.inf), (math.nan, 1, 1)]
)
def test_what_is_no_distribution_is_refused(unsolvable: float, a: float, b: float) -> None:
    with pytest.raises(ValueError, match="unsolvable"):
        Difficulty(unsolvable, a, b)


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no problems"):
        fit_difficulty([], [])
    with pytest.raises(ValueError, match="5 correct of 4"):
        fit_difficulty([4], [5])
    with pytest.raises(ValueError, match="cannot be correct"):
        Difficulty(0, 1, 1).given(3, 4)
    with pytest.raises(ValueError, match="at least 1"):
        coverage_beyond([4], [1], 0)
    with pytest.raises(ValueError, match="at least 0"):
        Difficulty(0, 1, 1).pass_at(-1)
