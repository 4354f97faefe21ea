"""Entries of the audit store to test with: a batch, its candidates, its end."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from sandboxes.model import Limits
from verifierd.audit.entries import Asker, BatchBegun, BatchEnded, CandidateJudged
from verifierd.model import (
    BatchFinished,
    BatchOptions,
    Candidate,
    CandidateResult,
    Cluster,
    Cost,
    ExecutionResult,
    KilledBy,
    Pick,
    SelectionSpec,
    Verdict,
)

LIMITS = Limits(2_000_000_000, 8_000_000_000, 256 << 20, 1 << 20, 32, 64, 64 << 20)
BEGAN_NS = 1_800_000_000_000_000_000


def begun(batch_id: str = "batch", **changes: object) -> BatchBegun:
    """Return the beginning of a batch that is not durable, with these fields changed."""
    entry = BatchBegun(
        batch_id=batch_id,
        request_id=f"request of {batch_id}",
        asker=Asker("ipv4:127.0.0.1:4000", "lab", "0af7651916cd43dd8448eb211c80319c"),
        is_durable=False,
        problem_id="HumanEval/0",
        problem_sha256=sha256(b"problem").hexdigest(),
        limits=LIMITS,
        options=BatchOptions(),
        selection=SelectionSpec(),
        submitted_at_ns=BEGAN_NS,
        candidates_total=2,
        labels={"run": "7"},
        problem=b"the problem's message",
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def execution(test_id: str = "t0", verdict: Verdict = Verdict.ACCEPTED, **changes: object) -> ExecutionResult:
    """Return what one test found, with these fields changed."""
    result = ExecutionResult(
        test_id=test_id,
        verdict=verdict,
        checker="tokens@1",
        detail="" if verdict is Verdict.ACCEPTED else "line 1: expected 5, printed 6",
        exit_code=0,
        term_signal=None,
        killed_by=KilledBy.NOBODY,
        stdout=f"answer of {test_id}\n".encode(),
        stdout_total_bytes=13,
        stderr=b"",
        stderr_total_bytes=0,
        actual=None,
        behaviour=sha256(test_id.encode()).hexdigest(),
        cpu_time_ns=12_345_678,
        wall_time_ns=14_567_890,
        peak_memory_bytes=9_876_480,
        queued_at_ns=BEGAN_NS + 1_000,
        started_at_ns=BEGAN_NS + 2_000,
        ended_at_ns=BEGAN_NS + 14_569_890,
        attempts=1,
        sandbox_id="sandbox-3",
        backend="bubblewrap",
        image_digest=f"sha256:{'5c' * 32}",
    )
    return replace(result, **changes)  # type: ignore[arg-type]


def judged(
    position: int = 0,
    batch_id: str = "batch",
    *,
    verdict: Verdict = Verdict.ACCEPTED,
    source: str = "def solve():\n    return 42\n",
    tests: int = 2,
    executions: tuple[ExecutionResult, ...] | None = None,
    duplicate_of: str = "",
) -> CandidateJudged:
    """Return a candidate's verdict; each of its tests has it too."""
    if executions is None:
        executions = tuple(execution(f"t{number}", verdict) for number in range(tests))
    candidate = Candidate(f"c{position}", "python", source)
    result = CandidateResult(
        candidate_id=candidate.id,
        verdict=verdict,
        detail="",
        duplicate_of=duplicate_of,
        executions=executions,
        tests_passed=len(executions) if verdict is Verdict.ACCEPTED else 0,
        tests_total=len(executions),
        cpu_time_ns=sum(each.cpu_time_ns for each in executions),
        wall_time_ns=sum(each.wall_time_ns for each in executions),
        peak_memory_bytes=9_876_480,
    )
    return CandidateJudged(
        batch_id=batch_id,
        position=position,
        event_sequence=position + 2,
        occurred_at_ns=BEGAN_NS + (position + 1) * 1_000_000,
        candidate=candidate,
        program_sha256=sha256(source.encode(errors="replace")).hexdigest(),
        result=result,
        cost=Cost(cpu_time_ns=result.cpu_time_ns, executions=len(executions), money_usd=2.5e-7),
        worker_id="worker-1",
    )


def ended(batch_id: str = "batch", candidates: int = 2) -> BatchEnded:
    """Return the end of a batch, all of whose candidates are right and alike."""
    ids = tuple(f"c{position}" for position in range(candidates))
    event = BatchFinished(
        batch_id=batch_id,
        verdict_counts={Verdict.ACCEPTED: candidates},
        clusters=(Cluster("0123456789abcdef", ids, Verdict.ACCEPTED, 0.9),),
        picks=(Pick("c0", "plurality", "0123456789abcdef", 0.9),),
        cost=Cost(cpu_time_ns=5_000, executions=4, money_usd=0.25),
        stop_reason="completed",
        started_at_ns=BEGAN_NS + 500,
        ended_at_ns=BEGAN_NS + 10_000_000,
    )
    return BatchEnded(candidates + 2, BEGAN_NS + 10_000_000, event)
