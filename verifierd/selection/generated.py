"""Which of the tests that a model wrote each candidate passed: a bit for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verifierd.model import CandidateResult, TestCase, Verdict
from verifierd.selection.standings import Flags


class GeneratedTests:
    """Keeps one bit a candidate and test. Tests that nobody can be judged by are passed by nobody."""

    def __init__(self, tests: Sequence[TestCase]) -> None:
        self._places = [place for place, test in enumerate(tests) if not test.judges]
        self._rows: dict[int, bytes] = {}

    def add(self, arrival: int, result: CandidateResult) -> None:
        """Take a candidate's final result; `arrival` is its position in the batch."""
        executions = result.executions
        passed = [
            place < len(executions) and executions[place].verdict is Verdict.ACCEPTED
            for place in self._places
        ]
        self._rows[arrival] = np.packbits(np.array(passed, dtype=np.bool_)).tobytes()

    def passed(self, arrivals: Sequence[int]) -> Flags:
        """Return the flags of these candidates, of shape (candidates, generated tests)."""
        width = len(self._places)
        whole = np.frombuffer(b"".join(self._rows[each] for each in arrivals), dtype=np.uint8)
        bits = whole.reshape(len(arrivals), -(-width // 8))
        return np.unpackbits(bits, axis=1, count=width).astype(np.bool_)
