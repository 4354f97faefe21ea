"""What the judging tests said of each distinct program of a batch, for the report on the suite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verifierd.economics.outcomes import outcome_table
from verifierd.economics.suite import suite_report
from verifierd.model import CandidateResult, SuiteReport, TestCase, Verdict

LEAST_PROGRAMS = 10
"""Distinct programs without which no report is made: it would say that there are too few."""
KEPT_BYTES = 8 << 20
PASSED, FAILED, UNKNOWN = 1, 0, 0xFF
_UNKNOWN = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


class OutcomeRecord:
    """Keeps a byte a test and distinct program, within a bound: of larger batches the first programs."""

    def __init__(self, tests: Sequence[TestCase]) -> None:
        self._places = [place for place, test in enumerate(tests) if test.judges]
        self._test_ids = [tests[place].id for place in self._places]
        self._rows: list[bytes] = []
        self._copies: list[int] = []
        self._row_of: dict[str, int] = {}

    def add(self, result: CandidateResult) -> None:
        """Take a candidate's final result. One of which nothing was run says nothing."""
        executions = result.executions
        if len(self._places) < 2 or not executions:
            return
        program = result.duplicate_of or result.candidate_id
        row = self._row_of.get(program)
        if row is not None:
            self._copies[row] += 1
        elif (len(self._rows) + 1) * len(self._places) <= KEPT_BYTES:
            self._row_of[program] = len(self._rows)
            self._copies.append(1)
            self._rows.append(
                bytes(
                    _outcome(executions[place].verdict) if place < len(executions) else UNKNOWN
                    for place in self._places
                )
            )

    @property
    def tells(self) -> bool:
        """Say whether there is enough to report on."""
        return len(self._rows) >= LEAST_PROGRAMS

    def report(self) -> SuiteReport | None:
        """Return how far the tests can be trusted; None where there are too few programs to tell."""
        if not self.tells:
            return None
        passed = np.frombuffer(b"".join(self._rows), dtype=np.int8).reshape(len(self._rows), -1)
        return suite_report(outcome_table(passed, self._copies, self._test_ids))


def _outcome(verdict: Verdict) -> int:
    if verdict in _UNKNOWN:
        return UNKNOWN
    return PASSED if verdict is Verdict.ACCEPTED else FAILED
