"""Equal programs of a batch run once: who waits for whose result, and which results are still known.

Equal means the same language and the same source, byte for byte: anything cleverer would have to
prove that two sources do the same.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from verifierd.batches.arrivals import Arrived
from verifierd.model import CandidateResult, Verdict
from verifierd.model.sizes import bytes_of

# What an execution result takes beside its outputs, about.
RESULT_BYTES = 1024
PROBE_BYTES = 384  # what a result on a probe input takes, about

# These say nothing about the program, so a later equal one gets a chance of its own.
_NOT_KEPT = frozenset({Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED})


class Programs:
    """The distinct programs of one batch.

    Results are kept for later duplicates up to `kept_bytes`, the longest unused go first; a duplicate
    that comes after its original's result has gone runs itself.
    """

    def __init__(self, kept_bytes: int) -> None:
        self._kept_bytes = kept_bytes
        self._used_bytes = 0
        self._running: dict[bytes, list[Arrived]] = {}
        self._kept: OrderedDict[bytes, tuple[CandidateResult, int]] = OrderedDict()

    def known(self, arrived: Arrived) -> CandidateResult | None:
        """Return the result of an earlier equal program as this candidate's own; None where none is kept."""
        kept = self._kept.get(arrived.program_digest)
        if kept is None:
            return None
        self._kept.move_to_end(arrived.program_digest)
        return duplicate(kept[0], arrived)

    def is_first(self, arrived: Arrived) -> bool:
        """Tell whether the candidate is to be run; if not, it waits for the equal program that runs now."""
        waiting = self._running.get(arrived.program_digest)
        if waiting is None:
            self._running[arrived.program_digest] = []
            return True
        waiting.append(arrived)
        return False

    def abandoned(self, arrived: Arrived) -> bool:
        """Let go of a candidate that is given up; False where equal ones wait for what it does."""
        waiting = self._running.get(arrived.program_digest)
        if waiting is None:
            return True
        others = [each for each in waiting if each is not arrived]
        if len(others) < len(waiting):
            self._running[arrived.program_digest] = others
            return True
        if not waiting:
            del self._running[arrived.program_digest]
        return not waiting

    def finished(self, arrived: Arrived, result: CandidateResult) -> list[tuple[Arrived, CandidateResult]]:
        """Keep the result of a candidate that ran; return the candidates that waited for it, with theirs."""
        waiting = self._running.pop(arrived.program_digest, [])
        self._keep(arrived.program_digest, result)
        return [(each, duplicate(result, each)) for each in waiting]

    def remember(self, digest: bytes, result: CandidateResult) -> None:
        """Take the result of a candidate that was judged before the batch was interrupted."""
        if not result.duplicate_of and result.verdict is not Verdict.NO_CODE:
            self._keep(digest, result)
        elif digest in self._kept:
            self._kept.move_to_end(digest)

    def _keep(self, digest: bytes, result: CandidateResult) -> None:
        size_bytes = _size_bytes(result, self._kept_bytes)
        if result.verdict in _NOT_KEPT or size_bytes >= self._kept_bytes:
            return
        self._kept[digest] = (result, size_bytes)
        self._used_bytes += size_bytes
        while self._used_bytes > self._kept_bytes:
            _, (_, freed_bytes) = self._kept.popitem(last=False)
            self._used_bytes -= freed_bytes


def duplicate(original: CandidateResult, arrived: Arrived) -> CandidateResult:
    """Return an original's result as that of an equal candidate."""
    return replace(original, candidate_id=arrived.candidate.id, duplicate_of=original.candidate_id)


def _size_bytes(result: CandidateResult, enough: int) -> int:
    probes_bytes = PROBE_BYTES * (len(result.probes) + len(result.repeats))
    return (
        RESULT_BYTES
        + probes_bytes
        + sum(
            RESULT_BYTES + len(each.stdout) + len(each.stderr) + bytes_of(each.actual, enough)
            for each in result.executions
        )
    )
