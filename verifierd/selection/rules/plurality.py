"""`plurality`: majority vote over behaviours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from verifierd.model import Pick
from verifierd.selection.standings import Standings


@dataclass(frozen=True, slots=True)
class Plurality:
    """The candidates of the largest cluster, then those of the next.

    Majority voting as in Wang et al. 2023, "Self-Consistency Improves Chain of Thought Reasoning in Language
    Models", section 2, with equal behaviour for equal answers.
    """

    name: ClassVar[str] = "plurality"
    reads_behaviours: ClassVar[bool] = False

    def picks(self, standings: Standings, count: int) -> tuple[Pick, ...]:
        """Return the first `count` of them."""
        return standings.picks(map(int, chain.from_iterable(standings.clusters())), self.name, count)
