"""The result of one sample as a line of the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import verifierd_client as client
from verifierd.datasets.task import Task
from verifierd.selection.grouped import CLUSTER_ID_HEX_DIGITS
from verifierd.selection.signature import signature

Line = dict[str, Any]
_NOT_RUN = frozenset({client.Verdict.SKIPPED, client.Verdict.CANCELLED, client.Verdict.INFRASTRUCTURE_ERROR})


def line_of(task: Task, index: int, language: str, result: client.CandidateResult) -> Line:
    """Return a result as what the results say of it; `duplicate_of` is left to who knows the others.

    `groups` is there where the tests come in groups (`base/0`, `plus/0`): the verdict of each, null where it
    was not run to its end.
    """
    digest = signature(result) if result.executions else None
    failed = next((each.test_id for each in result.executions if _failed(each.verdict)), None)
    line: Line = {
        "task_id": task.task_id,
        "sample_index": index,
        "language": language,
        "verdict": result.verdict.value,
        "passed": result.passed,
        "tests_passed": result.tests_passed,
        "tests_total": result.tests_total,
        "failed_test": failed,
        "cpu_time_s": round(result.usage.cpu_time_s, 6),
        "wall_time_s": round(result.usage.wall_time_s, 6),
        "peak_memory_bytes": result.usage.peak_memory_bytes,
        "duplicate_of": None,
        "detail": result.detail,
        "cluster": None if digest is None else digest.hex()[:CLUSTER_ID_HEX_DIGITS],
        "failed_tests": _failed_tests(result),
    }
    if groups := _groups(result):
        line["groups"] = groups
    return line


def unrun(task: Task, verdict: client.Verdict, detail: str) -> client.CandidateResult:
    """Return the result of a sample that nobody ran."""
    return client.CandidateResult(
        candidate_id="",
        verdict=verdict,
        detail=detail,
        duplicate_of="",
        executions=(),
        tests_passed=0,
        tests_total=len(task.problem.tests),
        usage=client.Usage(cpu_time_s=0.0, wall_time_s=0.0, peak_memory_bytes=0),
    )


def _failed_tests(result: client.CandidateResult) -> list[str] | None:
    """Return the tests that were failed; None where not all were run to their end."""
    if not result.executions or any(each.verdict in _NOT_RUN for each in result.executions):
        return None
    return [each.test_id for each in result.executions if _failed(each.verdict)]


def _failed(verdict: client.Verdict) -> bool:
    return verdict not in (client.Verdict.ACCEPTED, client.Verdict.SKIPPED)


def _groups(result: client.CandidateResult) -> Mapping[str, str | None]:
    verdicts: dict[str, list[client.Verdict]] = {}
    for execution in result.executions:
        group, slash, _ = execution.test_id.partition("/")
        if slash:
            verdicts.setdefault(group, []).append(execution.verdict)
    return {group: _of_all(each) for group, each in verdicts.items()}


def _of_all(verdicts: list[client.Verdict]) -> str | None:
    first = next(filter(_failed, verdicts), None)
    if first is not None:
        return first.value
    return None if client.Verdict.SKIPPED in verdicts else client.Verdict.ACCEPTED.value
