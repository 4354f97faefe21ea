from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from verifierd.economics.false_positives import UNSEEN, false_positive_rate
from verifierd.economics.outcomes import Outcomes, outcome_table
from verifierd.model import Estimate


def drawn_problem(random: np.random.Generator) -> np.ndarray:
    """Outcomes of 4 to 30 tests: ways of being wrong, each with a chance to fail a test and a size."""
    tests, ways = 2 * int(random.integers(2, 16)), int(random.integers(3, 40))
    a, b = np.exp(random.normal((0.0, 0.3), (0.7, 0.8)))
    passed = random.random((ways, tests)) >= random.beta(a, b, (ways, 1))
    sizes = np.minimum(random.geometric(random.uniform(0.2, 1.0), ways), 30)
    right = np.ones((int(random.integers(0, 60)), tests), dtype=np.bool_)
    return np.concatenate([np.repeat(passed, sizes, axis=0), right])


def planted() -> list[tuple[Estimate, float]]:
    """Estimates made of a random half of the tests, and what the whole suite says of that half."""
    random = np.random.default_rng(2027)
    found: list[tuple[Estimate, float]] = []
    while len(found) < 200:
        passed = drawn_problem(random)
        half = passed[:, random.permutation(passed.shape[1])[: passed.shape[1] // 2]]
        wrong = ~passed.all(axis=1)
        estimate = false_positive_rate(outcome_table(half.astype(int)))
        if estimate is not None:
            found.append((estimate, float(half[wrong].all(axis=1).mean())))
    return found


def test_a_half_of_the_tests_says_how_many_wrong_programs_the_other_half_would_find() -> None:
    found = planted()
    truth = np.array([share for _, share in found])
    values = np.array([estimate.value for estimate, _ in found])
    widths = np.array([estimate.high - estimate.low for estimate, _ in found])
    assert np.mean([estimate.covers(share) for estimate, share in found]) >= 0.9
    assert widths.mean() < 0.33
    assert np.corrcoef(values, truth)[0, 1] > 0.4
    assert abs((values - truth).mean()) < 0.03


def test_many_ways_of_being_wrong_leave_little_doubt() -> None:
    random = np.random.default_rng(5)
    rows = random.random((4000, 20)) >= random.beta(1.0, 2.0, (4000, 1))
    first, second = rows[:, :10], rows
    wrong = ~second.all(axis=1)
    found = false_positive_rate(outcome_table(first.astype(int)))
    assert found is not None
    assert found.value == pytest.approx(first[wrong].all(axis=1).mean(), rel=0.25)
    assert 0 < found.low < found.high < 0.2


def test_the_value_is_the_mean_over_all_parts_of_two_thirds() -> None:
    """No cap is met, so the expected number that slips past is linear in what each part lets through."""
    passed = np.ones((400, 6), dtype=int)
    passed[np.arange(120), np.arange(120) % 6] = 0
    passed[120:200, :3] = 0
    wrong = passed[:200]
    past = [(wrong[:, list(part)] == 1).all(axis=1).sum() for part in itertools.combinations(range(6), 4)]
    ways = np.unique(wrong, axis=0, return_counts=True)[1]
    slipped = np.mean(past) + UNSEEN * ways.mean()
    found = false_positive_rate(outcome_table(passed))
    assert found is not None
    assert found.value / (1 - found.value) == pytest.approx(slipped / 200, rel=0.1)


def test_that_nothing_slips_past_a_part_leaves_the_doubt_of_one_way_more() -> None:
    found = false_positive_rate(outcome_table([[1] * 8] * 20 + [[0] * 8] * 10))
    assert found is not None
    assert (found.low, found.high) == (0.0, 0.5)


def test_copies_are_samples_and_programs_that_fail_alike_are_one_way() -> None:
    rows, copies = [[1, 1, 1], [0, 0, 1], [1, 0, 0], [1, 1, 0]], [9, 3, 2, 4]
    apart = false_positive_rate(outcome_table(np.repeat(rows, copies, axis=0)))
    assert apart is not None
    assert apart == false_positive_rate(outcome_table(rows, copies))


def test_no_more_can_be_wrong_than_are_accepted() -> None:
    rows = np.ones((40, 9), dtype=int)
    rows[np.arange(38), np.arange(38) % 9] = 0
    found = false_positive_rate(outcome_table(rows))
    assert found is not None
    assert found.high == pytest.approx(2 / 40)


def test_where_nothing_is_accepted_the_doubt_is_that_of_so_many_programs() -> None:
    found = false_positive_rate(outcome_table([[0, 1], [0, 0], [1, 0]], [7, 7, 7]))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 1 - 0.025 ** (1 / 3)))


@pytest.mark.parametrize(
    "table",
    [
        outcome_table(np.empty((0, 3), dtype=int)),
        outcome_table([[1, 1]] * 50),
        outcome_table([[1, 1]] * 50 + [[0, 1]]),
        outcome_table([[1, 1], [0, 1]], [50, 50]),
        outcome_table([[1], [0]] * 50),
        outcome_table([[1, -1], [0, -1]] * 50),
        outcome_table([[1, 1]] * 9 + [[0, -1]] * 5 + [[1, 0]] * 4),
        outcome_table([[-1, -1]] * 9),
    ],
    ids=["none", "all pass", "one fails", "one program", "one test", "one ran", "stopped early", "unknown"],
)
def test_too_little_gives_no_estimate(table: Outcomes) -> None:
    assert false_positive_rate(table) is None


def test_equal_seeds_draw_the_same_and_a_lower_level_is_narrower() -> None:
    table = outcome_table(drawn_problem(np.random.default_rng(3)).astype(int))
    wide, narrow = false_positive_rate(table), false_positive_rate(table, level=0.5)
    assert wide == false_positive_rate(table)
    assert wide is not None
    assert narrow is not None
    assert narrow.high - narrow.low < wide.high - wide.low
    assert narrow.value == wide.value


@pytest.mark.parametrize("level", [0.0, 1.0, math.nan])
def test_a_level_is_between_0_and_1(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        false_positive_rate(outcome_table([[1, 1]]), level)
