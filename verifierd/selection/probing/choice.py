"""Which probe inputs are worth keeping: those that tell the most candidates apart."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

AT_MOST = 50
COUNTED = 20_000  # groups up to which a table of all is made, rather than the numbers sorted
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
    probes = np.flatnonzero(allowed)
    numbered = [_numbered(table[:, probe]) for probe in probes]
    columns = np.array(numbered, dtype=np.int64).reshape(len(numbered), mass.size)
    return [int(probes[place]) for place in _greedy(columns, mass, at_most)]


def _greedy(columns: Numbers, mass: Masses, at_most: int) -> list[int]:
    """Return the places of the chosen among columns, which are rows here."""
    kinds = (columns.max(axis=1, initial=0) + 1).tolist()
    partition = _Partition(np.zeros(mass.size, dtype=np.int64), mass)
    waiting = [(-partition.gain(column, kinds[place]), place) for place, column in enumerate(columns)]
    heapq.heapify(waiting)
    chosen: list[int] = []
    while waiting and len(chosen) < at_most:
        _, place = heapq.heappop(waiting)
        now = (-partition.gain(columns[place], kinds[place]), place)
        if waiting and now > waiting[0]:
            heapq.heappush(waiting, now)
            continue
        if now[0] == 0:
            break
        chosen.append(place)
        cells = _numbered(partition.cells * kinds[place] + columns[place])
        # Who is alone in a cell is in no pair.
        together = np.bincount(cells)[cells] > 1
        columns = columns[:, together]
        partition = _Partition(_numbered(cells[together]), partition.mass[together])
    return chosen


class _Partition:
    """Programs that no chosen probe tells apart are in one cell; `mass` is what each program weighs."""

    def __init__(self, cells: Numbers, mass: Masses) -> None:
        self.cells = cells
        self.mass = mass
        sums = np.bincount(cells, mass)
        self._size = sums.size
        self._squares = float(sums @ sums)

    def gain(self, column: Numbers, kinds: int) -> float:
        """Return the weight of the pairs within a cell that a column of so many kinds tells apart."""
        finer = self.cells * kinds + column
        if self._size * kinds > COUNTED:
            finer = _numbered(finer)
        sums = np.bincount(finer, self.mass)
        if self._size == np.count_nonzero(sums):
            return 0.0  # which a difference of rounded sums would not be
        return (self._squares - float(sums @ sums)) / 2


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
