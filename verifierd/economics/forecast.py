"""What plans will be seen to solve: an interval that knows both luck and how little was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from verifierd.economics.beliefs import Numbers, Problems, learnt
from verifierd.economics.coverage import Counts, checked_counts
from verifierd.economics.difficulty import fit_difficulty
from verifierd.economics.intervals import LEVEL, Floats, checked_level, checked_resamples
from verifierd.model import Estimate

REFITS = 30
OUTCOMES = 100  # of each fit
SEED = 20_260_131


def coverage_forecasts(
    samples: Counts,
    correct: Counts,
    plans: Sequence[Numbers],
    level: float = LEVEL,
    refits: int = REFITS,
    on_refit: Callable[[], None] = lambda: None,
) -> tuple[Estimate, ...]:
    """Return the share of these problems that each plan solves, with the interval it will be seen in.

    The value is that of the beliefs from all problems. For the interval the prior is fitted anew to problems
    drawn with replacement, each problem's own counts give what is then believed of it (Laird and Louis 1987,
    "Empirical Bayes Confidence Intervals Based on Bootstrap Samples", section 3), and whether it is solved is
    drawn by that chance. Simulated fresh runs were in intervals of the level 0.9 in 87 of 100 cases for 164
    problems with 20 samples each, and in 81 of 100 for 60 with 8, of which too little is known of the prior.

    Args:
        samples: how many were measured of each problem.
        correct: how many of them solve it.
        plans: how many fresh samples each problem is to get, by each of them.
        level: of the interval, in (0, 1).
        refits: how often the prior is fitted anew.
        on_refit: called after each, which takes some tens of milliseconds.

    Raises:
        ValueError: there are no problems, the counts are none, a plan has another length or a negative
            number, the level is none or `refits` below 1.
    """
    n, c = checked_counts(samples, correct)
    tail = checked_level(level) / 2
    checked_resamples(refits)
    for planned in plans:
        if planned.shape != n.shape or (planned < 0).any():
            raise ValueError(f"a plan needs a number of at least 0 for each of the {n.size} problems")
    random, free = np.random.default_rng(SEED), (1.0,) * n.size
    prior = fit_difficulty(n, c)
    believed = Problems(learnt(prior, n, c), free)
    seen: list[list[Floats]] = [[] for _ in plans]
    for _ in range(refits):
        chosen = random.integers(0, n.size, n.size)
        problems = Problems(learnt(fit_difficulty(n[chosen], c[chosen], near=prior), n, c), free)
        luck = random.random((OUTCOMES, n.size))
        for shares, planned in zip(seen, plans, strict=True):
            shares.append((luck < problems.solved(planned)).mean(axis=1))
        on_refit()
    return tuple(
        _estimate(believed.solved(planned), np.concatenate(shares), tail, level)
        for shares, planned in zip(seen, plans, strict=True)
    )


def _estimate(chances: Floats, shares: Floats, tail: float, level: float) -> Estimate:
    value = float(chances.mean())
    low, high = map(float, np.quantile(shares, (tail, 1.0 - tail)))
    return Estimate(value, min(low, value), max(high, value), level)
