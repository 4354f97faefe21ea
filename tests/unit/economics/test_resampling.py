from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.resampling import expected_value, harmful_samples


def test_the_value_is_what_the_first_accepted_sample_is_worth() -> None:
    random = np.random.default_rng(6)
    right = random.random((100_000, 5)) < 0.25
    accepted = random.random(right.shape) < np.where(right, 0.8, 0.1)
    first = right[np.arange(len(right)), accepted.argmax(axis=1)]
    worth = np.where(accepted.any(axis=1), np.where(first, 1.0, -2.0), 0.0)
    assert expected_value(5, 0.25, 0.8, 0.1, harm=2.0) == pytest.approx(worth.mean(), abs=0.015)


def test_no_samples_are_worth_nothing_and_problems_count_the_same() -> None:
    assert expected_value(0, 0.5, 1.0, 0.2) == 0.0
    each = [expected_value(7, r, 0.9, f) for r, f in ((0.2, 0.1), (0.6, 0.0))]
    assert expected_value(7, [0.2, 0.6], 0.9, [0.1, 0.0]) == pytest.approx(np.mean(each))
    assert expected_value(3, 0.0, 1.0, 0.0) == 0.0


def test_of_one_problem_more_samples_harm_always_or_never() -> None:
    assert harmful_samples(0.3, 0.9, 0.1) is None
    assert harmful_samples(0.05, 0.9, 0.1) == 0
    assert harmful_samples(0.3, 0.9, 0.1, harm=10.0) == 0


def test_of_several_problems_it_is_the_number_that_is_worth_most() -> None:
    random, finite = np.random.default_rng(7), 0
    counts = np.arange(0, 3000)
    for _ in range(200):
        r, f = random.beta(0.6, 1.2, 6), random.uniform(0.02, 0.3, 6)
        harm = float(random.choice([0.5, 1.0, 2.0]))
        accepted = 0.9 * r + f * (1 - r)
        each = (1 - (1 - accepted) ** counts[:, None]) * (0.9 * r - harm * f * (1 - r)) / accepted
        worth = each.mean(axis=1)
        found = harmful_samples(r, 0.9, f, harm)
        if found is None:
            assert worth[-1] >= worth.max() - 1e-12
        else:
            assert worth[found] >= worth.max() - 1e-12
            finite += 0 < found < 3000
    assert finite > 20


def test_samples_that_help_again_after_they_harmed_are_told_apart() -> None:
    """The second problem harms; the third, seldom accepted, helps enough to make up for it, or too little."""
    right = [0.6, 0.002, 0.001]
    worth = [expected_value(samples, right, 1.0, [0.0, 0.02, 0.0]) for samples in (5, 100, 100_000)]
    assert worth[1] < worth[0] < worth[2]
    assert harmful_samples(right, 1.0, [0.0, 0.02, 0.0]) is None
    little = [0.0, 0.02, 0.0007]
    worth = [expected_value(samples, right, 1.0, little) for samples in range(200)]
    assert harmful_samples(right, 1.0, little) == int(np.argmax(worth))


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_suite_that_accepts_no_wrong_program_or_each_has_an_answer(rate: float) -> None:
    assert harmful_samples([0.0, 1.0], 1.0, rate, harm=0.0) is None
    assert harmful_samples(0.0, 1.0, rate) == (None if rate == 0 else 0)


def test_a_search_that_cannot_see_the_end_still_ends() -> None:
    assert harmful_samples([1e-9, 1.0000001e-9, 0.5], 1.0, [0.0, 1e-8, 0.0]) is None


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, math.inf, [], [[0.5]], [0.1, 0.2, 0.3]])
def test_what_is_no_share_of_each_problem_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="completeness"):
        harmful_samples([0.5, 0.4], wrong, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="false_positive_rate"):
        expected_value(3, [0.5, 0.4], 0.1, wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("harm", [-1.0, math.nan, math.inf])
def test_harm_is_a_cost(harm: float) -> None:
    with pytest.raises(ValueError, match="harm"):
        harmful_samples(0.5, 1.0, 0.1, harm)


def test_samples_are_not_negative() -> None:
    with pytest.raises(ValueError, match="samples is -1"):
        expected_value(-1, 0.5, 1.0, 0.1)
