from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.selection.results import result
from verifierd.judging.candidates import cancelled, failed_by_us, without_code
from verifierd.model import CandidateResult, KilledBy, ProbeResult, Verdict
from verifierd.selection.by_probes import ClustersByProbes
from verifierd.selection.standings import NOTHING


def probe(place: int, behaviour: str | None, failed: bool = False, is_ours: bool = False) -> ProbeResult:
    return ProbeResult(f"p{place}", KilledBy.NOBODY, failed, behaviour, 1, 1, 1, is_ours=is_ours)


def did(candidate_id: str, behaviours: str, **others: bool) -> CandidateResult:
    """A candidate that did this on each input; capitals are failures, a dash is comparable to nothing."""
    probes = [
        probe(place, None if each == "-" else each, each.isupper()) for place, each in enumerate(behaviours)
    ]
    return replace(result(candidate_id), probes=tuple(probes), **others)  # type: ignore[arg-type]


def clustering(*results: CandidateResult, width: int = 2) -> ClustersByProbes:
    made = ClustersByProbes([f"p{place}" for place in range(width)])
    for arrival, each in enumerate(results):
        made.add(arrival, each)
    return made


def ids(made: ClustersByProbes) -> list[tuple[str, ...]]:
    return [cluster.candidate_ids for cluster in made.grouped().clusters({})]


def test_the_same_on_every_input_is_one_cluster_and_any_difference_another() -> None:
    assert ids(clustering(did("a", "xy"), did("b", "xz"), did("c", "xy"), did("d", "Xy"))) == [
        ("a", "c"),
        ("b",),
        ("d",),
    ]


def test_ids_are_the_same_in_every_run_and_tell_of_the_inputs() -> None:
    first, second = clustering(did("a", "xy")), clustering(did("b", "xy"), did("c", "xy"))
    (one,), (two,) = first.grouped().cluster_ids, second.grouped().cluster_ids
    assert one == two
    assert len(one) == 16
    other = ClustersByProbes(["p0", "q1"])
    other.add(0, did("a", "xy"))
    assert other.grouped().cluster_ids != [one]


@pytest.mark.parametrize(
    "apart",
    [
        pytest.param(did("b", "xy", nondeterministic=True), id="two runs differed"),
        pytest.param(replace(did("b", "xy"), probes=(probe(0, "x"),)), id="not all inputs"),
        pytest.param(
            replace(did("b", "xy"), probes=(probe(0, "x"), probe(1, None, True, True))), id="our failure"
        ),
    ],
)
def test_who_is_no_guide_is_in_no_cluster_and_may_be_picked(apart: CandidateResult) -> None:
    grouped = clustering(did("a", "xy"), apart).grouped()
    assert [each.candidate_ids for each in grouped.clusters({})] == [("a",)]
    assert grouped.candidate_ids == ["a", "b"]
    assert list(grouped.eligible) == [True, True]
    assert grouped.cluster_of[1] == NOTHING


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param(cancelled("b", [], [True], "stopped"), id="cancelled"),
        pytest.param(failed_by_us("b", [], [True], "why"), id="our failure"),
    ],
)
def test_who_was_not_seen_to_the_end_is_left_out(unseen: CandidateResult) -> None:
    assert clustering(did("a", "xy"), unseen).grouped().candidate_ids == ["a"]


def test_candidates_without_code_are_alike_and_not_picked() -> None:
    grouped = clustering(without_code("a", [True]), without_code("b", [True])).grouped()
    assert [each.candidate_ids for each in grouped.clusters({})] == [("a", "b")]
    assert not grouped.eligible.any()


def test_what_is_comparable_to_nothing_makes_a_program_one_of_a_kind() -> None:
    copy = replace(did("c", "x-"), duplicate_of="a")
    assert ids(clustering(did("a", "x-"), did("b", "x-"), copy)) == [("a", "c"), ("b",)]


def test_who_failed_on_every_input_may_not_be_picked_where_no_test_judges() -> None:
    unjudged = [
        replace(did(name, does), verdict=Verdict.SKIPPED, tests_total=0)
        for name, does in (("a", "XX"), ("b", "Xy"))
    ]
    assert list(clustering(*unjudged).grouped().eligible) == [False, True]
    assert list(clustering(did("a", "XX")).grouped().eligible) == [True], "it passed what judges"


def test_who_ran_on_no_input_has_no_vote_on_which_are_valid() -> None:
    """All that were run fail on the first input, each in its own way."""
    ran = [did(f"c{place}", f"{chr(ord('A') + place)}y") for place in range(10)]
    unseen = [replace(did(f"u{place}", "xy"), probes=()) for place in range(5)]
    assert [len(each) for each in ids(clustering(*ran))] == [10]
    assert [len(each) for each in ids(clustering(*ran, *unseen))] == [10]


def test_telling_inputs_are_chosen_among_those_that_were_run() -> None:
    made = clustering(did("a", "xyz"), did("b", "xyw"), replace(did("c", "xyz"), probes=()), width=3)
    assert made.choose(1) == {"p2"}
    assert ids(made) == [("a",), ("b",)]


def test_numbers_are_equal_where_behaviour_is_and_nothing_where_it_failed_or_has_no_value() -> None:
    made = clustering(did("a", "xy"), did("b", "xZ"), did("c", "w-"), did("d", "xy"))
    numbers = made.behaviours([0, 1, 2, 3])
    assert numbers.shape == (4, 2)
    assert list(numbers[0]) == list(numbers[3])
    assert numbers[0, 0] == numbers[1, 0] != numbers[2, 0]
    assert numbers[1, 1] == numbers[2, 1] == NOTHING
    assert (numbers[0] >= 0).all()
    assert not np.array_equal(numbers, clustering(did("a", "xy")).behaviours([0]).repeat(4, 0))


def test_numbers_of_one_are_equal_where_it_gave_two_inputs_the_same_answer() -> None:
    same, other = clustering(did("a", "xx"), did("b", "xy")).behaviours([0, 1])
    assert same[0] == same[1] == other[0] != other[1]


def test_nobody_has_no_clusters() -> None:
    assert clustering().grouped().clusters({}) == ()
    assert clustering().behaviours([]).shape == (0, 2)
