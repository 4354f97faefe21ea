"""Candidates in clusters, whatever they were clustered by: what the summary tells and what rules read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from verifierd.model import CandidateResult, Cluster, Verdict
from verifierd.selection.standings import NOTHING, Flags, Numbers, Standings

CLUSTER_ID_HEX_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Member:
    """One candidate: its place in the batch, and the signature of its behaviour; None: in no cluster."""

    arrival: int
    candidate_id: str
    verdict: Verdict
    may_be_picked: bool
    signature: bytes | None


class Clustering(Protocol):
    """Takes results as they land, in any order; keeps nothing of what candidates wrote."""

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take a candidate's final result; `arrival` is its position in the batch."""
        ...

    def grouped(self) -> Grouped:
        """Return the clusters as they stand."""
        ...

    def behaviours(self, arrivals: Sequence[int]) -> Numbers:
        """Return what these candidates did on each input, as `Standings` has it."""
        ...


def may_be_picked(result: CandidateResult) -> bool:
    """Tell whether a candidate passed every test that judges; where none does, whether it can be run."""
    if result.verdict is Verdict.ACCEPTED:
        return True
    return result.verdict is Verdict.SKIPPED and result.tests_total == 0


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """One row a candidate, in order of arrival; the largest cluster first.

    Of equally large clusters that of the first arrival comes first. `cluster_of` has positions in
    `cluster_ids`, or `NOTHING`.
    """

    arrivals: Sequence[int]
    candidate_ids: Sequence[str]
    eligible: Flags
    cluster_of: Numbers
    cluster_ids: Sequence[str]
    cluster_verdicts: Sequence[Verdict]

    def clusters(self, probabilities: Mapping[str, float]) -> tuple[Cluster, ...]:
        """Return the clusters with their candidates, and the probability that each is correct, if known."""
        members: list[list[str]] = [[] for _ in self.cluster_ids]
        for candidate_id, place in zip(self.candidate_ids, self.cluster_of, strict=True):
            if place != NOTHING:
                members[place].append(candidate_id)
        return tuple(
            Cluster(cluster_id, tuple(candidate_ids), verdict, probabilities.get(cluster_id))
            for cluster_id, candidate_ids, verdict in zip(
                self.cluster_ids, members, self.cluster_verdicts, strict=True
            )
        )

    def standings(self, behaviours: Numbers, passed: Flags) -> Standings:
        """Return what a rule picks from. The arrays are of shape (candidates, inputs or generated tests)."""
        return Standings(
            candidate_ids=self.candidate_ids,
            eligible=self.eligible,
            cluster_of=self.cluster_of,
            cluster_ids=self.cluster_ids,
            behaviours=behaviours,
            passed=passed,
        )


def grouped(members: Iterable[Member]) -> Grouped:
    """Return candidates by equal signatures."""
    rows = sorted(members, key=lambda member: member.arrival)
    sizes: dict[bytes, int] = {}
    first: dict[bytes, Member] = {}
    for row in rows:
        if row.signature is not None:
            sizes[row.signature] = sizes.get(row.signature, 0) + 1
            first.setdefault(row.signature, row)
    ordered = sorted(sizes, key=lambda signature: (-sizes[signature], first[signature].arrival))
    places = {signature: place for place, signature in enumerate(ordered)}
    of = [NOTHING if row.signature is None else places[row.signature] for row in rows]
    return Grouped(
        arrivals=[row.arrival for row in rows],
        candidate_ids=[row.candidate_id for row in rows],
        eligible=np.array([row.may_be_picked for row in rows], dtype=np.bool_),
        cluster_of=np.array(of, dtype=np.int64),
        cluster_ids=[signature.hex()[:CLUSTER_ID_HEX_DIGITS] for signature in ordered],
        cluster_verdicts=[first[signature].verdict for signature in ordered],
    )
