"""Many resolutions of one strategy added up: how many queries it solves, at what price, and how soon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verifierd_client.reports import Estimate
from verifierd_client.strategies.resolution import Outcome, Resolution

LEVEL = 0.95
_Z = 1.959963984540054  # the 0.975 quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of some numbers of seconds."""

    p50_s: float
    p95_s: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class Totals:
    """What the queries of one strategy came to.

    Attributes:
        strategy: its name.
        queries: how many there were.
        solved: the share of them that was solved, with its interval; those without a verdict left out.
        unverified: how many ended without an answer because the verifier failed: not known to be unsolved.
        completion_tokens: written for a query, on average.
        generation_usd: spent on tokens for a query, on average.
        verification_usd: spent on verification for a query, on average.
        usd_per_resolved: all the money over the number of solved queries: those that stay unsolved are paid
            for by those that are solved. Infinite where none is.
        time_to_answer: over all queries, answered or not.
    """

    strategy: str
    queries: int
    solved: Estimate
    unverified: int
    completion_tokens: float
    generation_usd: float
    verification_usd: float
    usd_per_resolved: float
    time_to_answer: Quantiles

    @property
    def usd(self) -> float:
        """Return what a query cost on average."""
        return self.generation_usd + self.verification_usd


def totals(
    resolutions: Sequence[Resolution], solved: Sequence[bool] | None = None, strategy: str = ""
) -> Totals:
    """Return what these queries came to together.

    Args:
        resolutions: of one strategy.
        solved: of each, whether its answer is right, where that is known better than by the tests that its
            strategy saw. None: who has an answer that passed its tests.
        strategy: its name; empty: the first resolution's.

    Raises:
        ValueError: there are none, or not as many `solved`.
    """
    if not resolutions:
        raise ValueError("there are no resolutions to add up")
    if solved is None:
        solved = [each.evidence is not None and each.evidence.passed for each in resolutions]
    if len(solved) != len(resolutions):
        raise ValueError(
            f"there are {len(resolutions)} resolutions, and {len(solved)} words on who is solved"
        )
    queries = len(resolutions)
    unverified = sum(each.outcome is Outcome.VERIFIER_FAILED for each in resolutions)
    usd = math.fsum(each.usd for each in resolutions)
    return Totals(
        strategy=strategy or resolutions[0].strategy,
        queries=queries,
        solved=_share(sum(solved), queries - unverified),
        unverified=unverified,
        completion_tokens=sum(each.completion_tokens for each in resolutions) / queries,
        generation_usd=math.fsum(each.generation_usd for each in resolutions) / queries,
        verification_usd=math.fsum(each.verifier_cost.verification_usd for each in resolutions) / queries,
        usd_per_resolved=usd / sum(solved) if any(solved) else math.inf,
        time_to_answer=_quantiles([each.latency.time_to_answer_s for each in resolutions]),
    )


def table(rows: Sequence[Totals]) -> str:
    """Return a table of strategies in Markdown, one a line."""
    head = (
        "strategy", "solved", "tokens a query", "USD a query", "of it verifying", "USD per resolved",
        "p50 s", "p95 s", "p99 s",
    )  # fmt: skip
    lines = [
        (
            row.strategy,
            f"{row.solved.value:.1%} ({row.solved.low:.0%} to {row.solved.high:.0%})",
            f"{row.completion_tokens:.0f}",
            f"{row.usd:.3g}",
            f"{row.verification_usd / row.usd:.0%}" if row.usd else "",
            f"{row.usd_per_resolved:.3g}",
            *(f"{each:.2f}" for each in _of(row.time_to_answer)),
        )
        for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *lines))


def _of(quantiles: Quantiles) -> tuple[float, float, float]:
    return quantiles.p50_s, quantiles.p95_s, quantiles.p99_s


def _share(successes: int, trials: int) -> Estimate:
    """Return a share with Wilson's score interval (1927, JASA 22, 209-212); of no trials nothing is known."""
    if trials == 0:
        return Estimate(0.0, 0.0, 1.0, LEVEL)
    share = successes / trials
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    middle, scale = share + _Z**2 / (2 * trials), 1 + _Z**2 / trials
    return Estimate(share, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale), LEVEL)


def _quantiles(times_s: Sequence[float]) -> Quantiles:
    """Return quantiles by the nearest rank: each is one of the times."""
    ordered = sorted(times_s)
    p50_s, p95_s, p99_s = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95, 0.99))
    return Quantiles(p50_s, p95_s, p99_s)
