"""Results as a server might give them, for tests that need no server."""

from __future__ import annotations

from collections.abc import Sequence

from verifierd_client import (
    BatchResult,
    BatchSummary,
    CandidateResult,
    Cost,
    ExecutionResult,
    KilledBy,
    Output,
    Pick,
    StopReason,
    Usage,
    Verdict,
)
from verifierd_client.strategies import Latency, Outcome, Resolution

NOTHING_USED = Usage(0.0, 0.0, 0)


def output(text: str) -> Output:
    return Output(text.encode(), len(text), truncated=False)


def execution(
    test_id: str, verdict: Verdict, detail: str = "", stdout: str = "", stderr: str = ""
) -> ExecutionResult:
    return ExecutionResult(
        test_id=test_id,
        verdict=verdict,
        checker="tokens@1",
        detail=detail,
        exit_code=0,
        term_signal=None,
        killed_by=KilledBy.NOBODY,
        stdout=output(stdout),
        stderr=output(stderr),
        actual=None,
        behaviour=None,
        usage=NOTHING_USED,
        queued_at=None,
        started_at=None,
        ended_at=None,
        attempts=1,
        sandbox_id="",
        backend="",
    )


def result(
    verdict: Verdict, executions: Sequence[ExecutionResult] = (), candidate_id: str = "0", detail: str = ""
) -> CandidateResult:
    return CandidateResult(
        candidate_id=candidate_id,
        verdict=verdict,
        detail=detail,
        duplicate_of="",
        executions=tuple(executions),
        tests_passed=sum(each.verdict is Verdict.ACCEPTED for each in executions),
        tests_total=len(executions),
        usage=NOTHING_USED,
    )


def batch(
    *verdicts: Verdict, stop_reason: StopReason = StopReason.COMPLETED, verification_usd: float = 0.0
) -> BatchResult:
    """Return a batch in which the first that is accepted is picked."""
    results = tuple(result(verdict, candidate_id=str(at)) for at, verdict in enumerate(verdicts))
    picks = [Pick(each.candidate_id, "plurality", "") for each in results if each.passed]
    cost = Cost(0.0, 0.0, 0.0, len(results), 0, 0, verification_usd)
    summary = BatchSummary("b", stop_reason, {}, (), tuple(picks[:1]), cost, 0.0, 0.0)
    return BatchResult(results, summary)


def resolution(
    outcome: Outcome, usd: float = 0.0, verification_usd: float = 0.0, answer_s: float = 0.0
) -> Resolution:
    is_answered = outcome is Outcome.ANSWERED
    verdict = Verdict.ACCEPTED if is_answered else Verdict.WRONG_ANSWER
    whole = batch(verdict, verification_usd=verification_usd)
    return Resolution(
        strategy="made",
        outcome=outcome,
        detail="",
        answer="print()" if is_answered else None,
        evidence=whole.results[0] if is_answered else None,
        probability=None,
        batch=whole,
        samples=1,
        aborted=0,
        prompt_tokens=10,
        completion_tokens=100,
        generation_usd=usd,
        latency=Latency(answer_s, 0.0, 0.0, answer_s),
    )
