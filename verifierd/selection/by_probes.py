"""Clusters by what candidates did on probe inputs: those that are valid by the candidates' own agreement."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.model import CandidateResult, ProbeResult, Verdict
from verifierd.selection.grouped import Grouped, Member, grouped, may_be_picked
from verifierd.selection.standings import NOTHING, Flags, Numbers

CELL_BYTES = 16  # of a SHA-256: nobody finds another behaviour with the same
NOTHING_CELL = bytes(CELL_BYTES)
# These say nothing about a program.
_NOT_SEEN = frozenset({Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED})

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Row:
    candidate_id: str
    program: str
    verdict: Verdict
    may_be_picked: bool
    cells: bytes
    failed: int  # a bit for each probe input, the first the lowest
    is_apart: bool


class ClustersByProbes:
    """Keeps sixteen bytes and a bit for each candidate on each probe input.

    Candidates of which two runs differed, or on which the service failed, are in no cluster. Numbers that
    rules read are mixed under a key of this object's own, so nobody can foresee whose numbers are equal.
    """

    def __init__(self, probe_ids: Sequence[str]) -> None:
        self._probe_ids = probe_ids
        self._rows: dict[int, _Row] = {}
        self._key = np.frombuffer(os.urandom(CELL_BYTES), dtype=np.uint64) | np.uint64(1)

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take a candidate's final result. Those that were not seen to their end are left out."""
        if result.verdict in _NOT_SEEN:
            return
        probes, width = result.probes, len(self._probe_ids)
        if result.verdict is Verdict.NO_CODE:
            cells, failed, is_apart = _cell(Verdict.NO_CODE.name) * width, (1 << width) - 1, False
        else:
            cells = b"".join(map(_cell_of, probes)).ljust(width * CELL_BYTES, b"\0")
            failed = sum(1 << place for place, each in enumerate(probes) if each.failed and not each.is_ours)
            is_apart = result.nondeterministic or len(probes) < width or any(each.is_ours for each in probes)
        came_to_nothing = failed == (1 << width) - 1
        self._rows[arrival] = _Row(
            candidate_id=result.candidate_id,
            program=result.duplicate_of or result.candidate_id,
            verdict=result.verdict,
            may_be_picked=may_be_picked(result) and not came_to_nothing,
            cells=cells,
            failed=failed,
            is_apart=is_apart,
        )

    def grouped(self) -> Grouped:
        """Return the clusters as they stand."""
        valid = np.flatnonzero(self.valid())
        named = hashlib.sha256("\0".join(self._probe_ids[int(each)] for each in valid).encode()).digest()
        arrivals = sorted(self._rows)
        cells = self._cells(arrivals)[:, valid]
        opaque = (cells == 0).all(axis=2).any(axis=1)
        members = []
        for arrival, row_cells, is_opaque in zip(arrivals, cells, opaque, strict=True):
            row = self._rows[arrival]
            signature = hashlib.sha256(named + row.verdict.name.encode() + b"\0" + row_cells.tobytes())
            if is_opaque:  # comparable to nothing: its program is one of a kind
                signature.update(row.program.encode("utf-8", "surrogatepass"))
            members.append(
                Member(
                    arrival,
                    row.candidate_id,
                    row.verdict,
                    row.may_be_picked,
                    None if row.is_apart else signature.digest(),
                )
            )
        return grouped(members)

    def behaviours(self, arrivals: Sequence[int]) -> Numbers:
        """Return what these candidates did on each valid probe input; what failed is `NOTHING`."""
        valid = np.flatnonzero(self.valid())
        words: Words = self._cells(arrivals)[:, valid].view(np.uint64)
        mixed = (words * self._key).sum(axis=2, dtype=np.uint64) >> np.uint64(1)
        nothing = (words == 0).all(axis=2) | self._failed(arrivals)[:, valid]
        return np.where(nothing, NOTHING, mixed.astype(np.int64))

    def valid(self) -> Flags:
        """Return of each probe input whether it counts."""
        return np.ones(len(self._probe_ids), dtype=np.bool_)

    def _cells(self, arrivals: Sequence[int]) -> npt.NDArray[np.uint8]:
        whole = b"".join(self._rows[arrival].cells for arrival in arrivals)
        return np.frombuffer(whole, dtype=np.uint8).reshape(len(arrivals), len(self._probe_ids), CELL_BYTES)

    def _failed(self, arrivals: Sequence[int]) -> Flags:
        width = len(self._probe_ids)
        width_bytes = -(-width // 8)
        whole = b"".join(self._rows[arrival].failed.to_bytes(width_bytes, "little") for arrival in arrivals)
        bits = np.frombuffer(whole, dtype=np.uint8).reshape(len(arrivals), width_bytes)
        return np.unpackbits(bits, axis=1, count=width, bitorder="little").astype(np.bool_)


def _cell_of(probe: ProbeResult) -> bytes:
    return NOTHING_CELL if probe.behaviour is None else _cell(probe.behaviour)


def _cell(behaviour: str) -> bytes:
    return hashlib.sha256(behaviour.encode()).digest()[:CELL_BYTES]
