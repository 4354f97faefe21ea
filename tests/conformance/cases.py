"""Programs as rows of a table, judged in few batches: source, input, limits, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from verifierd_client import (
    Candidate,
    CandidateResult,
    Checker,
    ExecutionResult,
    KilledBy,
    Limits,
    Problem,
    StdioTest,
    Verdict,
    Verifier,
)

MIB = 1 << 20
# Small, so that to reach one takes no time; the wall limit is far off, as the machine may be busy.
SMALL = Limits(
    cpu_time_s=0.5,
    wall_time_s=10.0,
    memory_bytes=64 * MIB,
    output_bytes=10_000,
    processes=16,
    open_files=64,
    disk_bytes=8 * MIB,
)
ROOMY = Limits(
    cpu_time_s=5.0,
    wall_time_s=30.0,
    memory_bytes=512 * MIB,
    output_bytes=48 * MIB,
    processes=64,
    open_files=256,
    disk_bytes=64 * MIB,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One program on one input; `detail` is a part of the result's. None expects nothing in particular."""

    source: str
    verdict: Verdict = Verdict.ACCEPTED
    killed_by: KilledBy = KilledBy.NOBODY
    detail: str = ""
    exit_code: int | None = None
    term_signal: int | None = None
    stdin: str | bytes = ""
    stdout: str | bytes = ""
    limits: Limits = SMALL


def judge(verifier: Verifier, cases: Mapping[str, Case]) -> dict[str, CandidateResult]:
    """Return each program's result. Those with the same input, output and limits make one batch."""
    batches: dict[tuple[str | bytes, str | bytes, Limits], list[Candidate]] = {}
    for name, case in cases.items():
        same = (case.stdin, case.stdout, case.limits)
        batches.setdefault(same, []).append(Candidate(case.source, id=name))
    found = {}
    for (stdin, stdout, limits), candidates in batches.items():
        problem = Problem("case", [StdioTest(stdin, stdout)], limits, Checker("exact"))
        for result in verifier.verify(problem, candidates).results:
            found[result.candidate_id] = result
    return found


def run(
    verifier: Verifier, source: str, stdin: str | bytes = "", limits: Limits = ROOMY, times: int = 1
) -> list[ExecutionResult]:
    """Return the executions of a program, run so many times in one sandbox."""
    problem = Problem("run", [StdioTest(stdin, "")] * times, limits)
    (result,) = verifier.verify(problem, [source]).results
    return list(result.executions)


def there(verifier: Verifier, language: str) -> str:
    """Return a language's name; the test is skipped where the server does not have it."""
    (info,) = (each for each in verifier.capabilities().languages if each.name == language)
    if not info.available:
        pytest.skip(f"{info.name} is not here: {info.remedy}")
    return info.name
