"""Which probe inputs are worth keeping: those that tell the most candidates apart."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

AT_MOST = 50
Numbers = npt.NDArray[np.int64]
Masses = npt.NDArray[np.float64]


def chosen_probes(
    behaviours: Numbers,
    weights: Masses,
    at_most: int = AT_MOST,
    usable: npt.NDArray[np.bool_] | None = None,
) -> list[int]:
    """Return the columns of a few probes that split the programs into the finest clusters, best first.

    Each next probe is the one that newly tells apart the most pairs of programs, a pair counting as the
    product of its weights; of equally good ones the first. It stops where no probe tells any pair apart.
    The weight of pairs told apart is monotone and submodular in the set of probes, so what is chosen has at
    least 1 - 1/e of the most that as many could have: Nemhauser, Wolsey, Fisher 1978, "An analysis of
    approximations for maximizing submodular set functions", section 4. Gains only fall, so a probe is
    looked at again only when its last gain leads: Minoux 1978, "Accelerated greedy algorithms for maximizing
    submodular set functions".

    Args:
        behaviours: of shape (programs, probes), numbers that are equal in a column where two programs did the
            same; each number, one that stands for nothing seen too, is one behaviour.
        weights: of shape (programs,), how much each counts, such as how many candidates it is; 0 or more.
        at_most: how many probes to choose; at least 0.
        usable: of shape (probes,), which may be chosen; leave out those whose outcome is nondeterministic.

    Raises:
        ValueError: a shape does not fit, a weight is negative or not finite, or `at_most` is negative.
    """
    table = np.asarray(behaviours)
    if table.ndim != 2 or not np.issubdtype(table.dtype, np.integer):
        raise ValueError(
            f"behaviours has type {table.dtype} and shape {table.shape}; "
            "it must be integers of shape (programs, probes)"
        )
    mass = _checked_weights(weights, table.shape[0])
    if at_most < 0:
        raise ValueError(f"at_most is {at_most}; it must be at least 0")
    allowed = np.ones(table.shape[1], dtype=np.bool_) if usable is None else np.asarray(usable)
    if allowed.shape != (table.shape[1],) or allowed.dtype != np.bool_:
        raise ValueError(
            f"usable has type {allowed.dtype} and shape {allowed.shape}; it must be a flag for each of "
            f"{table.shape[1]} probes"
        )
    counted = mass > 0  # pairs with a weightless program weigh nothing
    table, mass = table[counted], mass[counted]
    columns = {int(probe): _numbered(table[:, probe]) for probe in np.flatnonzero(allowed)}
    return _greedy(columns, mass, at_most)


def _greedy(
    columns: dict[int, npt.NDArray[np.int64]], mass: npt.NDArray[np.float64], at_most: int
) -> list[int]:
    cells = np.zeros(mass.size, dtype=np.int64)
    waiting = [(-_gain(cells, column, mass), probe) for probe, column in columns.items()]
    heapq.heapify(waiting)
    chosen: list[int] = []
    while waiting and len(chosen) < at_most:
        _, probe = heapq.heappop(waiting)
        now = (-_gain(cells, columns[probe], mass), probe)
        if waiting and now > waiting[0]:
            heapq.heappush(waiting, now)
            continue
        if now[0] == 0:
            break
        chosen.append(probe)
        cells = _refined(cells, columns[probe])
    return chosen


def _gain(
    cells: npt.NDArray[np.int64], column: npt.NDArray[np.int64], mass: npt.NDArray[np.float64]
) -> float:
    """Return the weight of the pairs within a cell that a column tells apart."""
    finer = _refined(cells, column)
    before, after = np.bincount(cells, mass), np.bincount(finer, mass)
    if before.size == after.size:
        return 0.0  # rounding aside, which a difference of sums would not be
    return float(before @ before - after @ after) / 2


def _refined(cells: Numbers, column: Numbers) -> Numbers:
    return _numbered(cells * (column.max(initial=0) + 1) + column)


def _numbered(values: Numbers) -> Numbers:
    """Return numbers from 0 on that are equal where the values are."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _checked_weights(weights: Masses, programs: int) -> Masses:
    mass = np.asarray(weights, dtype=np.float64)
    if mass.shape != (programs,):
        raise ValueError(f"weights has shape {mass.shape}; it must have one for each of {programs} programs")
    for program in np.flatnonzero(~np.isfinite(mass) | (mass < 0))[:1]:
        raise ValueError(f"weights[{program}] is {mass[program]}; it must be finite and at least 0")
    return mass
