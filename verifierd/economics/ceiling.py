"""The accuracy ceiling: how often a candidate that the suite accepts is right, however many are sampled."""

from __future__ import annotations

import math

from verifierd.model import Estimate


def accuracy_ceiling(right: float, completeness: float, false_positive_rate: float) -> float | None:
    """Return the share of what the suite accepts that is right: c r / (c r + (1 - s) (1 - r)).

    It is the positive predictive value of the suite as a test, with r the share of right programs among the
    samples, c the completeness and 1 - s the false-positive rate. Sampling until a program is accepted
    reaches that accuracy and no more: Stroebl, Kapoor and Narayanan 2024, "Inference Scaling fLaws: The
    Limits of LLM Resampling with Imperfect Verifiers". None where the suite accepts nothing.

    Raises:
        ValueError: a number is no share.
    """
    for name, share in (
        ("right", right),
        ("completeness", completeness),
        ("false_positive_rate", false_positive_rate),
    ):
        check_share(name, share)
    accepted_right = completeness * right
    accepted = accepted_right + false_positive_rate * (1.0 - right)
    return accepted_right / accepted if accepted > 0 else None


def ceiling_estimate(
    right: Estimate, completeness: Estimate, false_positive_rate: Estimate
) -> Estimate | None:
    """Return the ceiling with an interval: from all three at their worst ends to all three at their best.

    The ceiling grows with `right` and with `completeness` and falls with `false_positive_rate`, so these are
    its ends wherever the three lie in their intervals: the interval is wider than it need be unless one of
    the three makes nearly all the doubt. None where the suite accepts nothing.

    Raises:
        ValueError: a number is no share, an estimate is not in its interval, or the levels differ.
    """
    check_estimate("right", right, right.level)
    check_estimate("completeness", completeness, right.level)
    check_estimate("false_positive_rate", false_positive_rate, right.level)
    value = accuracy_ceiling(right.value, completeness.value, false_positive_rate.value)
    low = accuracy_ceiling(right.low, completeness.low, false_positive_rate.high)
    high = accuracy_ceiling(right.high, completeness.high, false_positive_rate.low)
    if value is None:
        return None
    return Estimate(value, 0.0 if low is None else low, 1.0 if high is None else high, right.level)


def ceiling_of_accepted(
    accepted: float, completeness: Estimate | None, false_positive_rate: Estimate
) -> Estimate | None:
    """Return the ceiling where the share of right programs is not known, but that of accepted ones is.

    With r = (a - f) / (c - f) for an accepted share a and a false-positive rate f (Rogan and Gladen 1978,
    "Estimating Prevalence from the Results of a Screening Test", American Journal of Epidemiology 107) the
    ceiling is 1 - f (c - a) / (a (c - f)). It falls with c: without a completeness, 1 is taken, which
    promises least. Its ends are those of the two estimates, as for `ceiling_estimate`.

    Args:
        accepted: share of the candidates that the suite accepts.
        completeness: None where nothing tells.
        false_positive_rate: of the same candidates.

    Returns:
        None where nothing is accepted, or the suite accepts wrong programs as often as right ones, so that
        what it accepts tells nothing of how many are right.

    Raises:
        ValueError: a number is no share, an estimate is not in its interval, or the levels differ.
    """
    level = false_positive_rate.level
    most = Estimate(1.0, 1.0, 1.0, level) if completeness is None else completeness
    check_estimate("completeness", most, level)
    check_estimate("false_positive_rate", false_positive_rate, level)
    check_share("accepted", accepted)
    value = _ceiling(accepted, most.value, false_positive_rate.value)
    if value is None:
        return None
    low = _ceiling(accepted, most.high, false_positive_rate.high)
    high = _ceiling(accepted, most.low, false_positive_rate.low)
    return Estimate(value, 0.0 if low is None else low, 1.0 if high is None else high, level)


def right_share(accepted: float, completeness: float, false_positive_rate: float) -> float | None:
    """Return the share of right programs that makes the suite accept so many: Rogan and Gladen's estimate.

    It is held between 0 and 1, as the share is. None where the suite accepts wrong programs as often as right
    ones. Raises ValueError for a number that is no share.
    """
    for name, share in (
        ("accepted", accepted),
        ("completeness", completeness),
        ("false_positive_rate", false_positive_rate),
    ):
        check_share(name, share)
    if completeness <= false_positive_rate:
        return None
    share = (accepted - false_positive_rate) / (completeness - false_positive_rate)
    return min(1.0, max(0.0, share))


def check_share(name: str, share: float) -> None:
    """Raise ValueError where a number is no share."""
    if not (math.isfinite(share) and 0 <= share <= 1):
        raise ValueError(f"{name} is {share}; a share is from 0 to 1")


def check_estimate(name: str, estimate: Estimate, level: float) -> None:
    """Raise ValueError where an estimate is no share in its interval, or of another level."""
    for end in ("value", "low", "high"):
        check_share(f"the {end} of {name}", getattr(estimate, end))
    if not estimate.covers(estimate.value):
        raise ValueError(f"{name} is {estimate.value}, not from {estimate.low} to {estimate.high}")
    if estimate.level != level:
        raise ValueError(f"the level of {name} is {estimate.level}; it must be {level}, as of the others")


def _ceiling(accepted: float, completeness: float, false_positive_rate: float) -> float | None:
    """Return the ceiling of an accepted share; None where that tells nothing of right programs."""
    right = right_share(accepted, completeness, false_positive_rate)
    if accepted == 0 or right is None:
        return None
    return max(0.0, 1.0 - false_positive_rate * (1.0 - right) / accepted)
