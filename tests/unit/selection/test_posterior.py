from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import Evidence, evidence_of
from verifierd.selection.parameters import ParameterRefused
from verifierd.selection.posterior import probabilities
from verifierd.selection.rules import rule_named
from verifierd.selection.standings import NOTHING, Standings

PLAIN = Beliefs(
    unsolvable=0.3, correct_a=1.0, correct_b=2.0, concentration=2.0, discount=0.25, size_weight=1.0
)


def seen(
    *sizes: int,
    passed: tuple[float, ...] = (),
    answered: tuple[float, ...] = (),
    alike: tuple[int, ...] = (),
) -> Evidence:
    n = len(sizes)
    return Evidence(
        np.array(sizes, dtype=np.int64),
        np.array(passed or [0.0] * n),
        10 if passed else 0,
        np.array(answered or [1.0] * n),
        10 if answered else 0,
        np.array(alike or [0] * n),
        np.eye(n),
    )


def rising(start: float, steps: int, step: float = 1.0) -> float:
    return math.prod(start + step * each for each in range(steps))


def restaurant(sizes: tuple[int, ...]) -> float:
    """Pitman's formula as it is written: the tables opened, those who sat down, and all arrivals."""
    theta, alpha = PLAIN.concentration, PLAIN.discount
    opened = rising(theta + alpha, len(sizes) - 1, alpha) if sizes else 1.0
    seated = math.prod(rising(1 - alpha, size - 1) for size in sizes)
    return opened * seated / rising(theta + 1, sum(sizes) - 1) if sizes else 1.0


def right(m: int, n: int) -> float:
    """The chance that certain m of n are correct: a = 1 and b = 2 by their integral."""
    return 2 * math.factorial(m) * math.factorial(n - m + 1) / math.factorial(n + 2)


def test_it_is_bayes_rule_over_the_two_priors() -> None:
    sizes = (3, 2, 1)
    n, z = sum(sizes), PLAIN.unsolvable
    weights = [
        (1 - z) * right(sizes[j], n) * restaurant(sizes[:j] + sizes[j + 1 :]) for j in range(len(sizes))
    ]
    weights.append((z + (1 - z) * right(0, n)) * restaurant(sizes))
    found = probabilities(seen(*sizes), PLAIN)
    assert [*found.clusters, found.none] == pytest.approx([each / sum(weights) for each in weights])


def test_without_candidates_none_is_correct() -> None:
    found = probabilities(seen(), PLAIN)
    assert (list(found.clusters), found.none) == ([], 1.0)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_they_are_probabilities(sizes: list[int]) -> None:
    found = probabilities(seen(*sizes), Beliefs())
    assert found.clusters.sum() + found.none == pytest.approx(1.0)
    assert (found.clusters >= 0).all()
    assert 0 <= found.none <= 1


def test_tests_that_a_model_wrote_raise_whoever_passes_more_of_them() -> None:
    without = probabilities(seen(5, 5), Beliefs())
    with_tests = probabilities(seen(5, 5, passed=(0.6, 0.1)), Beliefs())
    assert without.clusters[0] == pytest.approx(without.clusters[1])
    assert with_tests.clusters[0] > without.clusters[0] > with_tests.clusters[1]


def test_where_nobody_passes_any_none_is_likelier() -> None:
    assert (
        probabilities(seen(5, 5, passed=(0.0, 0.0)), Beliefs()).none
        > probabilities(seen(5, 5, passed=(0.7, 0.7)), Beliefs()).none
    )


def test_who_comes_to_no_answer_is_less_likely_correct() -> None:
    found = probabilities(seen(5, 5, answered=(1.0, 0.2)), Beliefs())
    assert found.clusters[0] > found.clusters[1]


def test_who_answers_all_inputs_alike_is_less_likely_correct_the_more_there_are() -> None:
    twice, often = (probabilities(seen(5, 5, alike=(0, m)), Beliefs()) for m in (2, 20))
    assert twice.clusters[0] > twice.clusters[1] > often.clusters[1]
    assert often.none > twice.none


def test_the_share_that_looks_at_its_input_is_laplaces() -> None:
    beliefs = replace(PLAIN, ignoring=0.4)
    without, found = (probabilities(seen(5, 5, alike=alike), beliefs).first for alike in ((), (0, 3)))
    assert without[0] == pytest.approx(without[1])
    assert found[1] / found[0] == pytest.approx(0.6 / (0.6 + 0.4 * 3))


def test_where_all_programs_are_thought_to_look_answers_alike_say_nothing() -> None:
    heedful = replace(Beliefs(), ignoring=0.0)
    found = probabilities(seen(5, 5, alike=(0, 9)), heedful)
    assert found.clusters[0] == pytest.approx(found.clusters[1])


def test_a_scatter_of_single_programs_says_that_none_is_correct() -> None:
    assert probabilities(seen(*[1] * 30), Beliefs()).none > probabilities(seen(29, 1), Beliefs()).none


def test_evidence_is_read_from_standings_by_cluster() -> None:
    standings = Standings(
        candidate_ids=["a", "b", "c"],
        eligible=np.array([True, True, True]),
        cluster_of=np.array([0, 1, 0]),
        cluster_ids=["x", "y"],
        behaviours=np.array([[5, NOTHING], [6, 7], [5, NOTHING]]),
        passed=np.array([[True, False], [True, True], [True, True]]),
    )
    found = evidence_of(standings, standings.clusters())
    assert list(found.sizes) == [2, 1]
    assert list(found.passed) == [0.75, 1.0]
    assert list(found.answered) == [0.5, 1.0]
    assert (found.tests, found.inputs) == (2, 2)
    assert list(found.alike) == [0, 0]


@pytest.mark.parametrize(
    ("behaviours", "alike"),
    [
        ([[5, 5, 5], [5, 6, 5]], [3, 0]),
        ([[5, NOTHING, 5], [5, 6, NOTHING]], [2, 0]),
        ([[NOTHING, 5, NOTHING], [5, 6, 7]], [0, 0]),  # one answer is like no other
        ([[NOTHING, NOTHING, NOTHING], [5, 6, 7]], [0, 0]),
        ([[5, 5, 5], [6, 6, 6]], [0, 0]),  # inputs that tell nobody's answers apart say nothing
        ([[], []], [0, 0]),
    ],
)
def test_answers_are_alike_where_others_are_not(behaviours: list[list[int]], alike: list[int]) -> None:
    standings = Standings(
        candidate_ids=["a", "b"],
        eligible=np.array([True, True]),
        cluster_of=np.array([0, 1]),
        cluster_ids=["x", "y"],
        behaviours=np.array(behaviours, dtype=np.int64),
        passed=np.empty((2, 0), dtype=np.bool_),
    )
    assert list(evidence_of(standings, standings.clusters()).alike) == alike


def test_picks_go_by_probability_and_carry_it_and_abstaining_picks_nothing() -> None:
    standings = Standings(
        candidate_ids=["a", "b", "c", "d"],
        eligible=np.array([True] * 4),
        cluster_of=np.array([0, 0, 1, 1]),
        cluster_ids=["x", "y"],
        behaviours=np.array([[NOTHING], [NOTHING], [6], [6]]),
        passed=np.array([[False] * 6] * 2 + [[True] * 6] * 2),
    )
    selected = rule_named("posterior", {}).select(standings, 3)
    assert [pick.candidate_id for pick in selected.picks] == ["c", "a", "d"]
    assert selected.picks[0].probability == selected.probabilities["y"] > selected.probabilities["x"]
    assert selected.none_probability is not None
    assert sum(selected.probabilities.values()) + selected.none_probability == pytest.approx(1.0)
    likely_none = rule_named("posterior", {"abstain": 1, "unsolvable": 0.999999})
    assert likely_none.select(standings, 3).picks == ()
    assert rule_named("posterior", {"unsolvable": 0.999999}).select(standings, 3).picks != ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unsolvable", 0.0),
        ("unsolvable", 1.0),
        ("correct_a", 0.0),
        ("correct_b", math.inf),
        ("discount", 1.0),
        ("size_weight", 1.5),
        ("tests_worth", -1.0),
        ("ignoring", 1.0),
        ("right_a", math.nan),
        ("abstain", 0.5),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ParameterRefused, match=f"^{name} is "):
        rule_named("posterior", {name: value})


def test_beliefs_may_be_changed_one_by_one() -> None:
    assert replace(Beliefs(), unsolvable=0.5).unsolvable == 0.5
