"""`alphacode`: one candidate from each cluster, the largest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import Standings, one_from_each


@dataclass(frozen=True, slots=True)
class AlphaCode:
    """One from the largest cluster of those that passed, one from the next, and so on; then again.

    Li et al. 2022, "Competition-Level Code Generation with AlphaCode", section 4.6: filtering by the example
    tests, clustering by behaviour, then one sample from each cluster from the largest to the smallest.
    """

    name: ClassVar[str] = "alphacode"
    reads_behaviours: ClassVar[bool] = False
    reads_generated: ClassVar[bool] = False
    tells_probabilities: ClassVar[bool] = False

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` of them."""
        return Selected(standings.picks(one_from_each(standings.clusters()), self.name, count))
