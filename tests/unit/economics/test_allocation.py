"""No plan that costs as much solves more: plans are held against all that there are."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from verifierd.economics.allocation import (
    best_for_budget,
    best_for_coverage,
    uniform_for_budget,
    uniform_for_coverage,
)
from verifierd.economics.beliefs import Problems
from verifierd.economics.difficulty import Difficulty

MOST = 12
ALL_PLANS = np.array(list(itertools.product(range(MOST + 1), repeat=3)))


def drawn(seed: int, same_price: bool, until_solved: bool = False) -> Problems:
    random = np.random.default_rng(seed)
    beliefs = tuple(
        Difficulty(random.uniform(0, 0.5), random.uniform(0.3, 3), random.uniform(0.3, 5)) for _ in range(3)
    )
    prices = (0.1,) * 3 if same_price else tuple(random.uniform(0.05, 0.3, 3).tolist())
    return Problems(beliefs, prices, until_solved)


def solved_and_costs(problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """What each of all plans solves, and what it costs, from single problems and counts."""
    counts = range(MOST + 1)
    solved = np.array([[each.pass_at(count) for count in counts] for each in problems.beliefs])
    made = np.array([[float(count) for count in counts]] * 3)
    if problems.until_solved:
        made = np.array([[0.0, *np.cumsum(1 - of_one)[:-1]] for of_one in solved])
    costs = made * problems.usd[:, None]
    problem = np.arange(3)
    return solved[problem, ALL_PLANS].sum(axis=1), costs[problem, ALL_PLANS].sum(axis=1)


@pytest.mark.parametrize("seed", range(6))
def test_at_one_price_no_plan_within_the_budget_solves_more(seed: int) -> None:
    problems = drawn(seed, same_price=True)
    solved, costs = solved_and_costs(problems)
    best = best_for_budget(problems, 1.0)
    assert problems.cost_usd(best) == pytest.approx(1.0)
    assert problems.solved(best).sum() == pytest.approx(solved[costs <= 1.0 + 1e-9].max())


@pytest.mark.parametrize("until_solved", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_at_any_prices_no_plan_that_costs_as_much_solves_more(seed: int, until_solved: bool) -> None:
    problems = drawn(seed, same_price=False, until_solved=until_solved)
    solved, costs = solved_and_costs(problems)
    best = best_for_budget(problems, 0.7)
    assert best.max() < MOST
    spent = problems.cost_usd(best)
    assert spent <= 0.7
    assert problems.solved(best).sum() == pytest.approx(solved[costs <= spent + 1e-9].max())
    assert spent + problems.next_usd(best).max() > 0.7


@pytest.mark.parametrize("until_solved", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_coverage_is_reached_with_the_least_money_of_plans_like_it(seed: int, until_solved: bool) -> None:
    problems = drawn(seed, same_price=not until_solved, until_solved=until_solved)
    solved, costs = solved_and_costs(problems)
    best = best_for_coverage(problems, 0.45)
    assert best.max() < MOST
    assert problems.solved(best).mean() >= 0.45
    reached = problems.solved(best).sum()
    assert problems.cost_usd(best) == pytest.approx(costs[solved >= reached - 1e-9].min())


def test_problems_believed_the_same_get_the_same_to_within_one_sample() -> None:
    problems = Problems((Difficulty(0.1, 1.0, 3.0),) * 50, (0.01,) * 50)
    best = best_for_budget(problems, 0.01 * 333)
    assert best.sum() == 333
    assert best.max() - best.min() == 1


def test_many_samples_are_planned_as_if_one_by_one() -> None:
    random = np.random.default_rng(3)
    beliefs = tuple(Difficulty(0.1, float(a), 2.0) for a in random.uniform(0.2, 2, 40))
    problems = Problems(beliefs, (1.0,) * 40)
    one_by_one = np.zeros(40, dtype=np.int64)
    for _ in range(1500):
        one_by_one[problems.gains(one_by_one).argmax()] += 1
    assert best_for_budget(problems, 1500.0).tolist() == one_by_one.tolist()


def test_the_same_for_each_is_the_least_number_that_reaches_a_coverage() -> None:
    problems = drawn(1, same_price=False)
    (each,) = set(uniform_for_coverage(problems, 0.6).tolist())
    assert problems.solved(np.full(3, each)).mean() >= 0.6 > problems.solved(np.full(3, each - 1)).mean()
    assert (
        best_for_coverage(problems, 0.0).tolist() == uniform_for_coverage(problems, 0.0).tolist() == [0] * 3
    )


@pytest.mark.parametrize("until_solved", [False, True])
def test_the_same_for_each_is_the_most_that_a_budget_pays_for(until_solved: bool) -> None:
    problems = drawn(1, same_price=True, until_solved=until_solved)
    samples = uniform_for_budget(problems, 3.0)
    assert problems.cost_usd(samples) <= 3.0 + 1e-9 < problems.cost_usd(samples + 1)
    assert until_solved or samples.tolist() == [10, 10, 10]


def test_what_can_never_be_solved_gets_nothing() -> None:
    problems = Problems((Difficulty(1.0, 1.0, 1.0), Difficulty(0.0, 1.0, 1.0)), (1.0, 1.0))
    assert best_for_budget(problems, 5.0).tolist() == [0, 5]
    assert best_for_budget(Problems(problems.beliefs[:1], (1.0,)), 5.0).tolist() == [0]


def test_beliefs_beyond_what_floating_point_tells_apart_are_refused() -> None:
    problems = Problems((Difficulty(0.0, 1.0, 1e26),), (1.0,))
    with pytest.raises(ValueError, match="one sample cannot be told from the next"):
        best_for_budget(problems, 1e8)


@pytest.mark.parametrize("plan", [uniform_for_coverage, best_for_coverage])
def test_a_coverage_that_cannot_be_reached_is_refused_with_the_most_that_can(plan: object) -> None:
    assert callable(plan)
    problems = Problems((Difficulty(0.25, 1.0, 1.0),) * 4, (1.0,) * 4)
    with pytest.raises(
        ValueError, match=re.escape("the target coverage is 0.8, but no number of samples")
    ) as e:
        plan(problems, 0.8)
    assert "more than 0.7500 of these" in str(e.value)
    with pytest.raises(ValueError, match="takes more than 1073741824 samples"):
        plan(problems, 0.75)
    for target in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=f"the target coverage is {target}; it must be from 0 to 1"):
            plan(problems, target)


@pytest.mark.parametrize("plan", [uniform_for_budget, best_for_budget])
def test_a_budget_that_is_none_is_refused(plan: object) -> None:
    assert callable(plan)
    problems = drawn(1, same_price=True)
    for budget in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"the budget is {budget}; it must be a finite number"):
            plan(problems, budget)
    with pytest.raises(ValueError, match="pays for more than 1073741824 samples"):
        plan(problems, 1e12)
    assert plan(problems, 0.0).tolist() == [0, 0, 0]
