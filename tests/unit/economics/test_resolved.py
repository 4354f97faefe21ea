"""The cost of a resolved query is all money over the queries that it resolved, however it is told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from verifierd.economics.attempts import Attempt, expected_run
from verifierd.economics.resolved import resolved_cost


def problems(count: int, samples: int, seed: int, chance: float | None = None) -> list[list[Attempt]]:
    """Measured samples of problems that are not equally hard, or all as hard as `chance` says."""
    random, found = np.random.default_rng(seed), []
    for _ in range(count):
        solves = random.beta(0.6, 1.2) if chance is None else chance
        found.append(
            [Attempt(random.exponential(0.01), 0.001, bool(random.random() < solves)) for _ in range(samples)]
        )
    return found


def simulated(of: list[list[Attempt]], n: int, until_solved: bool, queries: int) -> list[float]:
    """Costs of resolved queries, one query after another, each charged with the unresolved ones before it."""
    random, costs, spent = np.random.default_rng(8), [], 0.0
    for _ in range(queries):
        attempts = of[random.integers(len(of))]
        resolved = False
        for place in random.permutation(len(attempts))[:n]:
            spent += attempts[place].usd
            resolved = resolved or attempts[place].solved
            if resolved and until_solved:
                break
        if resolved:
            costs.append(spent)
            spent = 0.0
    return costs


@pytest.mark.parametrize("until_solved", [True, False])
def test_mean_and_quantiles_are_those_of_queries_one_after_another(until_solved: bool) -> None:
    of = problems(40, 12, 1)
    found, costs = resolved_cost(of, 4, until_solved), simulated(of, 4, until_solved, 40_000)
    assert found.mean_usd is not None
    assert found.mean_usd.value == pytest.approx(np.mean(costs), rel=0.02)
    told = (found.p50_usd, found.p95_usd, found.p99_usd)
    assert told == pytest.approx(np.quantile(costs, (0.5, 0.95, 0.99)).tolist(), rel=0.05)


def test_where_all_samples_cost_the_same_and_solve_there_is_one_price() -> None:
    found = resolved_cost([[Attempt(0.01, 0.002, True)] * 5] * 30, 3)
    assert found.mean_usd is not None
    assert [found.mean_usd.value, found.p50_usd, found.p99_usd] == pytest.approx([0.012] * 3)
    assert found.mean_usd.low == pytest.approx(0.012)
    assert 0.012 < found.mean_usd.high < 0.015


def test_the_interval_of_the_mean_covers_the_truth_as_often_as_it_says() -> None:
    everything = problems(4000, 10, 3)
    truth = resolved_cost(everything, 5).mean_usd
    assert truth is not None
    random, covered = np.random.default_rng(4), 0
    for _ in range(30):
        chosen = [everything[each] for each in random.integers(0, 4000, 60)]
        runs = resolved_cost(chosen, 5).mean_usd
        assert runs is not None
        covered += runs.covers(truth.value)
    assert covered >= 26


def test_where_resolving_is_rare_the_cost_is_nearly_exponential() -> None:
    of = [[Attempt(0.01, 0.0, problem == 0)] * 4 for problem in range(150)]
    found, costs = resolved_cost(of, 2), simulated(of, 2, True, 100_000)
    told = (found.p50_usd, found.p95_usd, found.p99_usd)
    assert told == pytest.approx(np.quantile(costs, (0.5, 0.95, 0.99)).tolist(), rel=0.15)
    assert found.mean_usd is not None
    assert math.isinf(found.mean_usd.high)


def test_queries_that_are_never_resolved_have_no_price_and_say_so() -> None:
    found = resolved_cost(problems(5, 6, 2, chance=0.0), 3)
    assert (found.mean_usd, found.p50_usd, found.p95_usd, found.p99_usd) == (None, None, None, None)
    assert found.query_usd == pytest.approx(
        np.mean([expected_run(each, 3, True)[0] for each in problems(5, 6, 2, 0.0)])
    )
    assert found.summary.startswith("No query was ever resolved: each costs $0.0")


def test_a_price_is_told_in_one_sentence() -> None:
    assert resolved_cost([[Attempt(0.5, 0.5, True)] * 2] * 3, 1).summary == (
        "A resolved query costs $1 on average ($1 to $3.42): p50 $1, p95 $1, p99 $1; 100.0% of queries are "
        "resolved."
    )


def test_equal_seeds_tell_the_same() -> None:
    of = problems(10, 8, 5)
    assert resolved_cost(of, 3) == resolved_cost(of, 3)
    assert resolved_cost(of, 3).p99_usd != resolved_cost(of, 3, seed=1).p99_usd


def test_what_cannot_be_reckoned_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        resolved_cost([], 1)
    with pytest.raises(ValueError, match="n is 3; a run draws"):
        resolved_cost([[Attempt(1.0, 0.0, True)] * 3, [Attempt(1.0, 0.0, True)] * 2], 3)
    with pytest.raises(ValueError, match="the level is 1"):
        resolved_cost([[Attempt(1.0, 0.0, True)]], 1, level=1.0)
