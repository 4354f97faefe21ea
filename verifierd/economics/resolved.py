"""What a resolved query costs: (generation + verification) / P(resolved), as a distribution.

Queries come one after another, each for a problem that is as likely as any other. Each gets a best-of-N run,
and those that stay unresolved cost money too, which the resolved ones must earn. So the cost of a resolved
query is the money that goes by from the query resolved before it to this one: its own run, and the runs of
the unresolved queries between them. No dollar is counted twice or left out, hence its mean is the mean cost
of a run over the share of queries that are resolved (Ross 1996, "Stochastic Processes", section 3.6, renewal
reward), and its quantiles say how unevenly that money goes, which a surcharge spread flat would hide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.economics.attempts import Attempt, drawn_runs, expected_run
from verifierd.economics.intervals import (
    LEVEL,
    RESAMPLES,
    SEED,
    Floats,
    checked_level,
    mean_estimate,
    resampled,
)
from verifierd.model import Estimate

RUNS = 20_000  # drawn at most
CYCLES = 20_000  # resolved queries that quantiles are read from
RARE = 0.01  # share of resolved queries below which their cost is exponential, all but


@dataclass(frozen=True, slots=True)
class ResolvedCost:
    """The cost of a query and of a resolved one, in US dollars; None where no query is ever resolved.

    Attributes:
        resolved: the share of queries that are resolved.
        query_usd: the mean cost of a query, resolved or not.
        mean_usd: of a resolved query. Its `high` is infinite where the problems may be such that none is.
        p50_usd: half of the resolved queries cost at most this.
        p95_usd: likewise 95 %.
        p99_usd: likewise 99 %.
    """

    resolved: Estimate
    query_usd: float
    mean_usd: Estimate | None
    p50_usd: float | None
    p95_usd: float | None
    p99_usd: float | None

    @property
    def summary(self) -> str:
        """Return it as one sentence for a person."""
        if self.mean_usd is None:
            return f"No query was ever resolved: each costs ${self.query_usd:.3g}, and all of that is lost."
        return (
            f"A resolved query costs ${self.mean_usd.value:.3g} on average "
            f"(${self.mean_usd.low:.3g} to ${self.mean_usd.high:.3g}): "
            f"p50 ${self.p50_usd:.3g}, p95 ${self.p95_usd:.3g}, p99 ${self.p99_usd:.3g}; "
            f"{self.resolved.value:.1%} of queries are resolved."
        )


def resolved_cost(
    problems: Sequence[Sequence[Attempt]],
    n: int,
    until_solved: bool = True,
    level: float = LEVEL,
    seed: int = SEED,
) -> ResolvedCost:
    """Return what a resolved query costs by best-of-n runs.

    Means are exact for the attempts that there are. Their intervals are those of other problems of the same
    kind, by the bootstrap over problems (Efron and Tibshirani 1993, section 13.3) of the ratio, numerator and
    denominator together; where all problems are resolved alike, of which it would learn nothing, the interval
    is that of the share resolved, as `mean_estimate` has it. Quantiles are read from runs drawn with the
    seed; where fewer than 1 query in 100 is resolved, from the exponential distribution that a sum of a
    geometric number of costs comes near to (Rényi 1956; Kalashnikov 1997, "Geometric Sums", chapter 1).

    Args:
        problems: the measured attempts of each.
        n: how many a run draws at most.
        until_solved: a run ends with the first attempt that solves; else it makes all n.
        level: of the intervals, in (0, 1).
        seed: equal seeds draw the same.

    Raises:
        ValueError: there are no problems, n is not from 1 to the attempts of some problem, or the level is
            none.
    """
    runs = [expected_run(each, n, until_solved) for each in problems]
    usd, chances = np.array([usd for usd, _ in runs]), np.array([chance for _, chance in runs])
    resolved = mean_estimate(chances, level)
    query_usd = float(usd.mean())
    if resolved.value == 0:
        return ResolvedCost(resolved, query_usd, None, None, None, None)
    mean_usd = _ratio(usd, chances, resolved, checked_level(level) / 2, level)
    if resolved.value < RARE:
        p50, p95, p99 = (-math.log1p(-share) * mean_usd.value for share in (0.5, 0.95, 0.99))
    else:
        costs = _drawn(problems, n, until_solved, resolved.value, np.random.default_rng(seed))
        p50, p95, p99 = map(float, np.quantile(costs, (0.5, 0.95, 0.99)))
    return ResolvedCost(resolved, query_usd, mean_usd, p50, p95, p99)


def _ratio(usd: Floats, chances: Floats, resolved: Estimate, tail: float, level: float) -> Estimate:
    value = float(usd.mean()) / resolved.value
    if np.ptp(chances) == 0:
        high = float(usd.mean()) / resolved.low if resolved.low else math.inf
        return Estimate(value, float(usd.mean()) / resolved.high, high, level)

    def statistic(chosen: npt.NDArray[np.int64]) -> Floats:
        money, bought = usd[chosen].sum(axis=1), chances[chosen].sum(axis=1)
        ratio: Floats = np.divide(money, bought, out=np.full(money.shape, math.inf), where=bought > 0)
        return ratio

    ratios = resampled(usd.size, statistic, RESAMPLES, SEED)
    low = float(np.quantile(ratios, tail, method="lower"))
    high = float(np.quantile(ratios, 1.0 - tail, method="higher"))
    return Estimate(value, min(low, value), max(high, value), level)


def _drawn(
    problems: Sequence[Sequence[Attempt]],
    n: int,
    until_solved: bool,
    resolved: float,
    random: np.random.Generator,
) -> Floats:
    """Return costs of resolved queries: runs are drawn of each problem, then put in a random sequence."""
    each = math.ceil(RUNS / len(problems))
    drawn = [drawn_runs(attempts, n, until_solved, each, random) for attempts in problems]
    costs, solved = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    sequence = random.integers(0, costs.size, math.ceil(CYCLES / resolved))
    ends = np.flatnonzero(solved[sequence]) + 1
    begins = np.concatenate([[0], ends[:-1]])
    whole: Floats = np.add.reduceat(costs[sequence[: ends[-1]]], begins)
    return whole
