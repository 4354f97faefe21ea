"""Clusters by what candidates did on the tests, where there are no probe inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verifierd.model import CandidateResult
from verifierd.selection.behaviours import BehaviourTable
from verifierd.selection.grouped import Grouped, Member, grouped, may_be_picked
from verifierd.selection.signature import signature
from verifierd.selection.standings import Numbers


class ClustersByTests:
    """Keeps a digest a cluster, an id a candidate, and eight bytes a test where a rule reads behaviours."""

    def __init__(self, keeps_behaviours: bool = False) -> None:
        self._members: list[Member] = []
        self._signatures: dict[bytes, bytes] = {}
        self._behaviours = BehaviourTable() if keeps_behaviours else None

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take a candidate's final result. One that did not show all of its behaviour is left out."""
        digest = signature(result)
        if digest is None:
            return
        self._members.append(
            Member(
                arrival,
                result.candidate_id,
                result.verdict,
                may_be_picked(result),
                self._signatures.setdefault(digest, digest),
            )
        )
        if self._behaviours is not None:
            self._behaviours.add(arrival, result)

    def grouped(self) -> Grouped:
        """Return the clusters as they stand."""
        return grouped(self._members)

    def behaviours(self, arrivals: Sequence[int]) -> Numbers:
        """Return what these candidates did on each test, of no width where that was not to be kept."""
        if self._behaviours is None:
            return np.empty((len(arrivals), 0), dtype=np.int64)
        return self._behaviours.numbers(arrivals)
