"""Selection rules: which accepted candidates to keep, best first. Each rule is one small class."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Protocol

from verifierd.model import Cluster, Pick, Verdict


@dataclass(frozen=True, slots=True)
class Standings:
    """What a rule chooses from: clusters, the largest first, and the accepted in order of arrival."""

    clusters: tuple[Cluster, ...]
    accepted_ids: tuple[str, ...]

    def accepted_clusters(self) -> tuple[Cluster, ...]:
        """Return the clusters whose candidates are ACCEPTED, the largest first."""
        return tuple(cluster for cluster in self.clusters if cluster.verdict is Verdict.ACCEPTED)


class SelectionRule(Protocol):
    """Picks candidates from the standings of a finished batch."""

    name: ClassVar[str]

    def picks(self, standings: Standings, count: int) -> tuple[Pick, ...]:
        """Return up to `count` picks, the best first; none where nothing deserves it."""
        ...


class FirstPass:
    """The accepted candidates as they arrived. Arrival, not finishing, so that load changes no pick."""

    name: ClassVar[str] = "first_pass"

    def picks(self, standings: Standings, count: int) -> tuple[Pick, ...]:
        """Return the first `count` accepted candidates."""
        cluster_of = {
            candidate_id: cluster.id
            for cluster in standings.accepted_clusters()
            for candidate_id in cluster.candidate_ids
        }
        return tuple(
            Pick(candidate_id, self.name, cluster_of.get(candidate_id, ""))
            for candidate_id in standings.accepted_ids[:count]
        )


class Plurality:
    """The accepted candidates of the largest cluster, then those of the next (majority vote)."""

    name: ClassVar[str] = "plurality"

    def picks(self, standings: Standings, count: int) -> tuple[Pick, ...]:
        """Return the first `count` candidates of the accepted clusters, the largest cluster first."""
        ranked = (
            Pick(candidate_id, self.name, cluster.id)
            for cluster in standings.accepted_clusters()
            for candidate_id in cluster.candidate_ids
        )
        return tuple(islice(ranked, count))
