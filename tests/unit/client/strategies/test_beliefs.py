"""What the client believes of a problem is what the server and `verifierd plan` believe of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.batches.stop_rules import PRIOR
from verifierd.economics.difficulty import Difficulty
from verifierd_client.strategies import Belief

SHAPES = st.floats(0.05, 20)


def test_the_first_belief_is_that_of_the_servers_stop_rules() -> None:
    first = Belief()
    assert (first.unsolvable, first.a, first.b) == (PRIOR.unsolvable, PRIOR.a, PRIOR.b)


@given(st.floats(0, 0.99), SHAPES, SHAPES, st.integers(0, 500), st.integers(0, 500))
def test_failures_and_chances_are_those_of_difficulty(
    unsolvable: float, a: float, b: float, failures: int, programs: int
) -> None:
    theirs = Difficulty(unsolvable, a, b).given(failures, 0).pass_at(programs)
    ours = Belief(unsolvable, a, b).after(failures).chance(programs)
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-12)


def test_each_failure_makes_success_less_likely() -> None:
    chances = [Belief().after(failures).chance(1) for failures in range(50)]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("wrong", [{"unsolvable": 1.5}, {"a": 0}, {"b": float("inf")}, {"a": float("nan")}])
def test_what_is_no_distribution_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="unsolvable is from 0 to 1"):
        Belief(**wrong)
