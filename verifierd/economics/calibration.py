"""Calibration: whether what is said to be right with probability p is right in a share p of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import LEVEL, Floats, checked_level, checked_shares
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate

BINS = 10
RESAMPLES = 1_000
SEED = 20_070_601
Outcomes = Sequence[bool] | Sequence[int] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The predictions above `low` and up to `high`; the first bin has those of 0, too.

    Attributes:
        count: how many predictions there are.
        predicted: their mean; None where there are none.
        observed: the share of them that came true, with Clopper and Pearson's interval (1934, Biometrika
            26); None where there are none.
    """

    low: float
    high: float
    count: int
    predicted: float | None
    observed: Estimate | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: bins of equal width, in order."""

    bins: tuple[ReliabilityBin, ...]

    @property
    def count(self) -> int:
        """Return how many predictions there are."""
        return sum(each.count for each in self.bins)

    @property
    def expected_calibration_error(self) -> float:
        """Return the mean distance of predicted and observed share, each bin weighed by its predictions.

        Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2, equation 3. With few
        predictions a bin it lies above 0 even for a forecaster that is calibrated.
        """
        distances = (
            each.count * abs(each.observed.value - each.predicted)
            for each in self.bins
            if each.observed is not None and each.predicted is not None
        )
        return sum(distances) / self.count


def reliability(
    probabilities: Sequence[float] | Floats, outcomes: Outcomes, bins: int = BINS, level: float = LEVEL
) -> Reliability:
    """Return the reliability diagram of predictions, of which each came true or did not.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2: bin m of M holds the
    predictions in ((m-1)/M, m/M].

    Args:
        probabilities: what was predicted, each in [0, 1].
        outcomes: whether it came true, in the same order.
        bins: how many bins of equal width, at least 1.
        level: of the intervals of the observed shares, in (0, 1).

    Raises:
        ValueError: there are no predictions, one is no probability, an outcome is neither true nor false,
            the lengths differ, there are no bins, or the level is none.
    """
    predicted = checked_shares(probabilities)
    came_true = _checked_outcomes(outcomes, predicted.size)
    checked_level(level)
    if bins < 1:
        raise ValueError(f"bins is {bins}; it must be at least 1")
    edges = np.arange(bins + 1) / bins
    bin_of = _bins_of(predicted, bins)
    return Reliability(
        tuple(
            _bin(
                float(edges[place]),
                float(edges[place + 1]),
                predicted[bin_of == place],
                came_true[bin_of == place],
                level,
            )
            for place in range(bins)
        )
    )


def calibrated_error(
    probabilities: Sequence[float] | Floats,
    groups: Sequence[int] | npt.NDArray[np.int64],
    level: float = LEVEL,
) -> Estimate:
    """Return the expected calibration error of these predictions if they were calibrated, in ten bins.

    Few predictions differ from what is observed by chance alone: an error within the interval is no sign that
    they are wrong. Outcomes are drawn from the predictions as they are (after Bröcker and Smith 2007,
    "Increasing the Reliability of Reliability Diagrams", Weather and Forecasting 22), by one number for each
    group: where a problem is looked at many times its outcomes are nearly one.

    Args:
        probabilities: what was predicted, each in [0, 1].
        groups: of each prediction, the problem that it is about.
        level: of the interval, in (0, 1).

    Raises:
        ValueError: there are no predictions, one is no probability, the lengths differ, or the level is none.
    """
    predicted = checked_shares(probabilities)
    tail = checked_level(level) / 2
    names, group_of = np.unique(np.asarray(groups), return_inverse=True)
    if group_of.shape != predicted.shape:
        raise ValueError(f"there are {predicted.size} probabilities, and groups of shape {group_of.shape}")
    random, bin_of = np.random.default_rng(SEED), _bins_of(predicted, BINS)
    errors = []
    for _ in range(RESAMPLES):
        came_true = random.random(names.size)[group_of] < predicted
        errors.append(np.abs(np.bincount(bin_of, predicted - came_true)).sum() / predicted.size)
    low, high = np.quantile(errors, [tail, 1.0 - tail])
    return Estimate(float(np.mean(errors)), float(low), float(high), level)


def _bins_of(predicted: Floats, bins: int) -> npt.NDArray[np.int64]:
    return np.searchsorted(np.arange(1, bins + 1) / bins, predicted, side="left")


def _bin(
    low: float, high: float, predicted: Floats, came_true: npt.NDArray[np.bool_], level: float
) -> ReliabilityBin:
    if predicted.size == 0:
        return ReliabilityBin(low, high, 0, None, None)
    observed = share_estimate(int(came_true.sum()), predicted.size, level)
    return ReliabilityBin(low, high, predicted.size, float(predicted.mean()), observed)


def _checked_outcomes(outcomes: Outcomes, count: int) -> npt.NDArray[np.bool_]:
    values = np.asarray(outcomes)
    if values.shape != (count,):
        raise ValueError(f"there are {count} probabilities, and outcomes of shape {values.shape}")
    for place in np.flatnonzero((values != 0) & (values != 1))[:1]:
        raise ValueError(f"outcome {place} is {values[place]}; it must be true or false, 1 or 0")
    return values.astype(np.bool_)
