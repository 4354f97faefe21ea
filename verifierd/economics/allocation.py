"""Which problem gets how many samples: the same number each, or each by what its next sample is worth.

What k samples of a problem solve is concave in k: the next one counts only where all before it failed, so
its gain, the chance that it is the first to solve, falls with each. For a sum of concave gains the greedy
plan, in which the next sample is always that with the most gain for its money, is optimal: no plan that costs
as much, on average where samples end with the first that solves, solves more (Fox 1966, "Discrete
Optimization via Marginal Analysis", Management Science 13; for wider classes Federgruen and Groenevelt 1986,
"The Greedy Procedure for Resource Allocation Problems"). It ends before the first sample that the budget does
not pay for. Where samples of some problems cost more than of others, what is left then may buy a cheaper one,
with less gain for its money.

The greedy plan is not walked sample by sample: it holds all samples with more gain for their money than some
price, and that is found by bisection.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from verifierd.economics.beliefs import Numbers, Problems
from verifierd.economics.intervals import Floats

MOST_SAMPLES = 1 << 30  # of one problem, that are ever planned
MOST_ALIKE = 1 << 22  # samples that are worth the same, of all problems
ROUNDING = 1e-12  # what sums of money or of chances may be off by, as a share
_LEAST_PRICE = 1e-290


def uniform_for_coverage(problems: Problems, target: float) -> Numbers:
    """Return the least number of samples, the same of each problem, that are expected to solve this share.

    Raises:
        ValueError: the target is not from 0 to 1, is more than any number of samples reaches, or takes more
            than 2^30 samples of a problem; or beliefs are too sure for floating point.
    """
    _check_target(problems, target)

    def short(each: int) -> bool:
        return bool(problems.solved(np.full(len(problems), each)).mean() < target * (1.0 - ROUNDING))

    if short(MOST_SAMPLES):
        raise _takes_too_many(target)
    return np.full(len(problems), _first(lambda each: not short(each)), dtype=np.int64)


def uniform_for_budget(problems: Problems, budget_usd: float) -> Numbers:
    """Return as many samples as the budget pays for, the same of each problem.

    Raises:
        ValueError: the budget is negative or no number, or pays for more than 2^30 samples of a problem; or
            beliefs are too sure for floating point.
    """
    _check_budget(budget_usd)

    def paid_for(each: int) -> bool:
        return problems.cost_usd(np.full(len(problems), each)) <= budget_usd * (1.0 + ROUNDING)

    if paid_for(MOST_SAMPLES):
        raise _pays_for_too_many(budget_usd)
    return np.full(len(problems), _first(lambda each: not paid_for(each)) - 1, dtype=np.int64)


def best_for_coverage(problems: Problems, target: float) -> Numbers:
    """Return the cheapest samples of each problem that are expected to solve this share of all.

    Raises:
        ValueError: as `uniform_for_coverage`.
    """
    _check_target(problems, target)
    wanted = target * len(problems) * (1.0 - ROUNDING)
    certain, more = _near(problems, lambda samples: bool(problems.solved(samples).sum() >= wanted))
    solved = problems.solved(certain).sum() + np.cumsum(_of_each(problems.gains, certain, more))
    taken = 0 if problems.solved(certain).sum() >= wanted else int(np.searchsorted(solved, wanted)) + 1
    if taken > more.size:
        raise _takes_too_many(target)
    return _with(certain, more[:taken])


def best_for_budget(problems: Problems, budget_usd: float) -> Numbers:
    """Return the samples of each problem that solve the most that a budget pays for.

    Money is left over where no sample would gain anything.

    Raises:
        ValueError: as `uniform_for_budget`.
    """
    _check_budget(budget_usd)
    payable = budget_usd * (1.0 + ROUNDING)
    certain, more = _near(problems, lambda samples: problems.cost_usd(samples) > payable)
    spent = problems.cost_usd(certain) + np.cumsum(_of_each(problems.next_usd, certain, more))
    samples = _with(certain, more[: int(np.searchsorted(spent, payable, side="right"))])
    if samples.max() >= MOST_SAMPLES:
        raise _pays_for_too_many(budget_usd)
    return samples


def _near(problems: Problems, enough: Callable[[Numbers], bool]) -> tuple[Numbers, npt.NDArray[np.intp]]:
    """Return samples that are not enough yet, and the problems that get the next ones, in the greedy order.

    The greedy plan is enough by the end of these, unless no number of samples is, or gains are too small for
    floating point. Samples that gain the same for the same money come in the order of their problems.
    """
    none = np.zeros(len(problems), dtype=np.int64)
    dear = 2.0 * float(problems.worth(none).max())
    if dear == 0.0:
        return none, np.array([], dtype=np.intp)
    cheap = dear
    few = many = _at_price(problems, dear)
    while not enough(many) and cheap > _LEAST_PRICE and many.max() < MOST_SAMPLES:
        cheap /= 1024.0
        few, many, dear = many, _at_price(problems, cheap), cheap * 1024.0
    while (many - few).sum() > 2 * len(problems):
        price = math.sqrt(dear) * math.sqrt(cheap)
        if not cheap < price < dear:
            break
        samples = _at_price(problems, price)
        if enough(samples):
            cheap, many = price, samples
        else:
            dear, few = price, samples
    if (many - few).sum() > MOST_ALIKE:
        raise ValueError(
            "the beliefs are so sure that one sample cannot be told from the next in floating point"
        )
    more = np.repeat(np.arange(len(problems)), np.maximum(many - few, 0))
    return few, more[np.argsort(-_of_each(problems.worth, few, more), kind="stable")]


def _at_price(problems: Problems, price: float) -> Numbers:
    """Return how many samples of each problem gain at least so much for a dollar; MOST_SAMPLES for more."""
    low = np.full(len(problems), -1, dtype=np.int64)
    high = np.full(len(problems), MOST_SAMPLES, dtype=np.int64)
    while (high - low > 1).any():
        middle = np.where(high - low > 1, (low + high) // 2, high)
        worth = problems.worth(middle) >= price
        low, high = np.where(worth & (high - low > 1), middle, low), np.where(worth, high, middle)
    return high


def _of_each(function: Callable[[Numbers], Floats], before: Numbers, more: npt.NDArray[np.intp]) -> Floats:
    """Return a function of each further sample: of a problem's first one after `before`, its second, ..."""
    order = np.argsort(more, kind="stable")
    counts = np.bincount(more, minlength=before.size)
    ordinal = np.empty(more.size, dtype=np.int64)
    ordinal[order] = np.arange(more.size) - np.repeat(np.cumsum(counts) - counts, counts)
    values = np.empty(more.size)
    for step in range(int(counts.max(initial=0))):
        chosen = ordinal == step
        values[chosen] = function(before + step)[more[chosen]]
    return values


def _first(reached: Callable[[int], bool]) -> int:
    """Return the least number of samples that reaches what MOST_SAMPLES do."""
    low, high = -1, MOST_SAMPLES
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _with(samples: Numbers, more: npt.NDArray[np.intp]) -> Numbers:
    return samples + np.bincount(more, minlength=samples.size)


def _check_target(problems: Problems, target: float) -> None:
    if not 0 <= target <= 1:
        raise ValueError(f"the target coverage is {target}; it must be from 0 to 1")
    if target > problems.most_coverage * (1.0 + ROUNDING):
        raise ValueError(
            f"the target coverage is {target}, but no number of samples is expected to solve more than "
            f"{problems.most_coverage:.4f} of these problems: the rest are believed to be unsolvable"
        )


def _check_budget(budget_usd: float) -> None:
    if not 0 <= budget_usd < math.inf:
        raise ValueError(f"the budget is {budget_usd}; it must be a finite number of at least 0")


def _takes_too_many(target: float) -> ValueError:
    return ValueError(
        f"the target coverage is {target}, which takes more than {MOST_SAMPLES} samples of a problem: choose "
        "a lower one"
    )


def _pays_for_too_many(budget_usd: float) -> ValueError:
    return ValueError(
        f"the budget is {budget_usd}, which pays for more than {MOST_SAMPLES} samples of a problem: choose a "
        "lower one"
    )
