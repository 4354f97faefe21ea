"""One long chain of thought against several short samples at once, at equal tokens: accuracy, cost, latency.

Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally can be More Effective than Scaling Model
Parameters", section 6, weigh sequential against parallel sampling at an equal budget of tokens, by
accuracy. Here time and the price of checking are weighed too. The model, and what it leaves out:

- A sample has `tokens` tokens on average, spread as a gamma distribution; the long chain has as many as N
  samples one after another. Each token costs the same and takes the same time, however many streams decode.
- N samples are decoded all at once and all paid for, also those that are not waited for. Each is verified as
  soon as it is decoded, on a worker of its own. The chain gives one candidate, verified once.
- The verifier makes no mistakes. The samples solve the problem independently of each other and of how long
  they are: then N of them hold a solution with the chance 1 - (1 - p)^N. For a set of problems that are not
  equally hard that is too much; give its coverage as `coverage` instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum

import numpy as np

from verifierd.economics.durations import P99, Durations

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)


class Target(Enum):
    """What a way of spending tokens can be better at."""

    ACCURACY = "accuracy"
    COST = "cost_usd"
    COST_PER_RESOLVED = "usd_per_resolved"
    LATENCY = "latency_s"
    LATENCY_P99 = "latency_p99_s"


@dataclass(frozen=True, slots=True)
class Spending:
    """How tokens are spent, and on what.

    Attributes:
        tokens: of a sample, on average, above 0.
        samples: N, at least 1; the long chain has `tokens` x N tokens on average.
        tokens_cv: standard deviation of a sample's tokens / their mean, at least 0.
        usd_per_token: price of a decoded token.
        decode_s_per_token: seconds from one token of a stream to its next, above 0.
        verification_usd: price of checking one candidate.
        verification_s: seconds to check one candidate.
        chain_accuracy: chance that the long chain solves the problem.
        sample_accuracy: chance that one sample does.
        coverage: chance that one of N does, where that is known better than by 1 - (1 - p)^N.

    Raises:
        ValueError: a number is out of its range, infinite or none, or `coverage` is below `sample_accuracy`.
    """

    tokens: float
    samples: int
    usd_per_token: float
    decode_s_per_token: float
    verification_usd: float
    verification_s: float
    chain_accuracy: float
    sample_accuracy: float
    tokens_cv: float = 0.0
    coverage: float | None = None

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError(f"samples is {self.samples}; it must be at least 1")
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or field.name == "samples":
                continue
            is_share = field.name in ("chain_accuracy", "sample_accuracy", "coverage")
            if not 0 <= value <= (1.0 if is_share else math.inf) or value == math.inf:
                allowed = "from 0 to 1" if is_share else "finite and at least 0"
                raise ValueError(f"{field.name} is {value}; it must be {allowed}")
            if value == 0 and field.name in ("tokens", "decode_s_per_token"):
                raise ValueError(f"{field.name} is 0; it must be above 0")
        if self.coverage is not None and self.coverage < self.sample_accuracy:
            raise ValueError(
                f"coverage is {self.coverage}, but one sample alone has the accuracy {self.sample_accuracy}"
            )

    @property
    def solved(self) -> float:
        """Return the chance that one of the samples solves the problem."""
        return 1.0 - (1.0 - self.sample_accuracy) ** self.samples if self.coverage is None else self.coverage


@dataclass(frozen=True, slots=True)
class Way:
    """What one way of spending the tokens gives: for one query, verifier included."""

    accuracy: float
    cost_usd: float
    latency_s: float  # mean
    latency_p99_s: float

    @property
    def usd_per_resolved(self) -> float:
        """Return what a solved query costs: cost / accuracy; infinite where none is solved."""
        return self.cost_usd / self.accuracy if self.accuracy else math.inf


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two ways beside each other, and which is better at what; None: neither.

    Attributes:
        serial: one long chain.
        parallel: N samples, waited for until the slowest is verified, as a rule that compares all needs it.
        parallel_first: N samples, waited for until the first that solves; its times are those of the queries
            that are solved, and equal those of `parallel` where none is.
        better: the better of `serial` and `parallel_first`, by target.
    """

    serial: Way
    parallel: Way
    parallel_first: Way
    better: Mapping[Target, str | None]


def compare(spending: Spending) -> Comparison:
    """Return what a long chain and N samples at once make of the same number of tokens."""
    one = Durations(spending.tokens * spending.decode_s_per_token, spending.tokens_cv)
    generation_usd = spending.tokens * spending.samples * spending.usd_per_token
    check_s, check_usd, n = spending.verification_s, spending.verification_usd, spending.samples

    def way(accuracy: float, checks: int, decoded: Callable[[float], float]) -> Way:
        at = np.array([decoded((1.0 + node) / 2.0) for node in _NODES])
        return Way(
            accuracy=accuracy,
            cost_usd=generation_usd + checks * check_usd,
            latency_s=float(_WEIGHTS @ at) / 2.0 + check_s,
            latency_p99_s=decoded(P99) + check_s,
        )

    serial = way(spending.chain_accuracy, 1, one.in_a_row(n).quantile)
    parallel = way(spending.solved, n, lambda share: one.quantile(share ** (1.0 / n)))
    first = way(spending.solved, n, lambda share: one.quantile(_first_share(share, spending)))
    better = {target: _better(serial, first, target) for target in Target}
    return Comparison(serial, parallel, first, better)


def _first_share(share: float, spending: Spending) -> float:
    """Return at which quantile of a sample's time the first solving one stands at a quantile of its own.

    By a time at which F of the samples are decoded, none that solves is, with the chance (1 - p F)^N. Given
    that one of the N solves, the chance that the first is there is (1 - (1 - p F)^N) / (1 - (1 - p)^N), which
    is solved for F. With a `coverage`, p is what gives it with N equally good samples.
    """
    n, solved = spending.samples, spending.solved
    if solved == 0:
        return float(share ** (1.0 / n))
    p = -math.expm1(math.log1p(-solved) / n) if solved < 1 else 1.0
    return float(min(1.0, -math.expm1(math.log1p(-share * solved) / n) / p))


def _better(serial: Way, parallel: Way, target: Target) -> str | None:
    one, other = (getattr(way, target.value) for way in (serial, parallel))
    if math.isclose(one, other, rel_tol=1e-9):
        return None
    serial_wins = one > other if target is Target.ACCURACY else one < other
    return "serial" if serial_wins else "parallel"
