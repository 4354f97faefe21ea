"""All numbers of the report, from results to what the terminal, the page and `--json` show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from verifierd.datasets.results import SampleResult
from verifierd.economics.calibration import Reliability, reliability
from verifierd.economics.prices import PriceTable
from verifierd.report.absent import Absent
from verifierd.report.clusters import ClusterFigures, cluster_figures
from verifierd.report.costs import CostFigures, cost_figures
from verifierd.report.coverage import FIT_RESAMPLES, CoverageFigures, coverage_figures
from verifierd.report.samples import Failure, Gathered, gathered
from verifierd.report.suites import SuiteFigures, suite_figures

STEPS = FIT_RESAMPLES
"""How often `report_figures` calls `advance`."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """How one task fared: judged samples, how many are right, samples nobody judged, CPU of its runs."""

    task_id: str
    samples: int
    right: int
    unjudged: int
    cpu_time_s: float
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What a set of results says.

    Attributes:
        samples: results, those that nobody judged among them.
        judged: results whose verdict is the program's own.
        right: those that passed every test.
        solved: tasks that have a right sample.
        verdict_counts: of the judged, the commonest first.
        unjudged_counts: of the others: SKIPPED, CANCELLED and INFRASTRUCTURE_ERROR are no failures.
        calibration: predicted and observed shares of right samples.
        tasks: the hardest first: those with the least share of right samples.
    """

    samples: int
    judged: int
    right: int
    solved: int
    verdict_counts: dict[str, int]
    unjudged_counts: dict[str, int]
    coverage: CoverageFigures | Absent
    costs: CostFigures
    clusters: ClusterFigures | Absent
    suites: SuiteFigures | Absent
    calibration: Reliability | Absent
    tasks: tuple[TaskRow, ...]


def report_figures(
    results: Iterable[SampleResult], prices: PriceTable, advance: Callable[[], None] = lambda: None
) -> ReportFigures:
    """Return the numbers behind the report. `advance` is called at most `STEPS` times, as work is done."""
    found = gathered(results)
    judged = sum(found.verdict_counts.values())
    return ReportFigures(
        samples=judged + sum(found.unjudged_counts.values()),
        judged=judged,
        right=sum(task.right for task in found.tasks),
        solved=sum(task.right > 0 for task in found.tasks),
        verdict_counts=found.verdict_counts,
        unjudged_counts=found.unjudged_counts,
        coverage=coverage_figures(found, advance) if judged else Absent("No sample was judged."),
        costs=cost_figures(found, prices),
        clusters=cluster_figures(found),
        suites=suite_figures(found),
        calibration=_calibration(found),
        tasks=_rows(found),
    )


def figures_as_json(figures: ReportFigures) -> dict[str, Any]:
    """Return the numbers as a JSON object; what is missing is `{"absent": why}`, what is infinite is null."""
    found: dict[str, Any] = _finite(asdict(figures))
    if isinstance(figures.calibration, Reliability):
        found["calibration"]["expected_calibration_error"] = figures.calibration.expected_calibration_error
    return found


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _calibration(found: Gathered) -> Reliability | Absent:
    pairs = [
        (each.probability, each.passed)
        for task in found.sampled
        for each in task.judged
        if each.probability is not None
    ]
    if not pairs:
        return Absent(
            "No line of these results predicts whether its sample is right: write that chance, from 0 to 1, "
            "as the field `probability`."
        )
    return reliability([probability for probability, _ in pairs], [passed for _, passed in pairs])


def _rows(found: Gathered) -> tuple[TaskRow, ...]:
    rows = [
        TaskRow(
            task.task_id,
            len(task.judged),
            task.right,
            task.unjudged,
            math.fsum(each.cpu_time_s for each in task.runs),
            task.failure,
        )
        for task in found.tasks
    ]
    return tuple(sorted(rows, key=lambda row: (row.samples == 0, row.right / max(row.samples, 1))))
