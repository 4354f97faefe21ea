"""Partial programs are worth what the programs that begin with them passed; search goes by that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.client.strategies.made import execution, result
from verifierd_client import Digest, Problem, Role, StdioTest, Verdict
from verifierd_client.strategies import lines
from verifierd_client.strategies.mcts import EXPLORATION, search
from verifierd_client.strategies.partial_programs import Partial, examples_of, value_of

PASSED, WRONG, FAULT = Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.INFRASTRUCTURE_ERROR


@given(st.text(alphabet="ab \n\t", max_size=60))
def test_the_steps_of_a_text_are_the_text(text: str) -> None:
    assert "".join(lines(text)) == text


def test_a_blank_line_is_no_step_of_its_own() -> None:
    assert lines("a\n\n  \nb\n") == ["a\n\n  \n", "b\n"]


def test_a_rollout_counts_for_each_partial_program_on_its_way() -> None:
    root = Partial()
    root.add(["a", "b"], 1.0)
    root.add(["a", "c"], 0.5)
    root.add(["d"], 0.0)
    assert (root.through.rollouts, root.through.mean) == (3, 0.5)
    assert (root.children["a"].through.rollouts, root.children["a"].through.mean) == (2, 0.75)
    assert root.children["a"].children["c"].text == "ac"
    assert [each.text for each in root.unfinished] == ["a"]


def test_the_value_is_the_share_of_examples_or_of_all_tests() -> None:
    ran = result(WRONG, [execution("0", PASSED), execution("1", WRONG), execution("2", PASSED)])
    tests = [StdioTest("", "", role=role) for role in (Role.EXAMPLE, Role.EXAMPLE, Role.JUDGE)]
    assert examples_of(Problem("p", tests)) == {"0", "1"}
    assert value_of(ran, examples_of(Problem("p", tests))) == 0.5
    assert value_of(ran, examples_of(Digest("0" * 64, 1))) == pytest.approx(2 / 3)


def test_what_was_not_verified_has_no_value() -> None:
    for verdict in (FAULT, Verdict.CANCELLED):
        assert value_of(result(verdict, [execution("0", verdict)]), frozenset()) is None
    assert value_of(result(Verdict.COMPILE_ERROR), frozenset({"0"})) == 0.0
    lost = [execution("0", Verdict.WRONG_ANSWER), execution("1", Verdict.INFRASTRUCTURE_ERROR)]
    assert value_of(result(Verdict.WRONG_ANSWER, lost), frozenset()) is None
    assert value_of(result(Verdict.WRONG_ANSWER, lost), frozenset({"1"})) is None
    assert value_of(result(Verdict.WRONG_ANSWER, lost), frozenset({"0"})) == 0.0


def drawn(root: Partial, *rollouts: tuple[list[str], float]) -> Partial:
    """Search once, and draw these rollouts from where the search ended."""
    found = search(root, EXPLORATION)
    for steps, value in rollouts:
        root.add([*found.steps, *steps], value)
        found.begun.add(value)
    return found


def test_a_search_begins_at_the_root_and_then_goes_where_most_passed() -> None:
    root = Partial()
    assert drawn(root, (["bad\n", "x"], 0.0), (["good\n", "x"], 0.8)) is root
    assert search(root, EXPLORATION).text == "good\n"


def test_a_search_goes_where_more_passed_and_comes_back_to_the_rest() -> None:
    root = Partial()
    drawn(root, (["bad\n", "x"], 0.1), (["good\n", "x"], 0.9))
    visits = {"": 0, "bad\n": 0, "good\n": 0}
    for _ in range(40):
        found = search(root, EXPLORATION)
        visits[found.text] += 1
        value = {"": 0.5, "bad\n": 0.1, "good\n": 0.9}[found.text]
        root.add([*found.steps, "x"], value)
        found.begun.add(value)
    assert visits["good\n"] > visits[""] > 0
    assert visits["good\n"] > visits["bad\n"] > 0


def test_without_exploration_a_search_stays_with_the_best() -> None:
    root = Partial()
    drawn(root, (["bad\n", "x"], 0.1), (["good\n", "x"], 0.5))
    for _ in range(10):
        assert search(root, 0.0).text == "good\n"
        root.children["good\n"].begun.add(0.5)


def test_a_way_that_every_program_takes_is_gone_on() -> None:
    root = Partial()
    drawn(root, *[(["same\n", "x"], 0.5)] * 4)
    visited = [drawn(root, *[(["more\n", "x"], 0.5)] * 4).text for _ in range(8)]
    assert "same\n" in visited
