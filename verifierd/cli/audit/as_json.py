"""Rows and records of the store as JSON objects."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from verifierd.audit.entries import BatchBegun, BatchEnded, CandidateJudged
from verifierd.audit.exporting import bytes_as_json, rfc3339, value_as_json
from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow
from verifierd.audit.plain import to_plain
from verifierd.audit.recorded import ReadRecord
from verifierd.cli.audit.texts import SECOND_NS
from verifierd.model import ExecutionResult

_OUTPUTS = frozenset({"stdout", "stderr", "actual"})


def row_as_json(row: BatchRow | CandidateRow | ExecutionRow) -> dict[str, Any]:
    """Return a row: times as RFC 3339 has them, durations in seconds, verdicts by their names."""
    form: dict[str, Any] = {"id": row.name} if isinstance(row, ExecutionRow) else {}
    if isinstance(row, CandidateRow):
        form = {"record": row.sequence}
    for name, value in asdict(row).items():
        if name in form or name in {"source_blob", "outputs_blob"}:
            continue
        if name.endswith("_at_ns"):
            form[name.removesuffix("_ns")] = None if value is None else rfc3339(value)
        elif name.endswith("_ns"):
            form[name.removesuffix("_ns") + "_s"] = None if value is None else value / SECOND_NS
        elif name == "verdict":
            form[name] = value.name
        elif name == "verdict_counts":
            form[name] = {verdict.name: count for verdict, count in value.items()}
        else:
            form[name] = value
    return form


def batch_as_json(row: BatchRow, begun: BatchBegun, ended: BatchEnded | None) -> dict[str, Any]:
    """Return a batch with what was asked of it and how it ended; the latter as the record has it."""
    return {
        **row_as_json(row),
        "limits": to_plain(begun.limits, {}),
        "options": to_plain(begun.options, {}),
        "selection": to_plain(begun.selection, {}),
        "summary": None if ended is None else to_plain(ended.event, {}),
    }


def candidate_as_json(row: CandidateRow, record: ReadRecord, judged: CandidateJudged) -> dict[str, Any]:
    """Return a candidate with its program and executions; each as the record has it."""
    return {
        **row_as_json(row),
        "source": judged.candidate.source,
        "detail": judged.result.detail,
        "cost": to_plain(judged.cost, {}),
        "redactions": judged.redactions,
        "executions": [
            {**to_plain(each, {ExecutionResult: _OUTPUTS}), **outputs_as_json(each)}
            for each in judged.result.executions
        ],
        "previous_hash": record.previous_hash.hex(),
        "hash": record.hash.hex(),
        "lost": [words for _, words in record.lost],
    }


def outputs_as_json(result: ExecutionResult) -> dict[str, Any]:
    """Return what an execution wrote and returned."""
    return {
        "stdout": bytes_as_json(result.stdout),
        "stderr": bytes_as_json(result.stderr),
        "actual": value_as_json(result.actual),
    }
