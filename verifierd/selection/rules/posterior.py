"""`posterior`: the clusters that are correct with the highest probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from verifierd.selection.beliefs import Beliefs
from verifierd.selection.evidence import evidence_of
from verifierd.selection.parameters import ParameterRefused
from verifierd.selection.posterior import probabilities
from verifierd.selection.rules.base import Selected
from verifierd.selection.standings import Standings, one_from_each


@dataclass(frozen=True, slots=True)
class Posterior(Beliefs):
    """One from the cluster that is likeliest correct, one from the next, and so on; then again.

    `verifierd.selection.posterior` has the formula. Each pick has the probability of its cluster, and the
    probability that no candidate is correct stands beside them. With `abstain` of 1 nothing is picked where
    that is likelier than every cluster.
    """

    name: ClassVar[str] = "posterior"
    reads_behaviours: ClassVar[bool] = True
    reads_generated: ClassVar[bool] = True
    tells_probabilities: ClassVar[bool] = True
    abstain: float = 0.0

    def __post_init__(self) -> None:
        """Raise ParameterRefused where a number is out of range."""
        Beliefs.__post_init__(self)
        if self.abstain not in (0, 1):
            raise ParameterRefused("abstain", self.abstain, "0 or 1")

    def select(self, standings: Standings, count: int) -> Selected:
        """Return the first `count` of them; of equally likely clusters the larger comes first."""
        clusters = standings.clusters()
        found = probabilities(evidence_of(standings, clusters), self)
        order = np.argsort(-found.clusters, kind="stable")
        named = {
            standings.cluster_ids[standings.cluster_of[clusters[place][0]]]: float(found.clusters[place])
            for place in order
        }
        if self.abstain > 0 and found.none > found.clusters.max(initial=0.0):
            return Selected((), found.none, named)
        rows = one_from_each([clusters[place] for place in order])
        return Selected(standings.picks(rows, self.name, count, named), found.none, named)
