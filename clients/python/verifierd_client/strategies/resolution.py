"""What every strategy comes to: an answer or why there is none, its evidence, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifierd_client.results import BatchResult, CandidateResult, Cost


class Outcome(Enum):
    """Whether a query was answered, and if not, why not.

    Attributes:
        ANSWERED: there is an answer.
        NOTHING_PASSED: every sample was verified, and none may be picked.
        BUDGET: the money or CPU time that it was given went by.
        DEADLINE: its time went by.
        NOT_WORTH_MORE: going on was expected to cost more than an answer is worth.
        VERIFIER_FAILED: none may be picked, and some could not be verified: it says nothing of the model.
    """

    ANSWERED = "ANSWERED"
    NOTHING_PASSED = "NOTHING_PASSED"
    BUDGET = "BUDGET"
    DEADLINE = "DEADLINE"
    NOT_WORTH_MORE = "NOT_WORTH_MORE"
    VERIFIER_FAILED = "VERIFIER_FAILED"


@dataclass(frozen=True, slots=True)
class Latency:
    """Where the time of a query went, in seconds on the caller's clock.

    Each moment counts once: as decoding while any sample is decoded, else as verifying while any program is
    verified, else as waiting. So `verifying_s` is what verification added.

    Attributes:
        time_to_answer_s: until it was known what to answer; with no answer, until that was known.
        verdict_lag_s: from the last token of the answer to its verdict; None where there is no answer.
    """

    decoding_s: float
    verifying_s: float
    waiting_s: float
    time_to_answer_s: float
    verdict_lag_s: float | None = None

    @property
    def total_s(self) -> float:
        """Return how long the query took in all, until everything was let go of."""
        return self.decoding_s + self.verifying_s + self.waiting_s


@dataclass(frozen=True, slots=True)
class Resolution:
    """The end of a query.

    Attributes:
        strategy: the name of the strategy.
        outcome: whether there is an answer, and why not.
        detail: the same as a sentence for a person.
        answer: the program; None where there is none.
        evidence: what the answer did on the tests.
        probability: that the answer is correct; None where the selection rule does not tell.
        batch: all that was verified, with clusters, picks and the server's bill.
        samples: how many samples were begun.
        aborted: how many of them were not decoded to their end.
        prompt_tokens: read, over all samples.
        completion_tokens: written, over all samples, aborted ones as far as they came.
        generation_usd: what these tokens cost.
        latency: where the time went.
    """

    strategy: str
    outcome: Outcome
    detail: str
    answer: str | None
    evidence: CandidateResult | None
    probability: float | None
    batch: BatchResult
    samples: int
    aborted: int
    prompt_tokens: int
    completion_tokens: int
    generation_usd: float
    latency: Latency

    @property
    def is_answered(self) -> bool:
        """Say whether there is an answer."""
        return self.outcome is Outcome.ANSWERED

    @property
    def verifier_cost(self) -> Cost:
        """Return what verifying took and cost. Its `generation_usd` has only what was drawn to its end."""
        return self.batch.summary.cost

    @property
    def usd(self) -> float:
        """Return what the query cost: drawing all samples, and verifying."""
        return self.generation_usd + self.verifier_cost.verification_usd
