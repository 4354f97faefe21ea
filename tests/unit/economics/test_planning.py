"""A plan says what it brings, and what one sample more would."""

from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.beliefs import Problems
from verifierd.economics.difficulty import Difficulty
from verifierd.economics.durations import Durations
from verifierd.economics.planning import plan_for_latency, plans_for_budget, plans_for_coverage

BELIEFS = (Difficulty(0.0, 3.0, 2.0), Difficulty(0.2, 0.6, 4.0), Difficulty(0.5, 1.0, 1.0))
PROBLEMS = Problems(BELIEFS, (0.1, 0.2, 0.1))


@pytest.mark.parametrize("until_solved", [False, True])
def test_the_better_plan_is_cheaper_for_a_coverage_and_solves_more_for_a_budget(until_solved: bool) -> None:
    problems = Problems(BELIEFS, (0.1,) * 3, until_solved)
    for_coverage, for_budget = plans_for_coverage(problems, 0.6), plans_for_budget(problems, 2.0)
    assert for_coverage.by_value is not None
    assert for_budget.by_value is not None
    cost = "cost_until_solved_usd" if until_solved else "cost_usd"
    assert getattr(for_coverage.by_value, cost) < getattr(for_coverage.uniform, cost)
    assert for_budget.by_value.coverage > for_budget.uniform.coverage
    assert getattr(for_budget.by_value, cost) <= 2.0 + 1e-9


def test_what_is_told_of_a_plan_is_what_its_samples_do_when_drawn() -> None:
    plan = plans_for_budget(PROBLEMS, 2.0).by_value
    assert plan is not None
    random, runs = np.random.default_rng(1), 40_000
    solved, spent = 0.0, 0.0
    for belief, usd, count in zip(BELIEFS, PROBLEMS.usd_per_sample, plan.samples, strict=True):
        chances = random.beta(belief.a, belief.b, runs) * (random.random(runs) >= belief.unsolvable)
        tries = random.geometric(np.maximum(chances, 1e-12))
        solved += (tries <= count).mean()
        spent += usd * np.minimum(tries, count).mean()
    assert plan.coverage == pytest.approx(solved / 3, abs=0.005)
    assert plan.cost_until_solved_usd == pytest.approx(spent, rel=0.01)
    assert plan.cost_usd == pytest.approx(math.fsum(PROBLEMS.usd * plan.samples))


def test_one_more_sample_of_each_is_worth_what_it_adds() -> None:
    plan = plans_for_budget(PROBLEMS, 2.0, value_usd=3.0).uniform
    (each,) = set(plan.samples)
    added = np.mean([belief.pass_at(each + 1) - belief.pass_at(each) for belief in BELIEFS])
    assert plan.next_sample.chance == pytest.approx(added)
    assert plan.next_sample.usd == pytest.approx(0.4 / 3)
    assert plan.next_sample.net_usd == pytest.approx(3.0 * added - 0.4 / 3)


def test_one_more_sample_by_value_is_the_best_there_is() -> None:
    plan = plans_for_budget(PROBLEMS, 2.0, value_usd=3.0).by_value
    assert plan is not None
    gains = [b.pass_at(n + 1) - b.pass_at(n) for b, n in zip(BELIEFS, plan.samples, strict=True)]
    best = int(np.argmax(np.array(gains) / PROBLEMS.usd))
    told = plan.next_sample
    assert (told.chance, told.usd) == pytest.approx((gains[best], PROBLEMS.usd_per_sample[best]))
    assert told.net_usd == pytest.approx(3.0 * gains[best] - told.usd)


def test_where_samples_end_with_the_first_that_solves_one_more_is_drawn_after_failures_alone() -> None:
    later = Problems(BELIEFS, PROBLEMS.usd_per_sample, until_solved=True)
    plan = plans_for_budget(later, 2.0).by_value
    assert plan is not None
    hazards = [belief.given(n, 0).pass_at(1) for belief, n in zip(BELIEFS, plan.samples, strict=True)]
    best = int(np.argmax(np.array(hazards) / later.usd))
    assert plan.next_sample.chance == pytest.approx(hazards[best])
    assert plan.next_sample.net_usd is None


def test_a_latency_has_one_plan_with_as_many_as_fit() -> None:
    plans = plan_for_latency(PROBLEMS, Durations(2.0, 0.0), 4, 9.0)
    assert plans.uniform.samples == (16, 16, 16)
    assert plans.by_value is None


def test_so_many_samples_that_all_is_solved_leave_nothing_to_gain() -> None:
    sure = Problems((Difficulty(0.0, 500.0, 1.0),), (0.5,), until_solved=True)
    plan = plan_for_latency(sure, Durations(1.0, 0.0), 1, 1e6, value_usd=1.0).uniform
    assert (plan.coverage, plan.next_sample.chance, plan.next_sample.net_usd) == (1.0, 0.0, -0.5)


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_a_value_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=f"value_usd is {value}; it must be a finite number of at least 0"):
        plans_for_budget(PROBLEMS, 2.0, value)
