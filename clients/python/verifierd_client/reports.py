"""What is found about a problem's tests, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was estimated, with the interval that covers the truth with probability `level`."""

    value: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class TestSignal:
    """What one test contributes: how many candidates it rejects, and how many no other test does."""

    __test__ = False  # nothing for pytest to collect

    test_id: str
    rejected: int
    rejected_alone: int


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """How far a problem's tests can be trusted; an estimate is None where there was too little to make it of.

    Attributes:
        summary: one sentence for a person.
        false_positive_rate: share of wrong programs that the tests accept.
        completeness: share of right programs that they accept.
        accuracy_ceiling: accuracy that no number of samples exceeds.
        harmful_samples: number of samples beyond which more of them harm; None: none found.
        tests: the best order for fast rejection first.
    """

    summary: str
    false_positive_rate: Estimate | None
    completeness: Estimate | None
    accuracy_ceiling: Estimate | None
    harmful_samples: int | None
    tests: tuple[TestSignal, ...]
