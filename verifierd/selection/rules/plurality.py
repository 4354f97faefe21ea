"""`plurality`: majority vote over behaviours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import Standings


@dataclass(frozen=True, slots=True)
class Plurality:
    """The candidates of the largest cluster, then those of the next.

    Majority voting as in Wang et al. 2023, "Self-Consistency Improves Chain of Thought Reasoning in Language
    Models", section 2, with equal behaviour for equal answers.
    """

    name: ClassVar[str] = "plurality"
    reads_behaviours: ClassVar[bool] = False
    reads_generated: ClassVar[bool] = False
    tells_probabilities: ClassVar[bool] = False

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` of them."""
        return Selected(
            standings.picks(map(int, chain.from_iterable(standings.clusters())), self.name, count)
        )
