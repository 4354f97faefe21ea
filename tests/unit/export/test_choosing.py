"""Of what was accepted distinct samples are taken, of each cluster in turn, if their suite is trusted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import verifierd_client as client
from tests.unit.export.scene import ACCEPTED, WRONG, result, sample, sampled
from verifierd.datasets.results import SampleResult
from verifierd.export.choosing import Choice, Distinct, Dropped, Wanted, choose
from verifierd.export.matching import JudgedSample


def chosen(wanted: Wanted, *results: SampleResult, programs: str = "") -> Choice:
    """The choice among results; samples with one letter have one program."""

    def key(each: JudgedSample) -> bytes:
        return programs[each.number].encode() if programs else bytes([each.number])

    return choose(sampled(*results), wanted, key)


def indices(choice: Choice) -> list[int]:
    return [pick.sample.result.sample_index for pick in choice.picks]


def in_clusters(clusters: Sequence[str | None]) -> list[SampleResult]:
    return [result(sample(index), cluster=cluster) for index, cluster in enumerate(clusters)]


def test_each_cluster_has_its_turn_the_largest_first_and_unknown_behaviour_last() -> None:
    results = in_clusters([None, "a", "b", "b", None, "b", "c", None, None])
    choice = chosen(Wanted(9), *results)
    assert indices(choice) == [2, 1, 6, 0, 3, 4, 5, 7, 8]
    assert [pick.cluster_samples for pick in choice.picks] == [3, 1, 1, 1, 3, 1, 3, 1, 1]
    assert indices(chosen(Wanted(3), *results)) == [2, 1, 6]


def test_every_accepted_sample_is_chosen_or_counted_as_dropped() -> None:
    results = in_clusters(["a", "a", "a", "b", "b", None])
    for distinct in Distinct:
        for per_problem in range(1, 8):
            choice = chosen(Wanted(per_problem, distinct), *results, programs="ppqrsp")
            assert len(choice.picks) + choice.dropped.total() == len(results)
            assert len(choice.picks) <= per_problem
            assert 0 not in choice.dropped.values()


def test_a_program_is_taken_once_though_its_copies_count_for_its_cluster() -> None:
    results = in_clusters(["a", "b", "b", "b"])
    choice = chosen(Wanted(9), *results, programs="pqqq")
    assert (indices(choice), dict(choice.dropped)) == ([1, 0], {Dropped.SAME_PROGRAM: 2})
    assert [pick.cluster_samples for pick in choice.picks] == [3, 1]


def test_with_distinct_behaviour_one_is_taken_of_a_cluster() -> None:
    choice = chosen(Wanted(9, Distinct.BEHAVIOUR), *in_clusters(["a", "a", "b", None, None]))
    assert (indices(choice), dict(choice.dropped)) == ([0, 2, 3], {Dropped.SAME_BEHAVIOUR: 2})


@pytest.mark.parametrize("verdict", [each for each in client.Verdict if each is not ACCEPTED])
def test_nothing_but_what_was_accepted_is_chosen(verdict: client.Verdict) -> None:
    choice = chosen(Wanted(9), result(sample(0), verdict))
    assert (choice.picks, choice.dropped.total()) == ((), 0)
    assert indices(chosen(Wanted(9), result(sample(0), verdict), result(sample(1)))) == [1]


def many(slips: int) -> list[SampleResult]:
    """Accepted and wrong samples; of the wrong ones, so many fail one test alone."""
    right = [result(sample(index)) for index in range(10)]
    wrong = [
        result(sample(10 + n), WRONG, failed_tests=(f"t{n % 3}",) if n < slips else ("t0", "t1", "t2"))
        for n in range(40)
    ]
    return right + wrong


@pytest.mark.parametrize("slips", [0, 10, 40])
def test_a_suite_is_trusted_by_the_upper_end_of_what_it_may_accept(slips: int) -> None:
    rate = chosen(Wanted(1), *many(slips)).strength.false_positive_rate
    assert rate is not None
    assert rate.value < rate.high
    assert indices(chosen(Wanted(1, max_false_positives=rate.high), *many(slips))) == [0]
    between = (rate.value + rate.high) / 2
    refused = chosen(Wanted(1, max_false_positives=between), *many(slips))
    assert (refused.picks, dict(refused.dropped)) == ((), {Dropped.WEAK_SUITE: 10})


def test_tests_that_each_catch_what_no_other_does_are_less_trusted() -> None:
    rates = [chosen(Wanted(1), *many(slips)).strength.false_positive_rate for slips in (0, 10, 40)]
    shares = [rate.value for rate in rates if rate is not None]
    assert shares == sorted(shares)
    assert len(set(shares)) == 3


def test_a_suite_of_unknown_strength_is_refused_only_where_strength_is_asked_for() -> None:
    stopped = [*many(0)[:10], result(sample(10), WRONG, failed_tests=None)]
    assert chosen(Wanted(1), *stopped).strength.false_positive_rate is None
    refused = chosen(Wanted(1, max_false_positives=1.0), *stopped)
    assert dict(refused.dropped) == {Dropped.UNKNOWN_SUITE: 10}


def test_a_suite_with_too_few_tests_is_refused() -> None:
    assert indices(chosen(Wanted(1, min_tests=3), result(sample(0)))) == [0]
    assert dict(chosen(Wanted(1, min_tests=4), result(sample(0))).dropped) == {Dropped.FEW_TESTS: 1}
