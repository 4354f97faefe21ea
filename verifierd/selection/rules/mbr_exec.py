"""`mbr_exec`: the candidate that the others agree with most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from verifierd.selection.parameters import ParameterRefused
from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import NOTHING, Standings


@dataclass(frozen=True, slots=True)
class MbrExec:
    """The candidates of the least expected loss, which is the share of inputs on which two differ.

    Shi et al. 2022, "Natural Language to Code Translation with Execution", section 3: minimum Bayes risk with
    the sampled candidates themselves for the distribution. There one difference on any input is the whole
    loss, which ranks as the largest cluster does; that is `whole`, 0 or 1.
    """

    name: ClassVar[str] = "mbr_exec"
    reads_behaviours: ClassVar[bool] = True
    reads_generated: ClassVar[bool] = False
    tells_probabilities: ClassVar[bool] = False
    whole: float = 0.0

    def __post_init__(self) -> None:
        """Raise ParameterRefused where `whole` is neither 0 nor 1."""
        if self.whole not in (0, 1):
            raise ParameterRefused("whole", self.whole, "0 or 1")

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` by agreement, equal ones as they arrived."""
        rows = standings.rows()
        numbers = standings.cluster_of[:, None] if self.whole > 0 else standings.behaviours
        order = np.argsort(-_agreement(numbers[rows]), kind="stable")
        return Selected(standings.picks(map(int, rows[order]), self.name, count))


def _agreement(behaviours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return of each row with how many others it agrees, summed over the columns."""
    agreed = np.zeros(behaviours.shape[0], dtype=np.int64)
    for column in behaviours.T:
        _, places, counts = np.unique(column, return_inverse=True, return_counts=True)
        agreed += np.where(column == NOTHING, 0, counts[places] - 1)
    return agreed
