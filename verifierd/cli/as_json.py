"""Results as JSON objects: what `verifierd verify --json` writes and `verifierd select` reads again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from verifierd_client import BatchSummary, CandidateResult, Cost, Problem, Role


def candidate_as_json(result: CandidateResult, problem: Problem) -> dict[str, Any]:
    """Return a candidate's result as a JSON object; outputs are left out."""
    roles = {test.id or str(place): test.role for place, test in enumerate(problem.tests)}
    return {
        "problem_id": problem.id,
        "candidate_id": result.candidate_id,
        "verdict": result.verdict.value,
        "passed": result.passed,
        "tests_passed": result.tests_passed,
        "tests_total": result.tests_total,
        "cpu_time_s": result.usage.cpu_time_s,
        "wall_time_s": result.usage.wall_time_s,
        "peak_memory_bytes": result.usage.peak_memory_bytes,
        "duplicate_of": result.duplicate_of or None,
        "nondeterministic": result.nondeterministic,
        "detail": result.detail,
        "cost": None if result.cost is None else _cost_as_json(result.cost),
        "tests": [
            {
                "test_id": execution.test_id,
                "role": roles.get(execution.test_id, Role.JUDGE).value.lower(),
                "verdict": execution.verdict.value,
                "detail": execution.detail,
                "cpu_time_s": execution.usage.cpu_time_s,
                "wall_time_s": execution.usage.wall_time_s,
                "peak_memory_bytes": execution.usage.peak_memory_bytes,
                "backend": execution.backend or None,
                "image_digest": execution.image_digest or None,
                "from_cache": execution.from_cache,
                "behaviour": execution.behaviour,
            }
            for execution in result.executions
        ],
        "probes": [
            {"probe_id": probe.probe_id, "behaviour": probe.behaviour, "failed": probe.failed}
            for probe in result.probes
        ],
    }


def summary_as_json(summary: BatchSummary) -> dict[str, Any]:
    """Return the end of a batch as a JSON object."""
    return {
        "batch_id": summary.batch_id,
        "stop_reason": summary.stop_reason.value,
        "verdict_counts": {verdict.value: count for verdict, count in summary.verdict_counts.items()},
        "clusters": [
            {
                "id": each.id,
                "verdict": each.verdict.value,
                "probability": each.probability,
                "candidate_ids": list(each.candidate_ids),
            }
            for each in summary.clusters
        ],
        "picks": [
            {
                "candidate_id": each.candidate_id,
                "rule": each.rule,
                "cluster_id": each.cluster_id,
                "probability": each.probability,
            }
            for each in summary.picks
        ],
        "none_probability": summary.none_probability,
        "suite": None if summary.suite is None else asdict(summary.suite),
        "cost": _cost_as_json(summary.cost),
    }


def _cost_as_json(cost: Cost) -> dict[str, Any]:
    return {
        "cpu_time_s": cost.cpu_time_s,
        "wall_time_s": cost.wall_time_s,
        "memory_gib_seconds": cost.memory_gib_seconds,
        "executions": cost.executions,
        "executions_saved": cost.executions_saved,
        "cache_hits": cost.cache_hits,
        "verification_usd": cost.verification_usd,
        "generation_usd": cost.generation_usd,
    }
