"""Events of a batch to messages of `verifier.v1`, in the order in which they happen."""

from __future__ import annotations

import time
from collections.abc import Callable

from verifier.v1 import result_pb2
from verifierd.api.convert.batches import digest_to_proto
from verifierd.api.convert.enums import STOP_REASON_TO_PROTO, VERDICT_TO_PROTO
from verifierd.api.convert.reports import suite_to_proto
from verifierd.api.convert.results import candidate_result_to_proto, cost_to_proto, timestamp
from verifierd.model import (
    BatchAccepted,
    BatchEvent,
    BatchFinished,
    CandidateFinished,
    Cluster,
    ClustersChanged,
    Digest,
    Pick,
    StopDecided,
)
from verifierd.model.sizes import bytes_of

HEAVY_PARTS = 1000
HEAVY_BYTES = 1 << 18


def is_heavy(event: BatchEvent) -> bool:
    """Tell whether writing an event takes longer than an event loop may be held."""
    if isinstance(event, BatchFinished | ClustersChanged):
        return sum(1 + len(each.candidate_ids) for each in event.clusters) > 4 * HEAVY_PARTS
    if not isinstance(event, CandidateFinished):
        return False
    executions = event.result.executions
    values = (each.actual[0] for each in executions if each.actual is not None)
    values_bytes = sum(bytes_of(value, HEAVY_BYTES) for value in values)
    return len(executions) + len(event.result.probes) > HEAVY_PARTS or values_bytes >= HEAVY_BYTES


class EventWriter:
    """Numbers and dates one batch's events and turns them into messages."""

    def __init__(
        self, max_bytes: int, problem_digest: Digest | None = None, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        """Bound a message to `max_bytes`; `problem_digest` is what the batch's problem goes by, if known."""
        self._max_bytes = max_bytes
        self._problem_digest = problem_digest
        self._clock_ns = clock_ns
        self._sequence = 0

    def write(self, event: BatchEvent) -> result_pb2.VerifyEvent:
        """Return the message of the next event."""
        self._sequence += 1
        return self.written(event, self._sequence, self._clock_ns())

    def written(self, event: BatchEvent, sequence: int, occurred_at_ns: int) -> result_pb2.VerifyEvent:
        """Return the message of an event that has its number and its time, in epoch nanoseconds."""
        message = result_pb2.VerifyEvent(sequence=sequence, occurred_at=timestamp(occurred_at_ns))
        match event:
            case BatchAccepted():
                message.batch_accepted.batch_id = event.batch_id
                if event.candidates_total:
                    message.batch_accepted.candidates_total = event.candidates_total
                if self._problem_digest is not None:
                    message.batch_accepted.problem_digest.CopyFrom(digest_to_proto(self._problem_digest))
            case CandidateFinished():
                result = candidate_result_to_proto(event.result, event.cost, self._max_bytes)
                if event.extracted_source is not None:
                    result.extracted_source = event.extracted_source.encode()
                message.candidate_finished.result.CopyFrom(result)
            case ClustersChanged():
                message.clusters_changed.clusters.extend(map(_cluster, event.clusters))
            case StopDecided():
                message.stop_decided.reason = STOP_REASON_TO_PROTO[event.reason]
                message.stop_decided.candidate_ids.extend(event.candidate_ids)
            case BatchFinished():
                message.batch_finished.summary.CopyFrom(summary_to_proto(event))
        return message


def summary_to_proto(event: BatchFinished) -> result_pb2.BatchSummary:
    """Return the message of a batch's end."""
    return result_pb2.BatchSummary(
        batch_id=event.batch_id,
        stop_reason=STOP_REASON_TO_PROTO[event.stop_reason],
        verdict_counts=[
            result_pb2.VerdictCount(verdict=VERDICT_TO_PROTO[verdict], count=count)
            for verdict, count in event.verdict_counts.items()
            if count
        ],
        clusters=map(_cluster, event.clusters),
        picks=map(_pick, event.picks),
        none_probability=event.none_probability,
        cost=cost_to_proto(event.cost),
        started_at=timestamp(event.started_at_ns),
        ended_at=timestamp(event.ended_at_ns),
        suite=None if event.suite is None else suite_to_proto(event.suite),
    )


def _cluster(cluster: Cluster) -> result_pb2.Cluster:
    return result_pb2.Cluster(
        id=cluster.id,
        candidate_ids=cluster.candidate_ids,
        verdict=VERDICT_TO_PROTO[cluster.verdict],
        probability=cluster.probability,
    )


def _pick(pick: Pick) -> result_pb2.Pick:
    return result_pb2.Pick(
        candidate_id=pick.candidate_id,
        rule=pick.rule,
        cluster_id=pick.cluster_id,
        probability=pick.probability,
    )
