"""How likely a partition is in which programs that fail fall into clusters: a Chinese restaurant's.

Pitman 2006, "Combinatorial Stochastic Processes", section 3.2: each new program sits down at the table of a
known behaviour of m others with a chance in proportion to m - discount, and at a new table in proportion to
concentration + discount * (tables taken).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]


def log_partition(sizes: npt.NDArray[np.int64], concentration: float, discount: float) -> float:
    """Return the log probability that programs fall into tables of these sizes, in any order of arrival.

    Args:
        sizes: how many sit at each table, each at least 1; none for no program at all.
        concentration: above `-discount`; a large one makes many tables.
        discount: from 0 to below 1; a large one makes many tables of one.
    """
    if sizes.size == 0:
        return 0.0
    opened = _log_opened(sizes.size, concentration, discount)[-1]
    return float(opened + _log_seated(sizes, discount).sum() - _log_rising(int(sizes.sum()), concentration))


def log_partitions_without(sizes: npt.NDArray[np.int64], concentration: float, discount: float) -> Floats:
    """Return for each table the log probability of all the others' partition. One pass over all."""
    if sizes.size == 0:
        return np.empty(0)
    seated = _log_seated(sizes, discount)
    opened = _log_opened(sizes.size, concentration, discount)
    left = int(sizes.sum()) - sizes
    rising = gammaln(concentration + left) - gammaln(concentration + 1.0)
    others = opened[-2] if sizes.size > 1 else 0.0
    return np.where(left > 0, others + (seated.sum() - seated) - rising, 0.0)


def _log_opened(tables: int, concentration: float, discount: float) -> Floats:
    """Return the log of prod_{i=1..k-1} (concentration + i * discount) for k from 1 to `tables`."""
    steps = np.log(concentration + discount * np.arange(1, tables))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _log_seated(sizes: npt.NDArray[np.int64], discount: float) -> Floats:
    return np.asarray(gammaln(sizes - discount) - gammaln(1.0 - discount), dtype=np.float64)


def _log_rising(programs: int, concentration: float) -> float:
    """Return the log of prod_{i=1..n-1} (concentration + i); 0 for no program."""
    if programs == 0:
        return 0.0
    return float(gammaln(concentration + programs) - gammaln(concentration + 1.0))
