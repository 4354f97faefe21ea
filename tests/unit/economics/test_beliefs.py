"""What samples solve and cost on average is what drawn problems do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.beliefs import Problems, learnt
from verifierd.economics.difficulty import Difficulty

BELIEFS = (
    Difficulty(0.0, 0.7, 3.0),
    Difficulty(0.3, 1.0, 2.0),
    Difficulty(0.1, 4.0, 1.5),
    Difficulty(1.0, 1, 1),
)
PROBLEMS = Problems(BELIEFS, (0.5, 1.0, 2.0, 1.0))


def all_of(count: int) -> np.ndarray:
    return np.full(len(BELIEFS), count, dtype=np.int64)


def test_what_is_solved_is_what_each_belief_says() -> None:
    for count in (0, 1, 9, 1000):
        expected = [each.pass_at(count) for each in BELIEFS]
        assert PROBLEMS.solved(all_of(count)) == pytest.approx(expected, abs=1e-12)
    assert PROBLEMS.most_coverage == pytest.approx((1.0 + 0.7 + 0.9 + 0.0) / 4)


def test_the_gain_of_a_sample_is_what_it_adds_and_falls() -> None:
    gains = np.array([PROBLEMS.gains(all_of(count)) for count in range(30)])
    solved = np.array([PROBLEMS.solved(all_of(count)) for count in range(31)])
    assert gains == pytest.approx(np.diff(solved, axis=0), abs=1e-12)
    assert (np.diff(gains[:, :3], axis=0) < 0).all()


def test_samples_until_one_solves_are_the_sum_of_the_chances_to_be_drawn() -> None:
    for count in (0, 1, 5, 300):
        expected = sum(1.0 - PROBLEMS.solved(all_of(drawn)) for drawn in range(count)) + all_of(0)
        assert PROBLEMS.drawn_until_solved(all_of(count)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("a", [1 - 1e-4, 1 - 1e-7, 1.0, 1 + 1e-7, 1 + 1e-4])
def test_the_sum_has_no_hole_where_a_is_1(a: float) -> None:
    one = Problems((Difficulty(0.0, a, 2.0),), (1.0,))
    expected = sum(one.beliefs[0].pass_at(drawn) * -1 + 1 for drawn in range(50))
    assert one.drawn_until_solved(np.array([50]))[0] == pytest.approx(expected, rel=1e-6)


def test_a_sample_is_worth_its_gain_over_its_cost() -> None:
    later = Problems(BELIEFS, PROBLEMS.usd_per_sample, until_solved=True)
    for count in (0, 3, 40):
        samples = all_of(count)
        assert PROBLEMS.worth(samples) == pytest.approx(PROBLEMS.gains(samples) / PROBLEMS.usd)
        assert later.worth(samples) == pytest.approx(later.gains(samples) / later.next_usd(samples))
        assert later.cost_usd(samples + 1) - later.cost_usd(samples) == pytest.approx(
            later.next_usd(samples).sum()
        )
    assert PROBLEMS.cost_usd(all_of(3)) == pytest.approx(13.5)


def test_what_is_sure_to_be_solved_in_the_end_is_worth_something_however_late() -> None:
    sure = Problems((Difficulty(0.0, 900.0, 1.0),), (1.0,), until_solved=True)
    assert sure.worth(np.array([1 << 30]))[0] == pytest.approx(900 / (901 + (1 << 30)))


def test_problems_with_equal_counts_are_believed_the_same() -> None:
    prior = Difficulty(0.3, 1.0, 2.0)
    assert learnt(prior, [4, 4, 9], [0, 0, 3]) == (prior.given(4, 0), prior.given(4, 0), prior.given(9, 3))
    with pytest.raises(ValueError, match="5 correct of 4"):
        learnt(prior, [4], [5])


def test_costs_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="no problems to plan"):
        Problems((), ())
    with pytest.raises(ValueError, match="1 problems and 2 costs"):
        Problems(BELIEFS[:1], (1.0, 1.0))
    for usd in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"a sample of problem 0 costs {usd}"):
            Problems(BELIEFS[:1], (usd,))
