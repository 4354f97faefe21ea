"""Messages of `verifier.v1` to results."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Literal, TypeVar

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from verifier.v1 import capabilities_pb2, result_pb2, verifier_service_pb2
from verifierd_client._values import read_value
from verifierd_client.durable import BatchState, DurableBatch
from verifierd_client.problems import Digest
from verifierd_client.reports import Estimate, SuiteReport, TestSignal
from verifierd_client.results import (
    BackendInfo,
    BatchSummary,
    CandidateResult,
    Capabilities,
    Cluster,
    Cost,
    ExecutionResult,
    KilledBy,
    LanguageInfo,
    Output,
    Pick,
    ProbeResult,
    StopReason,
    Usage,
    Verdict,
    WallInfo,
)

Word = TypeVar("Word", bound=Enum)


def _table(descriptor: EnumDescriptor, prefix: str, words: type[Word]) -> dict[int, Word]:
    """Return the words by number; numbers that a newer server may send are not in it."""
    known = {word.name: word for word in words}
    return {
        number: known[value.name.removeprefix(prefix)]
        for number, value in descriptor.values_by_number.items()
        if number
    }


VERDICTS = _table(result_pb2.Verdict.DESCRIPTOR, "VERDICT_", Verdict)
KILLERS = _table(result_pb2.KilledBy.DESCRIPTOR, "KILLED_BY_", KilledBy)
BATCH_STATES = _table(verifier_service_pb2.BatchState.DESCRIPTOR, "BATCH_STATE_", BatchState)
STOP_REASONS = _table(result_pb2.StopReason.DESCRIPTOR, "STOP_REASON_", StopReason)


def read_candidate_result(message: result_pb2.CandidateResult) -> CandidateResult:
    """Return a candidate's result."""
    return CandidateResult(
        candidate_id=message.candidate_id,
        verdict=VERDICTS.get(message.verdict, Verdict.UNKNOWN),
        detail=message.detail,
        duplicate_of=message.duplicate_of,
        executions=tuple(map(_execution, message.executions)),
        tests_passed=message.tests_passed,
        tests_total=message.tests_total,
        usage=_usage(message.usage),
        probes=tuple(map(_probe, message.probes)),
        nondeterministic=message.nondeterministic,
        cost=_cost(message.cost) if message.HasField("cost") else None,
        extracted_source=message.extracted_source.decode(errors="replace") or None,
    )


def _probe(message: result_pb2.ProbeResult) -> ProbeResult:
    return ProbeResult(
        probe_id=message.probe_id,
        killed_by=KILLERS.get(message.killed_by, KilledBy.UNKNOWN),
        failed=message.failed,
        behaviour=message.behaviour or None,
        usage=_usage(message.usage),
    )


def read_summary(message: result_pb2.BatchSummary) -> BatchSummary:
    """Return a batch's summary."""
    return BatchSummary(
        batch_id=message.batch_id,
        stop_reason=STOP_REASONS.get(message.stop_reason, StopReason.UNKNOWN),
        verdict_counts=_verdict_counts(message.verdict_counts),
        clusters=read_clusters(message.clusters),
        picks=tuple(
            Pick(
                candidate_id=pick.candidate_id,
                rule=pick.rule,
                cluster_id=pick.cluster_id,
                probability=pick.probability if pick.HasField("probability") else None,
            )
            for pick in message.picks
        ),
        cost=_cost(message.cost),
        started_at=_epoch_s(message.started_at),
        ended_at=_epoch_s(message.ended_at),
        none_probability=message.none_probability if message.HasField("none_probability") else None,
        suite=_suite(message.suite) if message.HasField("suite") else None,
    )


def _suite(message: result_pb2.SuiteReport) -> SuiteReport:
    return SuiteReport(
        summary=message.summary,
        false_positive_rate=_estimate(message, "false_positive_rate"),
        completeness=_estimate(message, "completeness"),
        accuracy_ceiling=_estimate(message, "accuracy_ceiling"),
        harmful_samples=message.harmful_samples if message.HasField("harmful_samples") else None,
        tests=tuple(TestSignal(each.test_id, each.rejected, each.rejected_alone) for each in message.tests),
    )


def _estimate(
    message: result_pb2.SuiteReport,
    name: Literal["false_positive_rate", "completeness", "accuracy_ceiling"],
) -> Estimate | None:
    if not message.HasField(name):
        return None
    estimate: result_pb2.Estimate = getattr(message, name)
    return Estimate(estimate.value, estimate.low, estimate.high, estimate.level)


def read_clusters(messages: Iterable[result_pb2.Cluster]) -> tuple[Cluster, ...]:
    """Return clusters."""
    return tuple(
        Cluster(
            id=message.id,
            candidate_ids=tuple(message.candidate_ids),
            verdict=VERDICTS.get(message.verdict, Verdict.UNKNOWN),
            probability=message.probability if message.HasField("probability") else None,
        )
        for message in messages
    )


def read_durable_batch(message: verifier_service_pb2.Batch) -> DurableBatch:
    """Return a durable batch."""
    return DurableBatch(
        id=message.id,
        request_id=message.request_id,
        state=BATCH_STATES.get(message.state, BatchState.UNKNOWN),
        problem_id=message.problem_id,
        problem_digest=Digest(message.problem_digest.hash, message.problem_digest.size_bytes),
        labels=dict(message.labels),
        candidates_total=message.candidates_total,
        candidates_finished=message.candidates_finished,
        verdict_counts=_verdict_counts(message.verdict_counts),
        submitted_at=_epoch_s(message.submitted_at),
        started_at=_epoch_s(message.started_at) if message.HasField("started_at") else None,
        summary=read_summary(message.summary) if message.HasField("summary") else None,
        last_sequence=message.last_sequence,
        cancel_reason=message.cancel_reason if message.HasField("cancel_reason") else None,
    )


def _verdict_counts(messages: Iterable[result_pb2.VerdictCount]) -> dict[Verdict, int]:
    return {VERDICTS.get(entry.verdict, Verdict.UNKNOWN): entry.count for entry in messages}


def read_capabilities(message: verifier_service_pb2.GetCapabilitiesResponse) -> Capabilities:
    """Return what a server can do."""
    allowances = message.allowances
    return Capabilities(
        server_version=message.server_version,
        languages=tuple(
            LanguageInfo(
                each.name,
                each.version,
                each.available,
                each.remedy,
                tuple(map(_test_kind, each.test_kinds)),
            )
            for each in message.languages
        ),
        checkers=tuple(checker.name for checker in message.checkers),
        test_kinds=tuple(map(_test_kind, message.test_kinds)),
        selection_rules=tuple(message.selection_rules),
        backends=tuple(map(_backend, message.backends)),
        max_candidates=allowances.max_candidates,
        max_tests=allowances.max_tests,
        max_source_bytes=allowances.max_source_bytes,
        max_message_bytes=allowances.max_message_bytes,
    )


def _backend(message: capabilities_pb2.Backend) -> BackendInfo:
    walls = tuple(WallInfo(wall.name, wall.stands, wall.detail) for wall in message.walls)
    return BackendInfo(message.name, message.image_digest, walls)


def _test_kind(number: int) -> str:
    known = capabilities_pb2.TestKind.DESCRIPTOR.values_by_number.get(number)
    return known.name.removeprefix("TEST_KIND_").lower() if known else str(number)


def _execution(message: result_pb2.ExecutionResult) -> ExecutionResult:
    ending = message.WhichOneof("ending")
    checker = message.checker
    times = message.times
    compiled = times.HasField("compile_ended_at")
    return ExecutionResult(
        test_id=message.test_id,
        verdict=VERDICTS.get(message.verdict, Verdict.UNKNOWN),
        checker=f"{checker.name}@{checker.version}" if checker.name else "",
        detail=message.detail,
        exit_code=message.exit_code if ending == "exit_code" else None,
        term_signal=message.term_signal if ending == "term_signal" else None,
        killed_by=KILLERS.get(message.killed_by, KilledBy.UNKNOWN),
        stdout=Output(message.stdout.content, message.stdout.total_bytes, message.stdout.truncated),
        stderr=Output(message.stderr.content, message.stderr.total_bytes, message.stderr.truncated),
        actual=(read_value(message.actual),) if message.HasField("actual") else None,
        behaviour=message.behaviour or None,
        usage=_usage(message.usage),
        queued_at=_epoch_s(times.queued_at) if times.HasField("queued_at") else None,
        started_at=_epoch_s(times.started_at) if times.HasField("started_at") else None,
        ended_at=_epoch_s(times.ended_at) if times.HasField("ended_at") else None,
        attempts=message.attempts,
        sandbox_id=message.sandbox_id,
        backend=message.backend,
        image_digest=message.image_digest,
        compile_started_at=_epoch_s(times.compile_started_at) if compiled else None,
        compile_ended_at=_epoch_s(times.compile_ended_at) if compiled else None,
        from_cache=message.from_cache,
    )


def _cost(message: result_pb2.Cost) -> Cost:
    return Cost(
        cpu_time_s=_seconds(message.cpu_time),
        wall_time_s=_seconds(message.wall_time),
        memory_gib_seconds=message.memory_gib_seconds,
        executions=message.executions,
        executions_saved=message.executions_saved,
        cache_hits=message.cache_hits,
        verification_usd=message.verification_usd,
        generation_usd=message.generation_usd,
    )


def _usage(message: result_pb2.Usage) -> Usage:
    return Usage(_seconds(message.cpu_time), _seconds(message.wall_time), message.peak_memory_bytes)


def _seconds(message: Duration) -> float:
    return message.seconds + message.nanos / 1e9


def _epoch_s(message: Timestamp) -> float:
    return message.seconds + message.nanos / 1e9
