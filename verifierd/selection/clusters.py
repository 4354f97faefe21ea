"""Plain clustering: candidates with equal signatures, gathered as verdicts land."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from verifierd.model import CandidateResult, Cluster, Verdict
from verifierd.selection.behaviours import BehaviourTable
from verifierd.selection.signature import signature
from verifierd.selection.standings import Standings

CLUSTER_ID_HEX_DIGITS = 16


@dataclass(slots=True)
class _Members:
    verdict: Verdict
    by_arrival: list[tuple[int, str]] = field(default_factory=list)


class ClusterBuilder:
    """Keeps one digest a cluster and one id a candidate, nothing of what they wrote."""

    def __init__(self) -> None:
        self._by_signature: dict[bytes, _Members] = {}

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Put a candidate into its cluster; `arrival` is its position in the batch."""
        digest = signature(result)
        if digest is not None:
            members = self._by_signature.setdefault(digest, _Members(result.verdict))
            members.by_arrival.append((arrival, result.candidate_id))

    def clusters(self) -> tuple[Cluster, ...]:
        """Return the clusters, the largest first, equally large ones by their first candidate's arrival."""
        return tuple(
            Cluster(
                id=digest.hex()[:CLUSTER_ID_HEX_DIGITS],
                candidate_ids=tuple(candidate_id for _, candidate_id in members.by_arrival),
                verdict=members.verdict,
            )
            for digest, members in self._ordered()
        )

    def standings(self, behaviours: BehaviourTable | None) -> Standings:
        """Return what a rule picks from: the accepted may be picked."""
        ordered = self._ordered()
        rows = sorted(
            (arrival, candidate_id, place, members.verdict is Verdict.ACCEPTED)
            for place, (_, members) in enumerate(ordered)
            for arrival, candidate_id in members.by_arrival
        )
        arrivals = [arrival for arrival, _, _, _ in rows]
        return Standings(
            candidate_ids=[candidate_id for _, candidate_id, _, _ in rows],
            eligible=np.array([accepted for _, _, _, accepted in rows], dtype=np.bool_),
            cluster_of=np.array([place for _, _, place, _ in rows], dtype=np.int64),
            cluster_ids=[digest.hex()[:CLUSTER_ID_HEX_DIGITS] for digest, _ in ordered],
            behaviours=np.empty((len(rows), 0), dtype=np.int64)
            if behaviours is None
            else behaviours.numbers(arrivals),
        )

    def _ordered(self) -> list[tuple[bytes, _Members]]:
        for members in self._by_signature.values():
            members.by_arrival.sort()
        return sorted(
            self._by_signature.items(), key=lambda item: (-len(item[1].by_arrival), item[1].by_arrival[0])
        )
