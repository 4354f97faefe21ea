from __future__ import annotations

import pytest

from verifierd.model import Cluster, Pick, Verdict
from verifierd.selection.rules import FirstPass, Plurality, SelectionRule, Standings

STANDINGS = Standings(
    clusters=(
        Cluster("wrong", ("a", "b", "c", "d"), Verdict.WRONG_ANSWER),
        Cluster("large", ("e", "g", "h"), Verdict.ACCEPTED),
        Cluster("small", ("f",), Verdict.ACCEPTED),
    ),
    accepted_ids=("e", "f", "g", "h"),
)


def names(picks: tuple[Pick, ...]) -> list[str]:
    return [pick.candidate_id for pick in picks]


def test_first_pass_picks_the_accepted_in_order_of_arrival() -> None:
    assert names(FirstPass().picks(STANDINGS, 3)) == ["e", "f", "g"]


def test_plurality_picks_from_the_largest_accepted_cluster_first() -> None:
    assert names(Plurality().picks(STANDINGS, 9)) == ["e", "g", "h", "f"]


@pytest.mark.parametrize("rule", [FirstPass(), Plurality()])
def test_a_pick_names_its_rule_and_cluster_and_there_are_no_more_than_asked(rule: SelectionRule) -> None:
    assert rule.picks(STANDINGS, 1) == (Pick("e", rule.name, "large"),)


@pytest.mark.parametrize("rule", [FirstPass(), Plurality()])
def test_where_nothing_is_accepted_nothing_is_picked(rule: SelectionRule) -> None:
    assert rule.picks(Standings(STANDINGS.clusters[:1], ()), 5) == ()
