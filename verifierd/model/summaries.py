"""What a batch adds up to: clusters, picks, and how far its tests can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from verifierd.model.results import Verdict


@dataclass(frozen=True, slots=True)
class Cluster:
    """Candidates with the same behaviour signature, in order of arrival; the largest cluster first.

    `probability`: that this behaviour is correct, as far as the selection rule tells.
    """

    id: str  # first 16 hex digits of the signature's SHA-256: stable over runs
    candidate_ids: tuple[str, ...]
    verdict: Verdict
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate chosen by a selection rule, best first; that it is correct, as far as the rule tells."""

    candidate_id: str
    rule: str
    cluster_id: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was estimated, and the interval that covers the truth with probability `level`."""

    value: float
    low: float
    high: float
    level: float = 0.95

    def covers(self, value: float) -> bool:
        """Say whether a value is in the interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class TestSignal:
    """What one test contributes: how many candidates it rejects, and how many no other test does."""

    test_id: str
    rejected: int
    rejected_alone: int  # 0: the test is redundant


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """How far a problem's tests can be trusted. An estimate is None where there was too little to make it of.

    Attributes:
        false_positive_rate: share of wrong programs that the suite accepts.
        completeness: share of right programs that it accepts.
        accuracy_ceiling: accuracy that no number of samples exceeds.
        harmful_samples: number of samples beyond which more of them harm; None: none found.
        tests: the best order for fast rejection first.
        summary: one sentence for a person.
    """

    false_positive_rate: Estimate | None
    completeness: Estimate | None
    accuracy_ceiling: Estimate | None
    harmful_samples: int | None
    tests: tuple[TestSignal, ...]
    summary: str
