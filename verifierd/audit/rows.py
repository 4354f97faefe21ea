"""What an entry puts into each table that records are found by. Pure: verifying makes the same rows again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from verifierd.audit.bodies import BlobName, Part, time_of
from verifierd.audit.entries import (
    BatchAbandoned,
    BatchBegun,
    BatchEnded,
    BatchStarted,
    CancelAsked,
    CandidateJudged,
    Entry,
    HoldChanged,
)
from verifierd.audit.schema import BATCHES, CANDIDATES, EXECUTIONS, EXECUTIONS_OF_A_RECORD, MAX_NUMBER
from verifierd.model import ExecutionResult

Row = dict[str, Any]
Names = Mapping[Part, BlobName]
QUEUED, RUNNING, FINISHED, ABANDONED = "queued", "running", "finished", "abandoned"
ENDED = frozenset({FINISHED, ABANDONED})


def batch_row(sequence: int, entry: BatchBegun, names: Names) -> Row:
    """Return the row of a batch that begins with the record `sequence`."""
    row = {
        "id": entry.batch_id,
        "sequence": sequence,
        "request_id": entry.request_id,
        "request_sha256": entry.request_sha256,
        "tenant": entry.asker.tenant,
        "requested_by": entry.asker.requested_by,
        "trace_id": entry.asker.trace_id,
        "is_durable": entry.is_durable,
        "is_held": False,
        "state": QUEUED if entry.is_durable else RUNNING,
        "cancel_reason": None,
        "problem_id": entry.problem_id,
        "problem_sha256": entry.problem_sha256,
        "labels": dict(entry.labels),
        "candidates_total": entry.candidates_total,
        "candidates_finished": 0,
        "verdict_counts": {},
        "submitted_at_ns": entry.submitted_at_ns,
        "deadline_at_ns": entry.deadline_at_ns,
        "started_at_ns": None,
        "ended_at_ns": None,
        "stop_reason": None,
        "money_usd": None,
        "cpu_time_ns": None,
        "request_blob": _sha256(names, Part.REQUEST),
        "problem_blob": _sha256(names, Part.PROBLEM),
        "last_event_sequence": 0,
        "front_end": entry.front_end,
    }
    return _fitting(BATCHES, row)


def changes(batch: Mapping[str, Any], entry: Entry) -> Row:
    """Return what an entry changes in the row of its batch, as that stands before it."""
    match entry:
        case BatchStarted():
            taken: Row = {"front_end": entry.front_end}
            if batch["state"] == QUEUED:
                taken |= {"state": RUNNING, "started_at_ns": entry.occurred_at_ns}
            return _fitting(BATCHES, taken)
        case CandidateJudged():
            counts = dict(batch["verdict_counts"])
            verdict = entry.result.verdict.name
            counts[verdict] = counts.get(verdict, 0) + 1
            return {
                "state": RUNNING if batch["state"] == QUEUED else batch["state"],
                "candidates_finished": batch["candidates_finished"] + 1,
                "verdict_counts": counts,
                "last_event_sequence": max(batch["last_event_sequence"], entry.event_sequence),
            }
        case BatchEnded():
            event = entry.event
            return _fitting(
                BATCHES,
                {
                    "state": FINISHED,
                    "candidates_total": batch["candidates_total"] or sum(event.verdict_counts.values()),
                    "started_at_ns": event.started_at_ns,
                    "ended_at_ns": event.ended_at_ns,
                    "stop_reason": event.stop_reason,
                    "money_usd": event.cost.money_usd,
                    "cpu_time_ns": event.cost.cpu_time_ns,
                    "request_blob": None,
                    "last_event_sequence": max(batch["last_event_sequence"], entry.event_sequence),
                },
            )
        case BatchAbandoned():
            return {"state": ABANDONED, "ended_at_ns": entry.occurred_at_ns, "request_blob": None}
        case CancelAsked() if batch["cancel_reason"] is None:
            return _fitting(BATCHES, {"cancel_reason": entry.reason})
        case HoldChanged():
            return {"is_held": entry.is_held}
        case _:
            return {}


def candidate_row(sequence: int, entry: CandidateJudged, names: Names) -> Row:
    """Return the row of a candidate whose verdict is the record `sequence`."""
    result = entry.result
    row = {
        "sequence": sequence,
        "batch_id": entry.batch_id,
        "position": entry.position,
        "candidate_id": entry.candidate.id,
        "event_sequence": entry.event_sequence,
        "language": entry.candidate.language,
        "program_sha256": entry.program_sha256,
        "verdict": result.verdict.name,
        "duplicate_of": result.duplicate_of,
        "tests_passed": result.tests_passed,
        "tests_total": result.tests_total,
        "cpu_time_ns": result.cpu_time_ns,
        "wall_time_ns": result.wall_time_ns,
        "peak_memory_bytes": result.peak_memory_bytes,
        "money_usd": entry.cost.money_usd,
        "source_blob": _sha256(names, Part.SOURCE),
        "outputs_blob": _sha256(names, Part.OUTPUTS),
        "recorded_at_ns": time_of(entry),
    }
    return _fitting(CANDIDATES, row)


def execution_rows(sequence: int, entry: CandidateJudged, problem_id: str) -> list[Row]:
    """Return the rows of a candidate's executions. A duplicate has none: nothing was run for it."""
    if entry.result.duplicate_of:
        return []
    shared = {
        "batch_id": entry.batch_id,
        "problem_id": problem_id,
        "candidate_id": entry.candidate.id,
        "language": entry.candidate.language,
        "worker_id": entry.worker_id,
        "recorded_at_ns": time_of(entry),
    }
    shared = _fitting(EXECUTIONS, shared)
    first = sequence * EXECUTIONS_OF_A_RECORD
    return [
        shared | _of_execution(first + place, execution)
        for place, execution in enumerate(entry.result.executions)
    ]


def _of_execution(number: int, execution: ExecutionResult) -> Row:
    row = {
        "id": number,
        "test_id": execution.test_id,
        "verdict": execution.verdict.name,
        "cpu_time_ns": execution.cpu_time_ns,
        "wall_time_ns": execution.wall_time_ns,
        "peak_memory_bytes": execution.peak_memory_bytes,
        "queued_ns": max(0, execution.started_at_ns - execution.queued_at_ns)
        if execution.queued_at_ns
        else 0,
        "sandbox_id": execution.sandbox_id,
        "backend": execution.backend,
    }
    return _fitting(EXECUTIONS, row)


def _sha256(names: Names, part: Part) -> str | None:
    return names[part].sha256 if part in names else None


def _fitting(table: sa.Table, row: Row) -> Row:
    """Return a row with its texts and numbers as every database takes them: the record has them whole."""
    lengths = _lengths(table)
    for name, value in row.items():
        if type(value) is str:
            if not value.isascii() or "\0" in value:
                value = value.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
            row[name] = value[: lengths[name]]
        elif type(value) is int and not -MAX_NUMBER <= value <= MAX_NUMBER:
            row[name] = max(-MAX_NUMBER, min(value, MAX_NUMBER))
    return row


@cache
def _lengths(table: sa.Table) -> Mapping[str, int | None]:
    """Return how many characters each column takes, None where there is no bound."""
    return {column.name: getattr(column.type, "length", None) for column in table.c}
