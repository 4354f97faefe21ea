"""How far the tests of a task can be trusted, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifierd.datasets.results import SampleResult
from verifierd.datasets.suites import suite_outcomes
from verifierd.economics.suite import suite_report
from verifierd.model import Estimate


@dataclass(frozen=True, slots=True)
class SuiteStrength:
    """What is known of a task's tests; an estimate is None where there was too little to make it of.

    Attributes:
        tests: how many judge.
        false_positive_rate: share of wrong programs that the tests accept.
        accuracy_ceiling: share of right programs among those that the tests accept.
    """

    tests: int
    false_positive_rate: Estimate | None
    accuracy_ceiling: Estimate | None


def suite_strength(judged: Sequence[SampleResult]) -> SuiteStrength:
    """Return what a task's judged samples, at least one, tell of its tests.

    The estimates are those of `verifierd.economics.suite`. They need wrong samples that were run on all tests
    (`verifierd eval --all-tests`).
    """
    tests = max(each.tests_total for each in judged)
    told = suite_outcomes(judged)
    if told is None:
        return SuiteStrength(tests, None, None)
    report = suite_report(told.outcomes)
    return SuiteStrength(tests, report.false_positive_rate, report.accuracy_ceiling)
