"""A weak suite measured by a stronger one over the same candidates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import LEVEL
from verifierd.economics.outcomes import (
    FAILED,
    PASSED,
    UNKNOWN,
    Flags,
    Whole,
    checked_copies,
    checked_verdicts,
)
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate


@dataclass(frozen=True, slots=True)
class DualSuite:
    """What a strong suite says of a weak one. An estimate is None where there is no candidate to make it of.

    Attributes:
        false_positive_rate: share of the candidates rejected by the strong suite that the weak one accepts.
        completeness: share of the candidates accepted by the strong suite that the weak one accepts.
        right: share of the candidates that the strong suite accepts.
    """

    false_positive_rate: Estimate | None
    completeness: Estimate | None
    right: Estimate | None


def dual_suite(
    weak: npt.ArrayLike, strong: npt.ArrayLike, copies: npt.ArrayLike | None = None, level: float = LEVEL
) -> DualSuite:
    """Return how far a weak suite goes with a strong one, whose word is taken for the truth.

    What is wrong with the strong suite is not seen here: the rate is that of programs which the strong suite
    rejects. Copies of one program are accepted or rejected together, so the intervals are those of Kish's
    effective number of programs, (sum of copies)^2 / (sum of squared copies) (1965, "Survey Sampling",
    section 11.7).

    Args:
        weak: of shape (programs,), each 1 accepted, 0 rejected or -1 unknown by the weak suite.
        strong: the same by the strong suite; a program that is unknown by either is left out.
        copies: how many candidates have each program, at least 1; 1 each if None.
        level: in (0, 1).

    Raises:
        ValueError: the shapes differ, or a value is out of range.
    """
    by_weak, by_strong = checked_verdicts("weak", weak), checked_verdicts("strong", strong)
    if by_weak.shape != by_strong.shape:
        raise ValueError(f"weak has {by_weak.size} programs and strong has {by_strong.size}")
    programs = by_weak.size
    counts = np.ones(programs, dtype=np.int64) if copies is None else checked_copies(copies, programs)
    known = (by_weak != UNKNOWN) & (by_strong != UNKNOWN)
    accepted = by_weak == PASSED
    return DualSuite(
        _share(accepted, known & (by_strong == FAILED), counts, level),
        _share(accepted, known & (by_strong == PASSED), counts, level),
        _share(by_strong == PASSED, by_strong != UNKNOWN, counts, level),
    )


def _share(chosen: Flags, among: Flags, copies: Whole, level: float) -> Estimate | None:
    if not among.any():
        return None
    weights = copies[among].astype(np.float64)
    effective = float(weights.sum() ** 2 / np.square(weights).sum())
    share = float(weights[chosen[among]].sum() / weights.sum())
    return share_estimate(share * effective, effective, level)
