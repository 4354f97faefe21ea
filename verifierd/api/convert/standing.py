"""Durable batches to messages of `verifier.v1`: what was asked for, how far it is, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.batches import digest_to_proto
from verifierd.api.convert.enums import VERDICT_TO_PROTO
from verifierd.api.convert.events import summary_to_proto
from verifierd.api.convert.results import duration, timestamp
from verifierd.audit.entries import BatchBegun
from verifierd.durable.standing import Standing
from verifierd.model import BatchOptions, Digest, SelectionSpec

STATE_TO_PROTO: Mapping[str, wire.BatchState.ValueType] = {
    "queued": wire.BATCH_STATE_QUEUED,
    "running": wire.BATCH_STATE_RUNNING,
    "finished": wire.BATCH_STATE_FINISHED,
    "abandoned": wire.BATCH_STATE_FINISHED,
}


def batch_to_proto(standing: Standing, *, with_clusters: bool = True) -> wire.Batch:
    """Return the message of a durable batch as it stands."""
    row, begun = standing.row, standing.begun
    event = None if standing.end is None else standing.end.event
    if event is not None and not with_clusters:
        event = replace(event, clusters=())
    return wire.Batch(
        id=row.id,
        request_id=row.request_id,
        state=STATE_TO_PROTO[row.state],
        problem_id=row.problem_id,
        problem_digest=digest_to_proto(problem_digest_of(standing)),
        options=None if begun is None else options_to_proto(begun),
        selection=None if begun is None else _selection(begun.selection),
        labels=row.labels,
        tenant=row.tenant,
        candidates_total=row.candidates_total,
        candidates_finished=row.candidates_finished,
        verdict_counts=[
            result_pb2.VerdictCount(verdict=VERDICT_TO_PROTO[verdict], count=count)
            for verdict, count in row.verdict_counts.items()
        ],
        submitted_at=timestamp(row.submitted_at_ns),
        started_at=timestamp(row.started_at_ns or 0),
        summary=None if event is None else summary_to_proto(event),
        last_sequence=standing.last_sequence,
        cancel_reason=row.cancel_reason,
    )


def problem_digest_of(standing: Standing) -> Digest:
    """Return what a batch's problem goes by; of no size where its record cannot be read."""
    begun = standing.begun
    return Digest(standing.row.problem_sha256, 0 if begun is None else begun.problem_size_bytes)


def options_to_proto(begun: BatchBegun) -> batch_pb2.BatchOptions:
    """Return the message of what was wished of a batch; its time counts from when it was accepted."""
    options = begun.options
    return batch_pb2.BatchOptions(
        stop_at_first_failure=options.stop_at_first_failure,
        stop_when=[*_stop_rules(options), *_time_budget(begun)],
        output_detail=batch_pb2.OUTPUT_DETAIL_FULL
        if options.include_outputs
        else batch_pb2.OUTPUT_DETAIL_NONE,
        fresh=options.fresh,
    )


def _stop_rules(options: BatchOptions) -> list[batch_pb2.StopRule]:
    rule = batch_pb2.StopRule
    rules = []
    if options.stop_after_accepted:
        rules.append(rule(accepted_count=rule.AcceptedCount(count=options.stop_after_accepted)))
    if options.cpu_budget_ns:
        rules.append(rule(cpu_budget=rule.CpuBudget(cpu_time=duration(options.cpu_budget_ns))))
    if options.money_budget_usd:
        rules.append(rule(money_budget=rule.MoneyBudget(usd=options.money_budget_usd)))
    if options.confidence:
        rules.append(rule(confidence=rule.Confidence(probability=options.confidence)))
    if options.lead_tail:
        rules.append(rule(lead=rule.Lead(tail_probability=options.lead_tail)))
    if options.usd_per_resolved:
        rules.append(rule(marginal_value=rule.MarginalValue(usd_per_resolved=options.usd_per_resolved)))
    return rules


def _time_budget(begun: BatchBegun) -> list[batch_pb2.StopRule]:
    if begun.deadline_at_ns is None:
        return []
    rule, left_ns = batch_pb2.StopRule, max(0, begun.deadline_at_ns - begun.submitted_at_ns)
    return [rule(time_budget=rule.TimeBudget(wall_time=duration(left_ns)))]


def _selection(selection: SelectionSpec) -> batch_pb2.SelectionSpec:
    return batch_pb2.SelectionSpec(rule=selection.rule, picks=selection.picks, params=selection.params)
