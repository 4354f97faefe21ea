"""What candidates did on each input, as numbers that are equal where they did the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from verifierd.model import CandidateResult, ExecutionResult
from verifierd.selection.standings import NOTHING

NUMBER_BYTES = 8
NOTHING_BYTES = NOTHING.to_bytes(NUMBER_BYTES, "little", signed=True)  # eight equal ones


class BehaviourTable:
    """One row of numbers a candidate: eight bytes an input, whatever was written.

    Who could make two behaviours have one number could vote for himself with others' answers, so numbers
    are digests under a key of this table's own. What a test shows may be no more than that it is passed, so
    numbers of different tests are never equal.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._rows: dict[int, bytes] = {}

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take down what a candidate did; `arrival` is its position in the batch."""
        self._rows[arrival] = b"".join(map(self._number, result.executions))

    def numbers(self, arrivals: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return the rows of these candidates, of shape (n, inputs).

        Who ran on fewer inputs, or on none, has `NOTHING` for the others.
        """
        rows = [self._rows[arrival] for arrival in arrivals]
        width = max(map(len, rows), default=0)
        whole = b"".join(row.ljust(width, NOTHING_BYTES[:1]) for row in rows)
        return np.frombuffer(whole, dtype=np.int64).reshape(len(rows), width // NUMBER_BYTES)

    def _number(self, execution: ExecutionResult) -> bytes:
        if execution.behaviour is None:
            return NOTHING_BYTES
        seen = f"{execution.test_id} {execution.verdict.name} {execution.behaviour}".encode(
            "utf-8", "surrogatepass"
        )
        digest = blake2b(seen, digest_size=NUMBER_BYTES, key=self._key).digest()
        return digest[:-1] + bytes([digest[-1] & 0x7F])  # not negative, as `NOTHING` is
