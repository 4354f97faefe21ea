"""Plain clustering: candidates with equal signatures, gathered as verdicts land."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifierd.model import CandidateResult, Cluster, Verdict
from verifierd.selection.signature import signature

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
        for members in self._by_signature.values():
            members.by_arrival.sort()
        ordered = sorted(
            self._by_signature.items(), key=lambda item: (-len(item[1].by_arrival), item[1].by_arrival[0])
        )
        return tuple(
            Cluster(
                id=digest.hex()[:CLUSTER_ID_HEX_DIGITS],
                candidate_ids=tuple(candidate_id for _, candidate_id in members.by_arrival),
                verdict=members.verdict,
            )
            for digest, members in ordered
        )
