"""What a run costs on average is the mean over all orders that its attempts can have."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifierd.economics.attempts import Attempt, drawn_runs, expected_run
from verifierd.economics.coverage import pass_at_k

ATTEMPTS = st.lists(
    st.builds(Attempt, st.floats(0, 10), st.floats(0, 10), st.booleans()), min_size=1, max_size=5
)


def over_all_orders(attempts: list[Attempt], n: int, until_solved: bool) -> tuple[float, float]:
    """Cost and chance, counted order by order."""
    costs, resolved = [], []
    for order in itertools.permutations(attempts):
        made = list(order[:n])
        first = next((place for place, each in enumerate(made) if each.solved), None)
        resolved.append(first is not None)
        if until_solved and first is not None:
            made = made[: first + 1]
        costs.append(sum(each.generation_usd + each.verification_usd for each in made))
    return float(np.mean(costs)), float(np.mean(resolved))


@settings(max_examples=60)
@given(attempts=ATTEMPTS, until_solved=st.booleans(), data=st.data())
def test_a_run_costs_the_mean_over_all_orders(
    attempts: list[Attempt], until_solved: bool, data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(attempts)))
    found = expected_run(attempts, n, until_solved)
    assert found == pytest.approx(over_all_orders(attempts, n, until_solved), abs=1e-9)


@pytest.mark.parametrize("n", [1, 7, 100])
def test_the_chance_to_resolve_is_pass_at_k(n: int) -> None:
    attempts = [Attempt(1.0, 0.0, number < 13) for number in range(100)]
    assert expected_run(attempts, n, True)[1] == pytest.approx(pass_at_k([100], [13], n)[0])


@pytest.mark.parametrize("until_solved", [True, False])
def test_drawn_runs_cost_on_average_what_is_expected(until_solved: bool) -> None:
    random = np.random.default_rng(2)
    attempts = [Attempt(random.exponential(), 0.1, bool(random.random() < 0.2)) for _ in range(30)]
    costs, resolved = drawn_runs(attempts, 8, until_solved, 40_000, random)
    expected_usd, chance = expected_run(attempts, 8, until_solved)
    assert costs.mean() == pytest.approx(expected_usd, rel=0.01)
    assert resolved.mean() == pytest.approx(chance, abs=0.01)


@pytest.mark.parametrize("usd", [-1.0, math.nan, math.inf])
def test_a_cost_that_is_none_is_refused(usd: float) -> None:
    with pytest.raises(ValueError, match=re.escape(f"generation_usd is {usd}; a cost is a finite number")):
        Attempt(usd, 0.0, True)
    with pytest.raises(ValueError, match=re.escape(f"verification_usd is {usd}")):
        Attempt(0.0, usd, True)


@pytest.mark.parametrize(("samples", "n"), [(3, 4), (3, 0), (0, 1)])
def test_a_run_of_more_attempts_than_there_are_is_refused(samples: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"n is {n}; a run draws at least 1 of the attempts, and there are"):
        expected_run([Attempt(1.0, 0.0, True)] * samples, n, True)
