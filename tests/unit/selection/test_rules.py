from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.model import Pick
from verifierd.selection.rules import (
    RULES,
    ParameterRefused,
    SelectionRule,
    parameters_of,
    rule_named,
)
from verifierd.selection.standings import NOTHING, Standings, one_from_each

ALL_RULES = [rule_named(name, {}) for name in RULES]


def standings(
    clusters: str, *, refused: str = "", behaviours: list[list[int]] | None = None, passed: Sequence[str] = ()
) -> Standings:
    """One candidate a letter, in order of arrival; it names its cluster, and none of `refused` passed."""
    names = sorted(set(clusters))
    n = len(clusters)
    return Standings(
        candidate_ids=[f"c{row}" for row in range(n)],
        eligible=np.array([each not in refused for each in clusters], dtype=np.bool_),
        cluster_of=np.array([names.index(each) for each in clusters], dtype=np.int64),
        cluster_ids=names,
        behaviours=np.array(behaviours or [[ord(each)] for each in clusters] or np.empty((0, 1)), np.int64),
        passed=np.array([[bit == "1" for bit in row] for row in passed] or np.ones((n, 1)), dtype=np.bool_),
    )


def picked(rule: str, given: Standings, count: int, **params: float) -> str:
    picks = rule_named(rule, params).select(given, count).picks
    return " ".join(pick.candidate_id for pick in picks)


def test_first_pass_picks_in_order_of_arrival() -> None:
    assert picked("first_pass", standings("xxyzy", refused="x"), 2) == "c2 c3"


def test_plurality_picks_from_the_largest_cluster_first() -> None:
    assert picked("plurality", standings("xyzyxy", refused="x"), 9) == "c1 c3 c5 c2"


def test_alphacode_picks_one_of_each_cluster_and_then_again() -> None:
    assert picked("alphacode", standings("xyzyxyw", refused="w"), 9) == "c1 c0 c2 c3 c4 c5"


def test_equally_large_clusters_go_by_their_first_arrival() -> None:
    for rule in ("plurality", "alphacode"):
        assert picked(rule, standings("zyyz"), 1) == "c0"


def test_codet_picks_from_consensus_sets_by_candidates_and_tests_passed() -> None:
    passed = ["1100", "1110", "1100", "1111", "1100", "1110"]
    given = standings("uvwxyz", passed=passed)
    # Three of two tests, two of three, one of four: 3.5, 4.2 and 4 by the root, 6, 6 and 4 by the product.
    assert picked("codet", given, 9) == "c1 c3 c0 c5 c2 c4"
    assert picked("codet", given, 3, exponent=1) == "c0 c1 c3"
    assert picked("codet", given, 1, exponent=0) == "c3"


def test_codet_sees_only_those_that_may_be_picked() -> None:
    given = standings("xxy", refused="x", passed=["11", "11", "10"])
    assert picked("codet", given, 9) == "c2"


def test_mbr_exec_picks_whom_the_others_agree_with_most() -> None:
    behaviours = [[1, 1, 7], [1, 1, 8], [2, 2, 9], [2, 2, 9], [1, 1, 9], [3, NOTHING, NOTHING]]
    given = standings("vwxxyz", behaviours=behaviours)
    assert picked("mbr_exec", given, 9) == "c4 c0 c1 c2 c3 c5"
    assert picked("mbr_exec", given, 2, whole=1) == "c2 c3"


def test_mbr_exec_counts_no_agreement_with_those_that_may_not_be_picked() -> None:
    behaviours = [[1], [1], [1], [2], [2]]
    assert picked("mbr_exec", standings("xxxyy", refused="x", behaviours=behaviours), 1) == "c3"


def test_what_is_comparable_to_nothing_agrees_with_nothing() -> None:
    behaviours = [[NOTHING], [NOTHING], [5]]
    assert picked("mbr_exec", standings("xyz", behaviours=behaviours), 3) == "c0 c1 c2"


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_pick_names_its_rule_and_cluster_and_there_are_no_more_than_asked(rule: SelectionRule) -> None:
    selected = rule.select(standings("xy", refused="x"), 1)
    probability = selected.probabilities["y"] if rule.tells_probabilities else None
    assert selected.picks == (Pick("c1", rule.name, "y", probability),)
    assert len(rule.select(standings("xyx"), 2).picks) == 2


@pytest.mark.parametrize("rule", ALL_RULES)
@pytest.mark.parametrize("clusters", ["", "xxyx"])
def test_where_nothing_may_be_picked_nothing_is(rule: SelectionRule, clusters: str) -> None:
    assert rule.select(standings(clusters, refused="xy"), 5).picks == ()


@given(st.text("uvwxyz", max_size=30), st.sets(st.sampled_from("uvwxyz")), st.integers(1, 40))
def test_every_rule_picks_each_that_passed_at_most_once(clusters: str, refused: set[str], count: int) -> None:
    given = standings(clusters, refused="".join(refused))
    eligible = {f"c{row}" for row, each in enumerate(clusters) if each not in refused}
    for rule in ALL_RULES:
        picks = [pick.candidate_id for pick in rule.select(given, count).picks]
        assert len(picks) == len(set(picks)) == min(count, len(eligible))
        assert set(picks) <= eligible


@given(st.lists(st.integers(1, 5), max_size=6))
def test_one_from_each_takes_turns(sizes: list[int]) -> None:
    groups = [np.arange(10 * place, 10 * place + size) for place, size in enumerate(sizes)]
    taken = list(one_from_each(groups))
    assert sorted(taken) == sorted(row for group in groups for row in group)
    assert all(before % 10 < after % 10 or before < after for before, after in pairwise(taken))


def test_parameters_are_known_by_name_and_held_to_their_range() -> None:
    assert parameters_of("mbr_exec") == ("whole",)
    assert parameters_of("plurality") == ()
    with pytest.raises(KeyError):
        rule_named("dice", {})
    with pytest.raises(TypeError):
        rule_named("plurality", {"whole": 1})
    for value in (-1, 5, float("nan")):
        with pytest.raises(ParameterRefused, match="0 to 4"):
            rule_named("codet", {"exponent": value})
    for value in (0.5, 2, float("nan")):
        with pytest.raises(ParameterRefused, match="0 or 1"):
            rule_named("mbr_exec", {"whole": value})
