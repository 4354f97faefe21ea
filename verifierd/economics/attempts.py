"""The measured samples of a problem, and what a best-of-N run of them costs: expected exactly, or drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.economics.intervals import Floats

NUMBERS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sample: what drawing it cost, what verifying it cost, and whether it solves its problem.

    Raises:
        ValueError: a cost is negative, infinite or no number.
    """

    generation_usd: float
    verification_usd: float
    solved: bool

    def __post_init__(self) -> None:
        for name in ("generation_usd", "verification_usd"):
            usd = getattr(self, name)
            if not 0 <= usd < math.inf:
                raise ValueError(f"{name} is {usd}; a cost is a finite number of at least 0")

    @property
    def usd(self) -> float:
        """Return what drawing and verifying it cost together."""
        return self.generation_usd + self.verification_usd


def expected_run(attempts: Sequence[Attempt], n: int, until_solved: bool) -> tuple[float, float]:
    """Return what a run costs on average, in US dollars, and the chance that it resolves its query.

    A run draws n of the attempts without replacement, as pass@k does (Chen et al. 2021, section 2.1), in an
    order of which each is as likely. It draws them all, or with `until_solved` up to the first that solves.
    Then an attempt is made j-th if it stands there and the j-1 before it are among the m that do not solve,
    itself aside: with the chance 1/s C(m, j-1) / C(s-1, j-1), where s is the number of attempts.

    Raises:
        ValueError: n is not from 1 to the number of attempts.
    """
    _check_n(len(attempts), n)
    samples, failed = len(attempts), sum(not each.solved for each in attempts)
    resolved = 1.0 - _none_solves(samples, failed, n)[n]
    usd_failed = math.fsum(each.usd for each in attempts if not each.solved)
    usd_solved = math.fsum(each.usd for each in attempts if each.solved)
    if not until_solved:
        return n / samples * (usd_failed + usd_solved), float(resolved)
    made_failed = _none_solves(samples - 1, failed - 1, n - 1).sum() / samples if failed else 0.0
    made_solved = _none_solves(samples - 1, failed, n - 1).sum() / samples if failed < samples else 0.0
    return float(made_failed * usd_failed + made_solved * usd_solved), float(resolved)


def drawn_runs(
    attempts: Sequence[Attempt], n: int, until_solved: bool, runs: int, random: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the cost in US dollars of each of some runs, and whether it resolved its query.

    Raises:
        ValueError: n is not from 1 to the number of attempts.
    """
    _check_n(len(attempts), n)
    usd, solves = np.array([each.usd for each in attempts]), np.array([each.solved for each in attempts])
    costs, resolved = np.empty(runs), np.empty(runs, dtype=np.bool_)
    at_once = max(1, NUMBERS_AT_ONCE // usd.size)
    for begun in range(0, runs, at_once):
        rows = slice(begun, min(begun + at_once, runs))
        order = random.permuted(np.tile(np.arange(usd.size), (rows.stop - begun, 1)), axis=1)[:, :n]
        solved = solves[order]
        resolved[rows] = solved.any(axis=1)
        made = np.where(resolved[rows] & until_solved, solved.argmax(axis=1) + 1, n)
        costs[rows] = np.where(np.arange(n) < made[:, None], usd[order], 0.0).sum(axis=1)
    return costs, resolved


def _none_solves(samples: int, failed: int, most: int) -> Floats:
    """Return C(failed, d) / C(samples, d), the chance that d drawn all fail, for d up to `most`."""
    drawn = np.arange(most)
    return np.concatenate([[1.0], np.cumprod(np.maximum(failed - drawn, 0) / (samples - drawn))])


def _check_n(samples: int, n: int) -> None:
    if not 1 <= n <= samples:
        raise ValueError(f"n is {n}; a run draws at least 1 of the attempts, and there are {samples}")
