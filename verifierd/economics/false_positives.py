"""A suite's false-positive rate from its own outcomes: what a part of its tests lets through.

Which accepted program is wrong cannot be seen, so the rate meant here is one that can: of the programs that
this suite and another suite of the same size and kind would reject, the share that this one accepts. Errors
that no such test finds are not in it.

The suite is asked of a part of itself what it cannot be asked of the whole: of its wrong programs, how many
do two thirds of the tests, drawn at random, accept that the others reject? Where the share of wrong programs
that k tests accept falls as 1/k, as it nearly does if the chance that a test fails a wrong program is spread
evenly, two thirds of m tests accept as much more than all m as these accept more than twice as many:
3/2m - 1/m = 1/m - 1/2m. It is the question of Good and Toulmin (1956, "The Number of New Species, and the
Increase in Population Coverage, when a Sample is Increased", Biometrika 43), with wrong programs as species.

Programs that fail the same tests are one way of being wrong: they slip past together, so ways are drawn, not
programs. If X ways slip past the part, as many more slip past the whole as a Poisson number of mean
X + `UNSEEN` says. Such a way is as large as one that slipped past the part or, for the share of `UNSEEN`, as
any way that was seen.

A zero-truncated beta-binomial of the number of tests that a way fails measured worse on real programs: the
many ways that fail all tests decide its shape, and it is sure of itself just where one large way fails a
single test.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import LEVEL, Floats, checked_level
from verifierd.economics.outcomes import FAILED, Outcomes, Whole
from verifierd.economics.proportions import share_estimate
from verifierd.model import Estimate

# Ways of being wrong that slip past beside those that slipped past the part: without them there is no doubt
# where none did. Intervals of 95 % covered 95 to 99 % with 0.25 and 92 to 95 % with 0.1, on real programs and
# on drawn ones.
UNSEEN = 0.25
DRAWS = 2000
LEAST_DRAWS = 200
CELLS = 4_000_000  # of draws x ways: bounds time and memory where nearly all programs fail in their own way
LEAST_TESTS = 2
LEAST_PROGRAMS = 2
SEED = 20_250_611


def false_positive_rate(outcomes: Outcomes, level: float = LEVEL, seed: int = SEED) -> Estimate | None:
    """Return the share of wrong samples that the suite accepts, with its interval.

    The value is the mean over draws of parts and of what slips past; the interval is the shortest that holds
    `level` of the draws (Hyndman 1996, "Computing and Graphing Highest Density Regions", The American
    Statistician 50), and the value. No more can be wrong than are accepted; where none is, the upper end is
    that of Clopper and Pearson's interval for as many distinct programs.

    Args:
        outcomes: rows whose outcomes are not all known are left out.
        level: in (0, 1).
        seed: equal seeds draw the same.

    Returns:
        None where there is too little to tell: fewer than two tests with outcomes, fewer than two distinct
        programs rejected, or more than half of these not run on all tests, as where a candidate stops at its
        first failing test.

    Raises:
        ValueError: the level is none.
    """
    checked_level(level)
    rejected, complete = outcomes.rejected, outcomes.complete
    told = rejected & complete
    programs = int(outcomes.programs[told].sum())
    if (
        outcomes.ran.sum() < LEAST_TESTS
        or programs < LEAST_PROGRAMS
        or 2 * programs < outcomes.programs[rejected].sum()
    ):
        return None
    accepted = int(outcomes.samples[outcomes.accepted].sum())
    if accepted == 0:
        return share_estimate(0, programs, level)
    failed = outcomes.passed[told][:, outcomes.ran] == FAILED
    sizes = outcomes.samples[told]
    slipped = np.minimum(_slipped(failed, sizes, np.random.default_rng(seed)), accepted)
    rates = np.sort(slipped / (slipped + sizes.sum()))
    value = float(rates.mean())
    low, high = _shortest(rates, level)
    return Estimate(value, min(low, value), max(high, value), level)


def _slipped(failed: npt.NDArray[np.bool_], sizes: Whole, random: np.random.Generator) -> Floats:
    """Return draws of how many wrong samples slip past the whole suite."""
    ways, tests = failed.shape
    draws = max(LEAST_DRAWS, min(DRAWS, CELLS // ways))
    part = np.zeros((draws, tests), dtype=np.float32)
    order = random.random((draws, tests)).argsort(axis=1)
    np.put_along_axis(part, order[:, : max(1, 2 * tests // 3)], 1.0, axis=1)
    past_part = np.flatnonzero(part @ failed.T.astype(np.float32) == 0)
    draw, way = np.divmod(past_part, ways)
    more = random.poisson(1.0, draw.size) * sizes[way]
    unseen = random.poisson(UNSEEN, draws)
    owner = np.repeat(np.arange(draws), unseen)
    weights = np.concatenate([more, random.choice(sizes, owner.size)])
    return np.bincount(np.concatenate([draw, owner]), weights, minlength=draws).astype(np.float64)


def _shortest(ordered: Floats, level: float) -> tuple[float, float]:
    """Return the ends of the shortest interval that holds so many of the draws, the lowest of equal ones."""
    held = max(1, math.ceil(level * ordered.size))
    widths = ordered[held - 1 :] - ordered[: ordered.size - held + 1]
    begin = int(np.argmin(widths))
    return float(ordered[begin]), float(ordered[begin + held - 1])
