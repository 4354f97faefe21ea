from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.selection.results import ACCEPTED, WRONG, execution, result
from verifierd.judging.candidates import cancelled, without_code
from verifierd.model import CandidateResult, Cluster, Verdict
from verifierd.selection.by_tests import ClustersByTests
from verifierd.selection.signature import signature


def clusters_of(*results: CandidateResult) -> tuple[Cluster, ...]:
    builder = ClustersByTests()
    for arrival, each in enumerate(results):
        builder.add(arrival, each)
    return builder.grouped().clusters({})


def ids(clusters: tuple[Cluster, ...]) -> list[tuple[str, ...]]:
    return [cluster.candidate_ids for cluster in clusters]


def test_equal_behaviour_on_every_test_is_one_cluster() -> None:
    x, y = execution(0, WRONG, "x"), execution(1, ACCEPTED, "y")
    assert ids(clusters_of(result("a", x, y), result("b", x, y))) == [("a", "b")]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(result("b", execution(0, ACCEPTED, "z")), id="another answer"),
        pytest.param(result("b", execution(0, WRONG, "x")), id="another verdict"),
        pytest.param(result("b", execution(1, ACCEPTED, "x")), id="another test"),
        pytest.param(result("b", execution(0), execution(1)), id="more tests"),
    ],
)
def test_any_difference_is_another_cluster(other: CandidateResult) -> None:
    assert len(clusters_of(result("a", execution(0, ACCEPTED, "x")), other)) == 2


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param(result("b", execution(0, Verdict.INFRASTRUCTURE_ERROR, None)), id="our failure"),
        pytest.param(
            result("b", execution(0, WRONG), execution(1, Verdict.INFRASTRUCTURE_ERROR, None)),
            id="our failure on one test of a wrong one",
        ),
        pytest.param(cancelled("b", [execution()], [True] * 2, "stopped"), id="cancelled"),
    ],
)
def test_who_did_not_show_all_of_its_behaviour_is_in_no_cluster(unseen: CandidateResult) -> None:
    assert signature(unseen) is None
    assert ids(clusters_of(result("a"), unseen)) == [("a",)]


def test_an_answer_comparable_to_nothing_makes_a_program_one_of_a_kind_and_its_duplicates_with_it() -> None:
    opaque = execution(0, WRONG, None)
    copy = replace(result("c", opaque), duplicate_of="a")
    assert ids(clusters_of(result("a", opaque), result("b", opaque), copy)) == [("a", "c"), ("b",)]


def test_candidates_without_code_are_alike() -> None:
    assert ids(clusters_of(without_code("a", [True] * 3), without_code("b", [True] * 3))) == [("a", "b")]


def test_skipped_tests_belong_to_the_behaviour() -> None:
    skipped = execution(1, Verdict.SKIPPED, None)
    assert ids(
        clusters_of(result("a", execution(0, WRONG), skipped), result("b", execution(0, WRONG), skipped))
    ) == [("a", "b")]


behaviours = st.lists(st.sampled_from("xyz"), min_size=1, max_size=12)


@given(behaviours, st.randoms(use_true_random=False))
def test_clusters_are_a_partition_by_size_and_the_same_in_every_order_of_landing(
    letters: list[str], random: Random
) -> None:
    results = [result(f"c{i}", execution(0, ACCEPTED, letter)) for i, letter in enumerate(letters)]
    clusters = clusters_of(*results)
    assert sorted(name for cluster in clusters for name in cluster.candidate_ids) == sorted(
        each.candidate_id for each in results
    )
    sizes = [len(cluster.candidate_ids) for cluster in clusters]
    assert sizes == sorted(sizes, reverse=True)
    landing = list(enumerate(results))
    random.shuffle(landing)
    builder = ClustersByTests()
    for arrival, each in landing:
        builder.add(arrival, each)
    assert builder.grouped().clusters({}) == clusters


def test_a_cluster_is_named_by_its_signature_whoever_is_in_it() -> None:
    (alone,), (together,) = clusters_of(result("a")), clusters_of(result("b"), result("c"))
    assert alone.id == together.id
    assert len(alone.id) == 16
    assert alone.id == (signature(result("z")) or b"").hex()[:16]
