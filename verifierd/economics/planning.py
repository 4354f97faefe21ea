"""Plans for a fresh run over problems that were sampled before: how many samples each, and what that brings.

Three kinds of target: a coverage, an amount of money, or a time. For the first two there is a plan with the
same number for each problem and one by marginal value; in a time, each problem gets as many as fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from verifierd.economics.allocation import (
    best_for_budget,
    best_for_coverage,
    uniform_for_budget,
    uniform_for_coverage,
)
from verifierd.economics.beliefs import Numbers, Problems
from verifierd.economics.durations import Durations
from verifierd.economics.latency import most_within


@dataclass(frozen=True, slots=True)
class NextSample:
    """What one more sample is expected to bring.

    Attributes:
        chance: that it is the first to solve its problem; where samples end with the first that solves, given
            that it is drawn at all. On average where each problem gets one more.
        usd: what it costs.
        net_usd: chance x what a solved problem is worth - cost; None where no worth is given.
    """

    chance: float
    usd: float
    net_usd: float | None


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Samples of each problem and what is expected of them.

    Attributes:
        samples: of each problem, in the problems' order.
        coverage: share of the problems that they solve.
        cost_usd: of all of them.
        cost_until_solved_usd: on average, where those of a problem end with the first that solves it.
        next_sample: one more, of the problem where it brings most for its money; in a uniform plan, of each.
    """

    samples: tuple[int, ...]
    coverage: float
    cost_usd: float
    cost_until_solved_usd: float
    next_sample: NextSample


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan with the same number for each problem, and the better one; None: the target has no other."""

    uniform: SamplingPlan
    by_value: SamplingPlan | None


def plans_for_coverage(problems: Problems, target: float, value_usd: float | None = None) -> Plans:
    """Return the cheapest plans that are expected to solve a share of the problems.

    Raises:
        ValueError: the target is not from 0 to 1 or cannot be reached; the message says what can. Or the
            value of a solved problem is not a finite number of at least 0.
    """
    return Plans(
        _uniform(problems, uniform_for_coverage(problems, target), value_usd),
        _by_value(problems, best_for_coverage(problems, target), value_usd),
    )


def plans_for_budget(problems: Problems, budget_usd: float, value_usd: float | None = None) -> Plans:
    """Return the plans that solve the most for an amount of money, over all problems.

    Raises:
        ValueError: the budget, or the value of a solved problem, is not a finite number of at least 0.
    """
    return Plans(
        _uniform(problems, uniform_for_budget(problems, budget_usd), value_usd),
        _by_value(problems, best_for_budget(problems, budget_usd), value_usd),
    )


def plan_for_latency(
    problems: Problems, sample: Durations, streams: int, p99_s: float, value_usd: float | None = None
) -> Plans:
    """Return the plan with as many samples of each problem as are there by `p99_s` in 99 of 100 cases.

    Args:
        problems: what is believed of them.
        sample: how long one sample takes, drawn and verified, before its stream begins the next.
        streams: that draw samples of one problem at the same time.
        p99_s: the target in seconds.
        value_usd: what a solved problem is worth.

    Raises:
        ValueError: not even one sample is there by then, there is no stream, or the value is none.
    """
    each = most_within(sample, streams, p99_s)
    return Plans(_uniform(problems, np.full(len(problems), each, dtype=np.int64), value_usd), None)


def _uniform(problems: Problems, samples: Numbers, value_usd: float | None) -> SamplingPlan:
    next_usd = problems.next_usd(samples)
    drawn = float((next_usd / problems.usd).sum())
    if drawn == 0:  # all are solved, as near as floating point can tell
        return _plan(problems, samples, 0.0, float(problems.usd.mean()), value_usd)
    chance = float(problems.gains(samples).sum()) / drawn
    return _plan(problems, samples, chance, float(next_usd.sum()) / drawn, value_usd)


def _by_value(problems: Problems, samples: Numbers, value_usd: float | None) -> SamplingPlan:
    worth = problems.worth(samples)
    best = int(worth.argmax())
    usd = float(problems.usd[best])
    return _plan(problems, samples, float(worth[best]) * usd, usd, value_usd)


def _plan(
    problems: Problems, samples: Numbers, chance: float, usd: float, value_usd: float | None
) -> SamplingPlan:
    if value_usd is not None and not 0 <= value_usd < math.inf:
        raise ValueError(f"value_usd is {value_usd}; it must be a finite number of at least 0")
    return SamplingPlan(
        samples=tuple(samples.tolist()),
        coverage=float(problems.solved(samples).mean()),
        cost_usd=problems.cost_of_all_usd(samples),
        cost_until_solved_usd=problems.cost_until_solved_usd(samples),
        next_sample=NextSample(chance, usd, None if value_usd is None else chance * value_usd - usd),
    )
