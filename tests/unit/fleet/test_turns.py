"""Whose turn it is: interactive first, and tenants by their weights, whoever asks for how much."""

from __future__ import annotations

from collections import Counter

import pytest

from verifierd.fleet.subjects import Names, Queue, token
from verifierd.fleet.turns import Turns


def queue(tenant: str, priority: str = "bulk") -> Queue:
    return Queue(priority, "any", "python", token(tenant))


def taken(turns: Turns, queues: list[Queue], times: int) -> Counter[str]:
    counts = Counter[str]()
    for _ in range(times):
        first = turns.order(queues)[0]
        turns.took(first)
        counts[first.tenant] += 1
    return counts


def test_interactive_work_goes_first_whoever_has_had_more() -> None:
    turns = Turns()
    urgent = queue("a", "interactive")
    for _ in range(9):
        turns.took(urgent)
    assert turns.order([queue("b"), urgent])[0] == urgent


def test_tenants_take_turns_by_their_weights() -> None:
    counts = taken(Turns({"a": 3}), [queue("a"), queue("b"), queue("c")], 500)
    assert counts == {"a": 300, "b": 100, "c": 100}


def test_who_comes_later_gets_no_credit_for_the_time_before() -> None:
    turns = Turns()
    taken(turns, [queue("a")], 1000)
    assert taken(turns, [queue("a"), queue("b")], 100)["b"] == pytest.approx(50, abs=1)


@pytest.mark.parametrize("name", ["", "a", "team-1", "a.b", "x-a", "-", "ü", "a b", "*", ">", "a" * 99])
def test_a_tenant_s_queue_is_found_by_subject_and_consumer(name: str) -> None:
    names, asked = Names("p"), queue(name)
    assert names.queue_of(names.chunks(asked)) == asked
    assert Queue.of_consumer(asked.consumer) == asked


def test_tenants_with_names_that_look_like_tokens_have_queues_of_their_own() -> None:
    names = ["", "-", "a.b", token("a.b"), "x-"]
    assert len({token(name) for name in names}) == len(names)
