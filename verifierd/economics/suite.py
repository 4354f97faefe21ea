"""A suite's report: how far the tests of one problem can be trusted, with one sentence for a person."""

from __future__ import annotations

import math

import numpy.typing as npt

from verifierd.economics.ceiling import ceiling_estimate, ceiling_of_accepted, check_estimate, right_share
from verifierd.economics.false_positives import LEAST_PROGRAMS, LEAST_TESTS, false_positive_rate
from verifierd.economics.intervals import LEVEL
from verifierd.economics.outcomes import Outcomes
from verifierd.economics.resampling import check_harm, harmful_samples
from verifierd.economics.signals import signals_of_tests
from verifierd.model import Estimate, SuiteReport

WEAK = 0.10  # share of what is accepted that is wrong, from which on a suite is called weak
STRONG = 0.05  # a suite is called strong where the upper end of that share is no higher
ROUNDING = 1e-9  # of a percent: an end that is a whole percent but for a float's last digit is that percent


def suite_report(
    outcomes: Outcomes,
    right: Estimate | None = None,
    completeness: Estimate | None = None,
    cpu_time_s: npt.ArrayLike | None = None,
    harm: float = 1.0,
    level: float = LEVEL,
) -> SuiteReport:
    """Return what the outcomes of one problem tell of its tests.

    Args:
        outcomes: what the tests said of the candidates.
        right: share of right programs among samples, where something else than the suite tells, such as a
            stronger suite; if None it follows from the share that the suite accepts.
        completeness: as `completeness_of_runs` gives it; if None, the ceiling is that of a suite that accepts
            every right program, which promises least where `right` is not given.
        cpu_time_s: of shape (tests,), what a run of each test takes; the same for all if None.
        harm: what a wrong pick costs, where a right one is worth 1.
        level: of all intervals; that of the given estimates must be the same.

    Raises:
        ValueError: a number is out of range, or the levels differ.
    """
    for name, given in (("right", right), ("completeness", completeness)):
        if given is not None:
            check_estimate(name, given, level)
    check_harm(harm)
    rate = false_positive_rate(outcomes, level)
    ceiling, harmful = None, None
    if rate is not None and outcomes.accepted.any():
        ceiling, harmful = _ceiling_and_harmful(outcomes, rate, right, completeness, harm)
    signals = signals_of_tests(outcomes, cpu_time_s)
    summary = _summary(outcomes, rate, ceiling)
    return SuiteReport(rate, completeness, ceiling, harmful, signals, summary)


def _ceiling_and_harmful(
    outcomes: Outcomes, rate: Estimate, right: Estimate | None, completeness: Estimate | None, harm: float
) -> tuple[Estimate | None, int | None]:
    of_right = Estimate(1.0, 1.0, 1.0, rate.level) if completeness is None else completeness
    if right is not None:
        ceiling, share = ceiling_estimate(right, of_right, rate), right.value
    else:
        decided = outcomes.samples[outcomes.accepted | outcomes.rejected].sum()
        accepted = float(outcomes.samples[outcomes.accepted].sum() / decided)
        ceiling = ceiling_of_accepted(accepted, completeness, rate)
        share = right_share(accepted, of_right.value, rate.value) or 0.0
    if ceiling is None:
        return None, None
    return ceiling, harmful_samples(share, of_right.value, rate.value, harm)


def _summary(outcomes: Outcomes, rate: Estimate | None, ceiling: Estimate | None) -> str:
    if rate is None:
        return _why_nothing_tells(outcomes)
    if not outcomes.accepted.any():
        return f"No candidate passes; these tests accept at most {_at_most(rate.high)} of wrong programs."
    if ceiling is None:
        return "These tests accept wrong programs as often as right ones: what they accept tells nothing."
    wrong, low, high = 1.0 - ceiling.value, 1.0 - ceiling.high, 1.0 - ceiling.low
    word = "is weak" if wrong >= WEAK else "is strong" if high <= STRONG else "may be weak"
    share = f"about {100 * wrong:.0f} %" if wrong >= 0.005 else "less than 1 %"
    ends = f"{math.floor(100 * low + ROUNDING)} to {_at_most(high)}"
    return f"This suite {word}: {share} of what it accepts is wrong ({ends})."


def _why_nothing_tells(outcomes: Outcomes) -> str:
    unsaid = "to say how far these tests can be trusted"
    if outcomes.ran.sum() < LEAST_TESTS and outcomes.samples.size:
        return "Fewer than two tests have an outcome, too few to hold one against another."
    if outcomes.programs[outcomes.rejected].sum() < LEAST_PROGRAMS:
        return f"Too few candidates fail {unsaid}."
    return f"Too few of the candidates that fail were run on all tests {unsaid}."


def _at_most(share: float) -> str:
    """Return an upper end in whole percent, rounded up so that the words promise no more than the number."""
    return f"{math.ceil(100 * share - ROUNDING)} %"
