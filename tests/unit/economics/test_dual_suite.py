from __future__ import annotations

import numpy as np
import pytest

from verifierd.economics.dual_suite import dual_suite
from verifierd.economics.proportions import share_estimate


def test_rates_are_shares_of_candidates_by_the_strong_suites_word() -> None:
    found = dual_suite([1, 1, 0, 1, 0, 1], [1, 0, 0, 0, 1, -1], [5, 3, 4, 1, 5, 9])
    assert found.false_positive_rate is not None
    assert found.completeness is not None
    assert found.right is not None
    assert found.false_positive_rate.value == pytest.approx(4 / 8)
    assert found.completeness.value == pytest.approx(5 / 10)
    assert found.right.value == pytest.approx(10 / 18)


def test_a_program_that_either_suite_does_not_know_is_left_out() -> None:
    found = dual_suite([1, -1, 0, 1], [0, 0, 0, -1])
    assert found.false_positive_rate == share_estimate(1, 2)


def test_copies_of_one_program_say_no_more_than_it_alone() -> None:
    once = dual_suite([1, 0, 0, 0], [0, 0, 0, 0])
    assert dual_suite([1, 0, 0, 0], [0, 0, 0, 0], [50] * 4) == once


def test_the_interval_covers_the_rate_of_programs_with_many_copies_of_some() -> None:
    random, covered = np.random.default_rng(9), []
    for _ in range(400):
        weak = (random.random(60) < 0.2).astype(int)
        rate = dual_suite(weak, np.zeros(60, dtype=int), random.geometric(0.3, 60)).false_positive_rate
        covered.append(rate is not None and rate.covers(0.2))
    assert np.mean(covered) >= 0.93


def test_where_there_is_no_such_program_there_is_no_estimate() -> None:
    found = dual_suite([1, 0], [1, 1])
    assert found.false_positive_rate is None
    assert found.completeness is not None
    assert dual_suite([], []).right is None


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="weak has 1 programs and strong has 2"):
        dual_suite([1], [1, 0])
    with pytest.raises(ValueError, match="strong of program 1 is 3"):
        dual_suite([1, 0], [1, 3])
    with pytest.raises(ValueError, match="weak has the shape"):
        dual_suite([[1]], [1])
    with pytest.raises(ValueError, match="copies"):
        dual_suite([1], [1], [0])
