"""Results: candidates' verdicts with their evidence to messages of `verifier.v1`."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from verifier.v1 import result_pb2, status_pb2
from verifierd.api.convert.enums import KILLED_BY_TO_PROTO, VERDICT_TO_PROTO
from verifierd.api.convert.values import value_to_proto
from verifierd.model import CandidateResult, Cost, ExecutionResult, ProbeResult, Verdict

GIB_SECOND_IN_BYTE_NS = (1 << 30) * 1_000_000_000
UNAVAILABLE = 14
"""The canonical code of an infrastructure failure: the same request may succeed later."""


def candidate_result_to_proto(
    result: CandidateResult, cost: Cost, max_bytes: int
) -> result_pb2.CandidateResult:
    """Return the message of a candidate's result, its outputs cut so that it stays below `max_bytes`."""
    message = result_pb2.CandidateResult(
        candidate_id=result.candidate_id,
        verdict=VERDICT_TO_PROTO[result.verdict],
        detail=sendable(result.detail),
        duplicate_of=result.duplicate_of,
        executions=map(execution_to_proto, result.executions),
        tests_passed=result.tests_passed,
        tests_total=result.tests_total,
        usage=_usage(result.cpu_time_ns, result.wall_time_ns, result.peak_memory_bytes),
        failure=_failure(result.verdict, result.detail),
        nondeterministic=result.nondeterministic,
        cost=cost_to_proto(cost),
        probes=map(_probe, result.probes),
    )
    if message.ByteSize() > max_bytes:
        cut_outputs(message.executions, max_bytes)
    return message


def execution_to_proto(result: ExecutionResult) -> result_pb2.ExecutionResult:
    """Return the message of one candidate's run on one test."""
    checker_name, _, checker_version = result.checker.partition("@")
    ran, compilation = result.attempts > 0, result.compilation
    message = result_pb2.ExecutionResult(
        test_id=result.test_id,
        verdict=VERDICT_TO_PROTO[result.verdict],
        checker=result_pb2.CheckerUsed(name=checker_name, version=checker_version) if checker_name else None,
        detail=sendable(result.detail),
        killed_by=KILLED_BY_TO_PROTO[result.killed_by],
        stdout=_output(result.stdout, result.stdout_total_bytes) if ran else None,
        stderr=_output(result.stderr, result.stderr_total_bytes) if ran else None,
        actual=value_to_proto(result.actual[0]) if result.actual is not None else None,
        behaviour=result.behaviour or "",
        usage=_usage(result.cpu_time_ns, result.wall_time_ns, result.peak_memory_bytes),
        times=result_pb2.StageTimes(
            queued_at=timestamp(result.queued_at_ns),
            compile_started_at=timestamp(compilation.started_at_ns) if compilation else None,
            compile_ended_at=timestamp(compilation.ended_at_ns) if compilation else None,
            started_at=timestamp(result.started_at_ns),
            ended_at=timestamp(result.ended_at_ns),
        ),
        attempts=result.attempts,
        sandbox_id=result.sandbox_id,
        backend=result.backend,
        image_digest=result.image_digest,
        from_cache=result.from_cache,
        failure=_failure(result.verdict, result.detail),
    )
    if result.exit_code is not None:
        message.exit_code = result.exit_code
    elif result.term_signal is not None:
        message.term_signal = result.term_signal
    return message


def _probe(result: ProbeResult) -> result_pb2.ProbeResult:
    return result_pb2.ProbeResult(
        probe_id=result.probe_id,
        killed_by=KILLED_BY_TO_PROTO[result.killed_by],
        behaviour=result.behaviour or "",
        usage=_usage(result.cpu_time_ns, result.wall_time_ns, result.peak_memory_bytes),
        failed=result.failed,
    )


def cost_to_proto(cost: Cost) -> result_pb2.Cost:
    """Return the message of a bill."""
    return result_pb2.Cost(
        cpu_time=duration(cost.cpu_time_ns),
        wall_time=duration(cost.wall_time_ns),
        memory_gib_seconds=cost.memory_byte_ns / GIB_SECOND_IN_BYTE_NS,
        executions=cost.executions,
        executions_saved=cost.executions_saved,
        cache_hits=cost.cache_hits,
        verification_usd=cost.money_usd,
        generation_usd=cost.generation_usd,
    )


def timestamp(epoch_ns: int) -> Timestamp | None:
    """Return a point in time given in nanoseconds since the epoch; None for 0, which means never."""
    if not epoch_ns:
        return None
    return Timestamp(seconds=epoch_ns // 1_000_000_000, nanos=epoch_ns % 1_000_000_000)


def duration(nanoseconds: int) -> Duration:
    """Return a duration of zero or more nanoseconds."""
    return Duration(seconds=nanoseconds // 1_000_000_000, nanos=nanoseconds % 1_000_000_000)


def sendable(text: str) -> str:
    """Return text that has a UTF-8 form: lone surrogates, which a program may print, are written out."""
    return text.encode(errors="backslashreplace").decode()


def _usage(cpu_time_ns: int, wall_time_ns: int, peak_memory_bytes: int) -> result_pb2.Usage:
    return result_pb2.Usage(
        cpu_time=duration(cpu_time_ns), wall_time=duration(wall_time_ns), peak_memory_bytes=peak_memory_bytes
    )


def _output(content: bytes, total_bytes: int) -> result_pb2.Output:
    return result_pb2.Output(content=content, total_bytes=total_bytes, truncated=total_bytes > len(content))


def _failure(verdict: Verdict, detail: str) -> status_pb2.Status | None:
    if verdict is not Verdict.INFRASTRUCTURE_ERROR:
        return None
    return status_pb2.Status(code=UNAVAILABLE, message=sendable(detail))


def cut_outputs(executions: Sequence[result_pb2.ExecutionResult], max_bytes: int) -> None:
    """Cut what programs wrote to equal shares of half the room; the other half is for all the rest."""
    share = max_bytes // 2 // (3 * len(executions) or 1)
    for execution in executions:
        for output in (execution.stdout, execution.stderr):
            if len(output.content) > share:
                output.content = output.content[:share]
                output.truncated = True
        if execution.actual.ByteSize() > share:
            execution.ClearField("actual")
