"""A query without an answer says why, and a fault of the verifier is never the model's failure."""

from __future__ import annotations

import pytest

from tests.unit.client.strategies.made import batch
from verifierd_client import StopReason, Verdict
from verifierd_client.strategies import Outcome
from verifierd_client.strategies._outcomes import outcome_of

WRONG, FAULT, CUT = Verdict.WRONG_ANSWER, Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED


def test_a_pick_is_an_answer_whatever_else_happened() -> None:
    outcome, detail = outcome_of(batch(FAULT, Verdict.ACCEPTED, WRONG, stop_reason=StopReason.BUDGET))
    assert outcome is Outcome.ANSWERED
    assert "2 verified" in detail
    assert "1 could not be verified" in detail


def test_one_program_that_could_not_be_verified_may_have_been_right() -> None:
    outcome, detail = outcome_of(batch(WRONG, FAULT, WRONG))
    assert outcome is Outcome.VERIFIER_FAILED
    assert "1 could not be verified" in detail


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (StopReason.COMPLETED, Outcome.NOTHING_PASSED),
        (StopReason.BUDGET, Outcome.BUDGET),
        (StopReason.DEADLINE, Outcome.DEADLINE),
        (StopReason.MARGINAL_VALUE, Outcome.NOT_WORTH_MORE),
    ],
)
def test_what_ended_the_batch_is_why_there_is_no_answer(reason: StopReason, expected: Outcome) -> None:
    outcome, detail = outcome_of(batch(WRONG, CUT, stop_reason=reason))
    assert outcome is expected
    assert "none of 1 verified" in detail


def test_a_strategy_that_gives_up_says_so_in_its_own_words() -> None:
    outcome, detail = outcome_of(batch(WRONG), gave_up="it is too dear")
    assert (outcome, detail[:16]) == (Outcome.NOT_WORTH_MORE, "it is too dear; ")
