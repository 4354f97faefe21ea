"""Resolutions add up: no dollar is lost, and who could not be verified does not count as unsolved."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binomtest

from tests.unit.client.strategies.made import resolution
from verifierd_client.strategies import Outcome, table, totals


def test_unsolved_queries_are_paid_for_by_the_solved_ones() -> None:
    row = totals(
        [
            resolution(Outcome.ANSWERED, usd=1.0, verification_usd=0.5),
            resolution(Outcome.NOTHING_PASSED, usd=3.0, verification_usd=0.5),
        ]
    )
    assert row.usd_per_resolved == 5.0
    assert (row.generation_usd, row.verification_usd, row.usd) == (2.0, 0.5, 2.5)
    assert row.completion_tokens == 100


def test_where_nothing_is_solved_a_resolved_query_has_no_price() -> None:
    assert totals([resolution(Outcome.BUDGET, usd=1.0)]).usd_per_resolved == math.inf


@pytest.mark.parametrize(("solved", "queries"), [(0, 5), (3, 5), (5, 5), (1, 1), (30, 41)])
def test_the_interval_of_a_share_is_wilsons(solved: int, queries: int) -> None:
    outcomes = [Outcome.ANSWERED] * solved + [Outcome.NOTHING_PASSED] * (queries - solved)
    share = totals([resolution(each) for each in outcomes]).solved
    reference = binomtest(solved, queries).proportion_ci(0.95, method="wilson")
    assert share.value == solved / queries
    assert (share.low, share.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_who_could_not_be_verified_is_neither_solved_nor_unsolved() -> None:
    row = totals([resolution(Outcome.ANSWERED), resolution(Outcome.VERIFIER_FAILED)])
    assert (row.solved.value, row.unverified, row.queries) == (1.0, 1, 2)


def test_who_knows_better_says_who_is_solved() -> None:
    row = totals([resolution(Outcome.ANSWERED), resolution(Outcome.ANSWERED)], solved=[True, False])
    assert row.solved.value == 0.5
    with pytest.raises(ValueError, match="2 resolutions, and 1"):
        totals([resolution(Outcome.ANSWERED)] * 2, solved=[True])


def test_quantiles_are_times_that_were_measured() -> None:
    times_s = [float(each) for each in range(1, 101)]
    row = totals([resolution(Outcome.ANSWERED, answer_s=each) for each in reversed(times_s)])
    quantiles = row.time_to_answer
    assert (quantiles.p50_s, quantiles.p95_s, quantiles.p99_s) == (50.0, 95.0, 99.0)


def test_the_table_has_a_line_for_each_strategy() -> None:
    rows = [
        totals([resolution(Outcome.ANSWERED, usd=1e-3, answer_s=1.25)], strategy="best of 4"),
        totals([resolution(Outcome.BUDGET)], strategy="best of 1"),
    ]
    head, rule, first, second = table(rows).splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == second.count("|")
    assert first.startswith("| best of 4 | 100.0% (21% to 100%) | 100 | 0.001 | 0% | 0.001 | 1.25 |")
    assert "| inf |" in second


def test_nothing_adds_up_to_nothing_by_an_error() -> None:
    with pytest.raises(ValueError, match="no resolutions"):
        totals([])
