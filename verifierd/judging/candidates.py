"""A candidate's verdict from the results of its tests, and the verdicts that need no test at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifierd.judging.probes import differ
from verifierd.model import CandidateResult, ExecutionResult, ProbeResult, Verdict

Judging = Sequence[bool]
"""Of each test of a problem, whether a candidate that fails it is wrong."""

NO_TEST_JUDGES = "no test of this problem judges its candidates"

# What these say is about the service or the batch, not about the program.
NOT_JUDGED = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


@dataclass(slots=True)
class Seen:
    """What a candidate did on its problem's probe inputs, as far as it has run; `repeats` are second runs.

    `not_built` says why it could not be run at all, where that is so.
    """

    probes: list[ProbeResult] = field(default_factory=list)
    repeats: list[ProbeResult] = field(default_factory=list)
    not_built: str = ""

    @property
    def nondeterministic(self) -> bool:
        """Tell whether two runs on the same input differed."""
        return any(map(differ, self.probes, self.repeats))


NOTHING_SEEN = Seen()


def has_no_code(source: str) -> bool:
    """Tell whether there is nothing to run: nothing but whitespace."""
    return not source.strip()


def concluded(
    candidate_id: str, executions: Sequence[ExecutionResult], judging: Judging, seen: Seen = NOTHING_SEEN
) -> CandidateResult:
    """Return the result of a candidate of whose tests each was executed, skipped or failed by us.

    The verdict is that of the first judging test that the program failed. A failure of ours on another test
    changes nothing about that; where the program failed none, it is INFRASTRUCTURE_ERROR, which is
    neither ACCEPTED nor the candidate's failure. Where no test judges it is SKIPPED, unless the program could
    not even be built.

    Raises:
        ValueError: a test has no result; what was not judged is never ACCEPTED.
    """
    if len(executions) != len(judging):
        raise ValueError(
            f"{len(executions)} of {len(judging)} tests of candidate {candidate_id!r} have a result"
        )
    decisive = _decisive(_judged(executions, judging)) or _not_built(executions)
    if decisive is not None:
        verdict, detail = decisive.verdict, f"test {decisive.test_id}: {decisive.detail}"
    elif seen.not_built:
        verdict, detail = Verdict.COMPILE_ERROR, seen.not_built
    else:
        verdict, detail = (Verdict.ACCEPTED, "") if any(judging) else (Verdict.SKIPPED, NO_TEST_JUDGES)
    return _result(candidate_id, verdict, detail, executions, judging, seen)


def cancelled(
    candidate_id: str,
    executions: Sequence[ExecutionResult],
    judging: Judging,
    why: str,
    seen: Seen = NOTHING_SEEN,
) -> CandidateResult:
    """Return the result of a candidate whose batch ended before it; what had landed of it is kept."""
    detail = f"{why}; {len(executions)} of {len(judging)} tests had run"
    return _result(candidate_id, Verdict.CANCELLED, detail, executions, judging, seen)


def without_code(candidate_id: str, judging: Judging, why: str = "") -> CandidateResult:
    """Return the result of a candidate that has no program. Nothing is executed for it."""
    return _result(candidate_id, Verdict.NO_CODE, why or "the source is empty", (), judging, NOTHING_SEEN)


def failed_by_us(
    candidate_id: str,
    executions: Sequence[ExecutionResult],
    judging: Judging,
    cause: str,
    seen: Seen = NOTHING_SEEN,
) -> CandidateResult:
    """Return the result of a candidate whose judging broke down, through no fault of its own."""
    return _result(candidate_id, Verdict.INFRASTRUCTURE_ERROR, cause, executions, judging, seen)


def _judged(executions: Sequence[ExecutionResult], judging: Judging) -> list[ExecutionResult]:
    return [each for each, judges in zip(executions, judging, strict=False) if judges]


def _not_built(executions: Sequence[ExecutionResult]) -> ExecutionResult | None:
    return next((each for each in executions if each.verdict is Verdict.COMPILE_ERROR), None)


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
    judging: Judging,
    seen: Seen,
) -> CandidateResult:
    judged = _judged(executions, judging)
    return CandidateResult(
        candidate_id=candidate_id,
        verdict=verdict,
        detail=detail,
        duplicate_of="",
        executions=tuple(executions),
        tests_passed=sum(each.verdict is Verdict.ACCEPTED for each in judged),
        tests_total=sum(judging),
        cpu_time_ns=sum(each.cpu_time_ns for each in executions),
        wall_time_ns=sum(each.wall_time_ns for each in executions),
        peak_memory_bytes=max((each.peak_memory_bytes for each in executions), default=0),
        probes=tuple(seen.probes),
        nondeterministic=seen.nondeterministic,
        repeats=tuple(seen.repeats),
    )
