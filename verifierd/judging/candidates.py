"""A candidate's verdict from the results of its tests, and the verdicts that need no test at all."""

from __future__ import annotations

from collections.abc import Sequence

from verifierd.model import CandidateResult, ExecutionResult, Verdict

# What these say is about the service or the batch, not about the program.
NOT_JUDGED = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


def has_no_code(source: str) -> bool:
    """Tell whether there is nothing to run: nothing but whitespace."""
    return not source.strip()


def concluded(candidate_id: str, executions: Sequence[ExecutionResult], tests_total: int) -> CandidateResult:
    """Return the result of a candidate of whose tests each was executed, skipped or failed by us.

    The verdict is that of the first test that the program failed. A failure of ours on another test
    changes nothing about that; where the program failed none, it is INFRASTRUCTURE_ERROR, which is
    neither ACCEPTED nor the candidate's failure.

    Raises:
        ValueError: a test has no result; what was not judged is never ACCEPTED.
    """
    if len(executions) != tests_total:
        raise ValueError(
            f"{len(executions)} of {tests_total} tests of candidate {candidate_id!r} have a result"
        )
    decisive = _decisive(executions)
    verdict = decisive.verdict if decisive else Verdict.ACCEPTED
    detail = f"test {decisive.test_id}: {decisive.detail}" if decisive else ""
    return _result(candidate_id, verdict, detail, executions, tests_total)


def cancelled(
    candidate_id: str, executions: Sequence[ExecutionResult], tests_total: int, why: str
) -> CandidateResult:
    """Return the result of a candidate whose batch ended before it; what had landed of it is kept."""
    detail = f"{why}; {len(executions)} of {tests_total} tests had run"
    return _result(candidate_id, Verdict.CANCELLED, detail, executions, tests_total)


def without_code(candidate_id: str, tests_total: int) -> CandidateResult:
    """Return the result of a candidate that has no program. Nothing is executed for it."""
    return _result(candidate_id, Verdict.NO_CODE, "the source is empty", (), tests_total)


def failed_by_us(
    candidate_id: str, executions: Sequence[ExecutionResult], tests_total: int, cause: str
) -> CandidateResult:
    """Return the result of a candidate whose judging broke down, through no fault of its own."""
    return _result(candidate_id, Verdict.INFRASTRUCTURE_ERROR, cause, executions, tests_total)


def _decisive(executions: Sequence[ExecutionResult]) -> ExecutionResult | None:
    refused = [each for each in executions if each.verdict is not Verdict.ACCEPTED]
    programs_own = (each for each in refused if each.verdict not in NOT_JUDGED)
    ours = (each for each in refused if each.verdict is Verdict.INFRASTRUCTURE_ERROR)
    return next(programs_own, None) or next(ours, None) or next(iter(refused), None)


def _result(
    candidate_id: str,
    verdict: Verdict,
    detail: str,
    executions: Sequence[ExecutionResult],
    tests_total: int,
) -> CandidateResult:
    return CandidateResult(
        candidate_id=candidate_id,
        verdict=verdict,
        detail=detail,
        duplicate_of="",
        executions=tuple(executions),
        tests_passed=sum(each.verdict is Verdict.ACCEPTED for each in executions),
        tests_total=tests_total,
        cpu_time_ns=sum(each.cpu_time_ns for each in executions),
        wall_time_ns=sum(each.wall_time_ns for each in executions),
        peak_memory_bytes=max((each.peak_memory_bytes for each in executions), default=0),
    )
