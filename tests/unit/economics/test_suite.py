from __future__ import annotations

import math
import time

import numpy as np
import pytest

from verifierd.economics.outcomes import outcome_table
from verifierd.economics.suite import suite_report
from verifierd.model import Estimate


def candidates(right: int, wrong: int, tests: int = 12, chance: float = 0.3, seed: int = 1) -> np.ndarray:
    """Candidates that pass all tests, and others that fail each with so much chance and one at least."""
    random = np.random.default_rng(seed)
    failed = random.random((wrong, tests)) < chance
    failed[np.arange(wrong), random.integers(0, tests, wrong)] = True
    return np.concatenate([np.ones((right, tests), dtype=int), (~failed).astype(int)])


def test_a_weak_suite_is_called_weak_and_its_numbers_agree() -> None:
    report = suite_report(outcome_table(candidates(60, 300, tests=4, chance=0.05)))
    assert report.false_positive_rate is not None
    assert report.accuracy_ceiling is not None
    rate, accepted = report.false_positive_rate.value, 60 / 360
    right = (accepted - rate) / (1 - rate)
    assert report.accuracy_ceiling.value == pytest.approx(right / accepted)
    assert report.summary.startswith("This suite is weak: about ")
    assert f"about {100 * (1 - report.accuracy_ceiling.value):.0f} % of" in report.summary


def test_a_strong_suite_is_called_strong() -> None:
    report = suite_report(outcome_table(candidates(300, 300, chance=0.7)))
    assert report.summary == "This suite is strong: less than 1 % of what it accepts is wrong (0 to 1 %)."
    assert report.harmful_samples is None
    assert len(report.tests) == 12


def test_what_is_known_of_right_programs_comes_before_what_is_inferred() -> None:
    table = outcome_table(candidates(60, 60))
    right, whole = Estimate(0.2, 0.15, 0.25), Estimate(0.9, 0.8, 1.0)
    report = suite_report(table, right, whole)
    assert report.completeness == whole
    assert report.false_positive_rate is not None
    assert report.accuracy_ceiling is not None
    rate = report.false_positive_rate.value
    assert report.accuracy_ceiling.value == pytest.approx(0.18 / (0.18 + rate * 0.8))


def test_samples_harm_where_wrong_picks_cost_more_than_right_ones_bring() -> None:
    table = outcome_table(candidates(20, 300, tests=4, chance=0.05))
    assert suite_report(table, harm=0.0).harmful_samples is None
    assert suite_report(table, harm=100.0).harmful_samples == 0


@pytest.mark.parametrize(
    ("passed", "summary"),
    [
        (np.empty((0, 3), dtype=int), "Too few candidates fail to say how far these tests can be trusted."),
        ([[1, 1]] * 20, "Too few candidates fail to say how far these tests can be trusted."),
        ([[1], [0]] * 20, "Fewer than two tests have an outcome, too few to hold one against another."),
        (
            [[1, 1]] * 20 + [[0, -1]] * 20,
            "Too few of the candidates that fail were run on all tests "
            "to say how far these tests can be trusted.",
        ),
        ([[0, 0]] * 20, "No candidate passes; these tests accept at most 17 % of wrong programs."),
        ([[0]], "Fewer than two tests have an outcome, too few to hold one against another."),
        ([[-1, -1]], "Fewer than two tests have an outcome, too few to hold one against another."),
    ],
)
def test_outcomes_that_tell_little_have_an_answer(passed: object, summary: str) -> None:
    report = suite_report(outcome_table(passed))  # type: ignore[arg-type]
    assert report.summary == summary
    assert report.accuracy_ceiling is None
    assert report.harmful_samples is None


def test_a_test_that_never_ran_changes_no_number() -> None:
    passed = candidates(40, 60)
    with_it = np.column_stack([passed, np.full(len(passed), -1)])
    found, without = suite_report(outcome_table(with_it)), suite_report(outcome_table(passed))
    assert found.summary == without.summary
    assert found.accuracy_ceiling == without.accuracy_ceiling is not None


def test_the_tests_are_named_in_the_order_of_the_times_given() -> None:
    table = outcome_table([[0, 1], [0, 1], [1, 0], [1, 1]], test_ids=["slow", "fast"])
    assert [each.test_id for each in suite_report(table, cpu_time_s=[9.0, 1.0]).tests] == ["fast", "slow"]


def test_a_suite_that_accepts_wrong_programs_as_often_as_right_ones_says_so() -> None:
    report = suite_report(outcome_table(candidates(60, 300, 4, 0.05)), completeness=Estimate(0.0, 0.0, 0.1))
    assert report.accuracy_ceiling is None
    assert "as often as right ones" in report.summary


def test_levels_must_agree() -> None:
    with pytest.raises(ValueError, match=r"level of right is 0\.9"):
        suite_report(outcome_table([[1, 0]]), right=Estimate(0.5, 0.4, 0.6, 0.9))


def test_what_cannot_be_is_refused_though_nothing_is_made_of_it() -> None:
    nothing = outcome_table([[1, 0]])
    with pytest.raises(ValueError, match="harm is nan"):
        suite_report(nothing, harm=math.nan)
    with pytest.raises(ValueError, match="high of completeness is nan"):
        suite_report(nothing, completeness=Estimate(0.5, 0.4, math.nan))
    with pytest.raises(ValueError, match=r"right is 0\.9, not from 0\.4 to 0\.6"):
        suite_report(nothing, right=Estimate(0.9, 0.4, 0.6))


def test_a_hundred_thousand_candidates_that_all_differ_take_seconds() -> None:
    passed = candidates(10_000, 90_000, tests=50, chance=0.4)
    begun = time.process_time()
    report = suite_report(outcome_table(passed))
    assert time.process_time() - begun < 4.0
    assert report.false_positive_rate is not None
