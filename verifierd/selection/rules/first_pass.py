"""`first_pass`: whoever passed first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import Standings


@dataclass(frozen=True, slots=True)
class FirstPass:
    """The eligible candidates as they arrived. Arrival, not finishing, so that load changes no pick."""

    name: ClassVar[str] = "first_pass"
    reads_behaviours: ClassVar[bool] = False
    reads_generated: ClassVar[bool] = False
    tells_probabilities: ClassVar[bool] = False

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` of them."""
        return Selected(standings.picks(map(int, standings.rows()), self.name, count))
