"""`codet`: agreement of candidates with tests that a model wrote, and with one another on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from verifierd.selection.parameters import ParameterRefused
from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import Standings, one_from_each


@dataclass(frozen=True, slots=True)
class CodeT:
    """Dual execution agreement: one of the consensus set with the highest score, one of the next, and so on.

    A consensus set is of the candidates that pass the same tests of those that a model wrote. Its score is
    |candidates| ** `exponent` * |tests passed|. Chen et al. 2022, "CodeT: Code Generation with Generated
    Tests", section 2.2, has the product of both numbers; its appendix and its published runs take the square
    root of the first, which is the default here.
    """

    name: ClassVar[str] = "codet"
    reads_behaviours: ClassVar[bool] = False
    reads_generated: ClassVar[bool] = True
    tells_probabilities: ClassVar[bool] = False
    exponent: float = 0.5

    def __post_init__(self) -> None:
        """Raise ParameterRefused where `exponent` is out of range."""
        if not 0 <= self.exponent <= 4:
            raise ParameterRefused("exponent", self.exponent, "0 to 4")

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` of them; sets of equal score go by size, then by first arrival."""
        same = np.full(standings.eligible.shape, -1, dtype=np.int64)
        rows = standings.rows()
        if rows.size:
            _, sets = np.unique(np.packbits(standings.passed[rows], axis=1), axis=0, return_inverse=True)
            same[rows] = sets.reshape(-1)
        tests_passed = standings.passed.sum(axis=1)
        groups = sorted(
            standings.groups(same),
            key=lambda group: -(float(group.size) ** self.exponent) * int(tests_passed[group[0]]),
        )
        return Selected(standings.picks(one_from_each(groups), self.name, count))
