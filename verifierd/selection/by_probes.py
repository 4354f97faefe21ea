"""Clusters by what candidates did on probe inputs: those that are valid by the candidates' own agreement."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from verifierd.model import CandidateResult, ProbeResult, Verdict
from verifierd.selection.grouped import Grouped, Member, grouped, may_be_picked
from verifierd.selection.probing.choice import chosen_probes
from verifierd.selection.probing.validity import invalid_probes
from verifierd.selection.standings import NOTHING, Flags, Numbers

CELL_BYTES = 16  # of a SHA-256: nobody finds another behaviour with the same
NOTHING_CELL = bytes(CELL_BYTES)
# These say nothing about a program.
_NOT_SEEN = frozenset({Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED})

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SeenRow:
    """What one candidate did: a digest and a byte for each probe input, 1 where it came to no answer.

    A behaviour of None is comparable to nothing. Equal programs have the same `program`. One that is apart
    is no guide and in no cluster. One that was not run on every input has no vote on which of them are valid.
    """

    candidate_id: str
    program: str
    behaviours: Sequence[str | None]
    failed: bytes
    is_apart: bool = False
    votes: bool = True


@dataclass(frozen=True, slots=True)
class _Row:
    candidate_id: str
    program: str
    verdict: Verdict
    may_be_picked: bool
    cells: bytes
    failed: bytes  # a byte for each probe input
    is_apart: bool
    votes: bool


class ClustersByProbes:
    """Keeps seventeen bytes for each candidate on each probe input.

    Candidates of which two runs differed, that did not run on all inputs, or on which the service failed, are
    in no cluster. Numbers that rules read are mixed under a key of this object's own, so nobody can foresee
    whose numbers are equal.
    """

    def __init__(self, probe_ids: Sequence[str]) -> None:
        self._probe_ids = tuple(probe_ids)
        self._rows: dict[int, _Row] = {}
        self._key = np.frombuffer(os.urandom(CELL_BYTES), dtype=np.uint64) | np.uint64(1)

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take a candidate's final result. Those that were not seen to their end are left out."""
        if result.verdict in _NOT_SEEN:
            return
        program = result.duplicate_of or result.candidate_id
        if result.verdict is Verdict.NO_CODE:
            width = len(self._probe_ids)
            did_nothing = [Verdict.NO_CODE.name] * width
            row = SeenRow(result.candidate_id, program, did_nothing, b"\1" * width, votes=False)
            self.add_row(arrival, row, result.verdict)
            return
        probes: Sequence[ProbeResult | None] = result.probes
        if tuple(each.probe_id for each in result.probes) != self._probe_ids:
            did = {each.probe_id: each for each in result.probes}
            probes = [did.get(probe_id) for probe_id in self._probe_ids]
        row = SeenRow(
            candidate_id=result.candidate_id,
            program=program,
            behaviours=[None if each is None else each.behaviour for each in probes],
            failed=bytes([each is not None and each.failed and not each.is_ours for each in probes]),
            is_apart=result.nondeterministic or None in probes or any(each.is_ours for each in result.probes),
            votes=all(each is not None and each.was_run and not each.is_ours for each in probes),
        )
        self.add_row(arrival, row, result.verdict, may_be_picked(result))

    def add_row(self, arrival: int, row: SeenRow, verdict: Verdict, eligible: bool = False) -> None:
        """Take what a candidate did on each probe input, in their order; it may be picked if `eligible`."""
        self._rows[arrival] = _Row(
            candidate_id=row.candidate_id,
            program=row.program,
            verdict=verdict,
            may_be_picked=eligible and (verdict is Verdict.ACCEPTED or b"\0" in row.failed),
            cells=b"".join(map(_cell, row.behaviours)),
            failed=row.failed,
            is_apart=row.is_apart,
            votes=row.votes,
        )

    def choose(self, at_most: int) -> frozenset[str]:
        """Keep the probe inputs on which the candidates so far differ most, then others up to `at_most`."""
        valid = np.flatnonzero(self._state.valid)
        if valid.size == 0:
            valid = np.arange(len(self._probe_ids))
        rows = sorted(arrival for arrival, row in self._rows.items() if row.votes)
        numbers = self._numbers(rows)[:, valid]
        telling = [int(valid[each]) for each in chosen_probes(numbers, np.ones(len(rows)), at_most)]
        others = [int(each) for each in valid if each not in set(telling)]
        kept = sorted([*telling, *others][:at_most])
        self._probe_ids = tuple(self._probe_ids[each] for each in kept)
        for arrival, row in self._rows.items():
            self._rows[arrival] = replace(
                row,
                cells=b"".join(row.cells[CELL_BYTES * each : CELL_BYTES * (each + 1)] for each in kept),
                failed=bytes(row.failed[each] for each in kept),
            )
        return frozenset(self._probe_ids)

    def grouped(self) -> Grouped:
        """Return the clusters as they stand."""
        state = self._state
        valid = np.flatnonzero(state.valid)
        named = hashlib.sha256("\0".join(self._probe_ids[int(each)] for each in valid).encode()).digest()
        cells = state.cells[:, valid]
        opaque = (cells == 0).all(axis=2).any(axis=1)
        members = []
        for arrival, row_cells, is_opaque in zip(state.arrivals, cells, opaque, strict=True):
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
        valid = np.flatnonzero(self._state.valid)
        rows = [self._rows[arrival] for arrival in arrivals]
        nothing = _flags([row.failed for row in rows], len(self._probe_ids))[:, valid]
        nothing |= np.array([row.is_apart for row in rows], dtype=np.bool_)[:, np.newaxis]
        return np.where(nothing, NOTHING, self._numbers(arrivals)[:, valid])

    def _numbers(self, arrivals: Sequence[int]) -> Numbers:
        """Return numbers that are equal where behaviour is; `NOTHING` for what is comparable to nothing."""
        words = self._cells(arrivals).view(np.uint64)
        mixed = (words * self._key).sum(axis=2, dtype=np.uint64) >> np.uint64(1)
        return np.where((words == 0).all(axis=2), NOTHING, mixed.astype(np.int64))

    def _cells(self, arrivals: Sequence[int]) -> Bytes:
        whole = b"".join(self._rows[arrival].cells for arrival in arrivals)
        return np.frombuffer(whole, dtype=np.uint8).reshape(len(arrivals), len(self._probe_ids), CELL_BYTES)

    @property
    def _state(self) -> _State:
        arrivals = sorted(self._rows)
        rows = [self._rows[arrival] for arrival in arrivals]
        programs: dict[str, int] = {}
        return _State(
            arrivals=arrivals,
            cells=self._cells(arrivals),
            failed=_flags([row.failed for row in rows], len(self._probe_ids)),
            programs=[programs.setdefault(row.program, len(programs)) for row in rows],
            votes=np.array([row.votes for row in rows], dtype=np.bool_),
        )


@dataclass(frozen=True, eq=False)
class _State:
    """All rows as arrays, in order of arrival; `programs` are numbers that equal programs share."""

    arrivals: Sequence[int]
    cells: Bytes
    failed: Flags
    programs: Sequence[int]
    votes: Flags

    @cached_property
    def valid(self) -> Flags:
        """Return of each probe input whether it counts."""
        return ~invalid_probes(self.failed[self.votes], np.array(self.programs)[self.votes])


def _flags(rows: Sequence[bytes], width: int) -> Flags:
    return np.frombuffer(b"".join(rows), dtype=np.bool_).reshape(len(rows), width)


@lru_cache(maxsize=1 << 16)
def _cell(behaviour: str | None) -> bytes:
    if behaviour is None:
        return NOTHING_CELL
    return hashlib.sha256(behaviour.encode("utf-8", "surrogatepass")).digest()[:CELL_BYTES]
