"""Whether a batch answers its query, and if not, why not."""

from __future__ import annotations

from verifierd_client.results import BatchResult, StopReason, Verdict
from verifierd_client.strategies.resolution import Outcome

_STOPPED = {
    StopReason.BUDGET: (Outcome.BUDGET, "the budget went by"),
    StopReason.DEADLINE: (Outcome.DEADLINE, "the time went by"),
    StopReason.MARGINAL_VALUE: (
        Outcome.NOT_WORTH_MORE,
        "one more sample would have cost more than it may bring",
    ),
}


def outcome_of(batch: BatchResult, gave_up: str = "") -> tuple[Outcome, str]:
    """Return what a batch means for its query, and the same as a sentence for a person.

    Whoever could not be verified may have been right. So where nothing may be picked one
    INFRASTRUCTURE_ERROR is enough for VERIFIER_FAILED: a trainer that reads it masks the query.

    Args:
        batch: all that was verified.
        gave_up: why the strategy drew no more, where it was not worth it.
    """
    failed = sum(each.verdict is Verdict.INFRASTRUCTURE_ERROR for each in batch.results)
    verified = sum(each.verdict is not Verdict.CANCELLED for each in batch.results) - failed
    programs = f"{verified} verified program{'' if verified == 1 else 's'}"
    unverified = f"; {failed} could not be verified" if failed else ""
    if batch.summary.picks:
        pick = batch.summary.picks[0]
        return Outcome.ANSWERED, f"picked by {pick.rule} from {programs}{unverified}"
    nothing = f"none of {programs} may be picked{unverified}"
    if failed:
        return Outcome.VERIFIER_FAILED, nothing
    if gave_up:
        return Outcome.NOT_WORTH_MORE, f"{gave_up}; {nothing}"
    if batch.summary.stop_reason in _STOPPED:
        outcome, why = _STOPPED[batch.summary.stop_reason]
        return outcome, f"{why}; {nothing}"
    return Outcome.NOTHING_PASSED, nothing
