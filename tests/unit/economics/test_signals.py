from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from verifierd.economics.outcomes import outcome_table
from verifierd.economics.signals import accepted_without, signals_of_tests


def time_to_reject(passed: np.ndarray, times: np.ndarray, order: list[int]) -> float:
    """Seconds over all candidates until each has failed a test, for those that do."""
    ends = np.cumsum(times[order])
    failed = ~passed[:, order].astype(bool)
    return float(ends[failed.argmax(axis=1)][failed.any(axis=1)].sum())


def test_leaving_a_test_out_accepts_what_only_it_rejects() -> None:
    random = np.random.default_rng(1)
    passed, copies = (random.random((300, 6)) < 0.7).astype(int), random.integers(1, 5, 300)
    without = accepted_without(outcome_table(passed, copies))
    for test in range(6):
        others = np.delete(passed, test, axis=1).all(axis=1)
        assert without[test] == copies[others & (passed[:, test] == 0)].sum()


def test_what_another_test_might_reject_too_is_not_rejected_alone() -> None:
    assert accepted_without(outcome_table([[0, -1], [1, 0]])).tolist() == [0, 1]


def test_each_test_is_there_once_with_its_own_numbers() -> None:
    table = outcome_table([[0, 0, 1], [0, 1, 1], [1, 1, 1]], [2, 3, 4], ["a", "b", "c"])
    found = [(each.test_id, each.rejected, each.rejected_alone) for each in signals_of_tests(table)]
    assert found == [("a", 5, 3), ("b", 2, 0), ("c", 0, 0)]


@pytest.mark.parametrize("timed", [False, True])
def test_the_order_rejects_within_four_times_the_best_and_mostly_at_the_best(timed: bool) -> None:
    random, best_found = np.random.default_rng(11), 0
    for _ in range(40):
        passed = (random.random((30, 5)) < random.uniform(0.4, 0.95, 5)).astype(int)
        times = random.uniform(0.1, 3.0, 5) if timed else np.ones(5)
        found = signals_of_tests(outcome_table(passed), times if timed else None)
        took = time_to_reject(passed, times, [int(each.test_id) for each in found])
        best = min(time_to_reject(passed, times, list(order)) for order in itertools.permutations(range(5)))
        assert took <= 4 * best
        best_found += took <= best * 1.02
    assert best_found >= 30


def test_a_slow_test_comes_after_a_fast_one_that_rejects_less() -> None:
    table = outcome_table([[0, 1], [0, 1], [1, 0]])
    assert [each.test_id for each in signals_of_tests(table)] == ["0", "1"]
    assert [each.test_id for each in signals_of_tests(table, [10.0, 1.0])] == ["1", "0"]


@pytest.mark.parametrize("passed", [np.empty((0, 2), dtype=int), [[1, 1]], [[-1, -1]], [[0, 0]]])
def test_suites_that_tell_nothing_apart_keep_their_order(passed: object) -> None:
    found = signals_of_tests(outcome_table(passed))  # type: ignore[arg-type]
    assert [each.test_id for each in found] == ["0", "1"]


@pytest.mark.parametrize("times", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf]])
def test_times_are_above_0_one_a_test(times: list[float]) -> None:
    with pytest.raises(ValueError, match="cpu_time_s"):
        signals_of_tests(outcome_table([[1, 0]]), times)
