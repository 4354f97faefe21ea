"""The end of a batch, for a person and as JSON: verdicts, clusters, picks, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.cli.output import money_text, plain, seconds_text
from verifierd.cli.words import counted, cpu_text, words
from verifierd_client import BatchSummary, CandidateResult, Cluster, Pick

CLUSTERS_SHOWN = 3


def summary_view(title: str, summary: BatchSummary) -> RenderableType:
    """Return the end of a batch as a small table."""
    cost = summary.cost
    table = Table(
        title=plain(title), title_justify="left", title_style="bold", show_header=False, expand=False
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("verdicts", counted(summary.verdict_counts))
    table.add_row("clusters", _clusters(summary.clusters))
    table.add_row("pick", _picks(summary.picks))
    table.add_row("CPU", cpu_text(cost.cpu_time_s, cost.executions, cost.executions_saved))
    memory = f"{cost.memory_gib_seconds:.3g} GiB-s"
    table.add_row(
        "cost", f"{money_text(cost.verification_usd)} ({seconds_text(cost.wall_time_s)} wall, {memory})"
    )
    return table


def candidates_view(results: Iterable[CandidateResult]) -> RenderableType:
    """Return candidates with their verdicts as a table."""
    table = Table(expand=False)
    table.add_column("candidate", overflow="fold")
    table.add_column("verdict", overflow="fold")
    table.add_column("tests", justify="right", no_wrap=True)
    table.add_column("CPU", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for result in results:
        why = f"the same program as {result.duplicate_of}" if result.duplicate_of else result.detail
        table.add_row(
            plain(result.candidate_id),
            words(result.verdict),
            f"{result.tests_passed}/{result.tests_total}",
            seconds_text(result.usage.cpu_time_s),
            plain(why),
        )
    return table


def candidate_as_json(result: CandidateResult) -> dict[str, Any]:
    """Return a candidate's result as a JSON object; outputs are left out."""
    return {
        "candidate_id": result.candidate_id,
        "verdict": result.verdict.value,
        "passed": result.passed,
        "tests_passed": result.tests_passed,
        "tests_total": result.tests_total,
        "cpu_time_s": result.usage.cpu_time_s,
        "wall_time_s": result.usage.wall_time_s,
        "peak_memory_bytes": result.usage.peak_memory_bytes,
        "duplicate_of": result.duplicate_of or None,
        "detail": result.detail,
        "tests": [
            {
                "test_id": execution.test_id,
                "verdict": execution.verdict.value,
                "detail": execution.detail,
                "cpu_time_s": execution.usage.cpu_time_s,
                "wall_time_s": execution.usage.wall_time_s,
                "peak_memory_bytes": execution.usage.peak_memory_bytes,
            }
            for execution in result.executions
        ],
    }


def summary_as_json(summary: BatchSummary) -> dict[str, Any]:
    """Return the end of a batch as a JSON object."""
    cost = summary.cost
    return {
        "batch_id": summary.batch_id,
        "stop_reason": summary.stop_reason.value,
        "verdict_counts": {verdict.value: count for verdict, count in summary.verdict_counts.items()},
        "clusters": [
            {"id": each.id, "verdict": each.verdict.value, "candidate_ids": list(each.candidate_ids)}
            for each in summary.clusters
        ],
        "picks": [
            {"candidate_id": each.candidate_id, "rule": each.rule, "cluster_id": each.cluster_id}
            for each in summary.picks
        ],
        "cost": {
            "cpu_time_s": cost.cpu_time_s,
            "wall_time_s": cost.wall_time_s,
            "memory_gib_seconds": cost.memory_gib_seconds,
            "executions": cost.executions,
            "executions_saved": cost.executions_saved,
            "cache_hits": cost.cache_hits,
            "verification_usd": cost.verification_usd,
        },
    }


def _clusters(clusters: tuple[Cluster, ...]) -> Text:
    largest = [
        Text.assemble(f"{len(cluster.candidate_ids)}x ", words(cluster.verdict))
        for cluster in clusters[:CLUSTERS_SHOWN]
    ]
    if not largest:
        return Text("none")
    kinds = "all alike" if len(clusters) == 1 else f"{len(clusters)} behaviours, the largest"
    return Text.assemble(f"{kinds}: ", Text(", ").join(largest))


def _picks(picks: tuple[Pick, ...]) -> Text:
    if not picks:
        return Text("none: nothing was accepted", style="yellow")
    return Text(", ").join(Text.assemble(plain(pick.candidate_id), f" by {pick.rule}") for pick in picks)
