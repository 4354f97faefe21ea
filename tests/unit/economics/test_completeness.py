from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.completeness import completeness_of_pairs, completeness_of_runs
from verifierd.economics.proportions import share_estimate


def test_a_program_counts_once_however_often_it_ran() -> None:
    assert completeness_of_runs([10, 0, 4], [10, 10, 4]) == share_estimate(2, 3)
    found = completeness_of_runs([1, 99], [2, 99])
    assert found is not None
    assert found.value == pytest.approx(0.75)


def test_a_program_that_never_ran_is_left_out() -> None:
    assert completeness_of_runs([3, 0], [3, 0]) == share_estimate(1, 1)
    assert completeness_of_runs([0], [0]) is None
    assert completeness_of_runs([], []) is None


def test_pairs_of_runs_find_the_chance_that_one_is_accepted() -> None:
    random, covered = np.random.default_rng(2), []
    for _ in range(400):
        twice = random.random((2, 200)) < 0.9
        found = completeness_of_pairs(int((twice[0] != twice[1]).sum()), 200)
        assert found is not None
        assert found.low <= found.value <= found.high
        covered.append(found.covers(0.9))
    assert np.mean(covered) >= 0.93


def test_pairs_that_never_differ_leave_the_doubt_of_so_many() -> None:
    found = completeness_of_pairs(0, 50)
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.95 < found.low < 1.0
    assert completeness_of_pairs(0, 0) is None


def test_pairs_that_differ_most_of_the_time_say_one_half() -> None:
    found = completeness_of_pairs(9, 10)
    assert found is not None
    assert (found.value, found.low) == (0.5, 0.5)


@pytest.mark.parametrize(("flipped", "pairs"), [(-1, 3), (4, 3), (0, -1)])
def test_pairs_that_cannot_be_are_refused(flipped: int, pairs: int) -> None:
    with pytest.raises(ValueError, match="pairs"):
        completeness_of_pairs(flipped, pairs)


def test_runs_that_cannot_be_are_refused() -> None:
    for accepted, runs in (([5], [4]), ([-1], [4]), ([1.5], [4]), ([1], [math.nan]), ([1], [math.inf])):
        with pytest.raises(ValueError, match="program 0 has"):
            completeness_of_runs(accepted, runs)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="shape"):
        completeness_of_runs([1, 1], [1])
