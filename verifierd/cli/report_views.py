"""The report in the terminal: the figures in short, coverage as a plot of characters, the hardest tasks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.cli.output import money_text, plain, seconds_text
from verifierd.cli.words import counted, plural
from verifierd.economics.calibration import Reliability
from verifierd.economics.resolved import ResolvedCost
from verifierd.model import Estimate
from verifierd.report.clusters import ClusterFigures
from verifierd.report.costs import CostFigures
from verifierd.report.coverage import CoverageFigures, CoveragePoint
from verifierd.report.figures import ReportFigures, TaskRow
from verifierd.report.suites import SuiteFigures
from verifierd_client import Verdict

TASKS_SHOWN = 10
PLOT_CHARS = 41


def report_views(figures: ReportFigures, results: str, html: Path | None) -> Iterator[RenderableType]:
    """Yield what the terminal shows of a report."""
    yield _summary(figures, results, html)
    if isinstance(figures.coverage, CoverageFigures):
        yield _coverage(figures.coverage)
    yield _hardest(figures.tasks)


def interval_line(estimate: Estimate, chars: int = PLOT_CHARS) -> str:
    """Return a share and its interval on a line from 0 to 1, such as `   (--o----)   `."""
    low, value, high = (round(each * (chars - 1)) for each in (estimate.low, estimate.value, estimate.high))
    line = [" "] * chars
    line[low : high + 1] = "-" * (high + 1 - low)
    line[low], line[high], line[value] = "(", ")", "o"
    return "".join(line)


def _summary(figures: ReportFigures, results: str, html: Path | None) -> RenderableType:
    table = Table(
        title=plain(results), title_justify="left", title_style="bold", show_header=False, expand=False
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("samples", f"{figures.samples} of {plural(len(figures.tasks), 'task')}")
    table.add_row("verdicts", _counted(figures.verdict_counts))
    if figures.unjudged_counts:
        table.add_row(
            "not judged", _counted(figures.unjudged_counts).append(": in none of the figures below")
        )
    table.add_row("solved", f"{figures.solved} of {plural(len(figures.tasks), 'task')} by some sample")
    _add_pass_at_k(table, figures)
    _add_costs(table, figures.costs)
    table.add_row("clusters", _clusters(figures))
    table.add_row("tests", _suites(figures))
    table.add_row("calibration", _calibration(figures))
    if html is not None:
        table.add_row("page", plain(str(html)))
    return table


def _counted(counts: dict[str, int]) -> Text:
    return counted({Verdict(name): count for name, count in counts.items()})


def _add_pass_at_k(table: Table, figures: ReportFigures) -> None:
    if not isinstance(figures.coverage, CoverageFigures):
        table.add_row("pass@k", figures.coverage.absent)
        return
    for point in figures.coverage.table:
        table.add_row(f"pass@{point.k}", _share(point.coverage))


def _add_costs(table: Table, costs: CostFigures) -> None:
    saved = f", {plural(costs.saved, 'more run')} saved" if costs.saved else ""
    table.add_row("CPU", f"{seconds_text(costs.cpu_time_s)} in {plural(costs.runs, 'run')}{saved}")
    if costs.p50_s is not None and costs.p95_s is not None and costs.p99_s is not None:
        quantiles = (("p50", costs.p50_s), ("p95", costs.p95_s), ("p99", costs.p99_s))
        table.add_row("", "a run: " + ", ".join(f"{name} {seconds_text(time)}" for name, time in quantiles))
    drawing = "" if costs.generation_usd is None else f", {money_text(costs.generation_usd)} for drawing"
    table.add_row("cost", f"{money_text(costs.verification_usd)} for checking{drawing}")
    if costs.resolved is not None:
        table.add_row("", _resolved(costs.resolved))


def _resolved(cost: ResolvedCost) -> str:
    mean, quantiles = cost.mean_usd, (cost.p50_usd, cost.p95_usd, cost.p99_usd)
    if mean is None:
        return "no query is resolved, whatever is paid"
    high = money_text(mean.high) if math.isfinite(mean.high) else "any sum"
    named = zip(("p50", "p95", "p99"), quantiles, strict=True)
    parts = [f"{name} {money_text(usd)}" for name, usd in named if usd is not None]
    head = f"a resolved query: {money_text(mean.value)} ({money_text(mean.low)} to {high})"
    return ", ".join([head, *parts])


def _clusters(figures: ReportFigures) -> str:
    found = figures.clusters
    if not isinstance(found, ClusterFigures):
        return found.absent
    return (
        f"the largest is right in {found.plurality_right} of {plural(len(found.tasks), 'task')}; "
        f"{found.solvable} have a right sample"
    )


def _suites(figures: ReportFigures) -> str:
    found = figures.suites
    if not isinstance(found, SuiteFigures):
        return found.absent
    return f"{found.redundant} of {found.tests} reject no sample alone"


def _calibration(figures: ReportFigures) -> str:
    found = figures.calibration
    if not isinstance(found, Reliability):
        return found.absent
    return f"expected error {found.expected_calibration_error:.3f} over {plural(found.count, 'prediction')}"


def _coverage(figures: CoverageFigures) -> RenderableType:
    table = Table(title="coverage", title_justify="left", title_style="bold", expand=False)
    table.add_column("k", justify="right", no_wrap=True)
    table.add_column("tasks solved", no_wrap=True)
    table.add_column("0%".ljust(PLOT_CHARS - 4) + "100%", no_wrap=True)
    for point in figures.rounds:
        _add_point(table, point, "")
    for point in figures.beyond:
        _add_point(table, point, "dim")
    table.caption = f"beyond {figures.samples}: expected, by how hard these tasks are"
    table.caption_justify = "left"
    return table


def _add_point(table: Table, point: CoveragePoint, style: str) -> None:
    table.add_row(str(point.k), _share(point.coverage), interval_line(point.coverage), style=style)


def _hardest(tasks: tuple[TaskRow, ...]) -> RenderableType:
    table = Table(title="the hardest tasks", title_justify="left", title_style="bold", expand=False)
    table.add_column("task", overflow="fold")
    table.add_column("right", justify="right", no_wrap=True)
    table.add_column("CPU", justify="right", no_wrap=True)
    table.add_column("commonest failure", overflow="fold")
    judged = [task for task in tasks if task.samples]
    for task in judged[:TASKS_SHOWN]:
        table.add_row(
            plain(task.task_id), f"{task.right}/{task.samples}", seconds_text(task.cpu_time_s), _why(task)
        )
    if len(judged) > TASKS_SHOWN:
        table.caption = f"and {plural(len(judged) - TASKS_SHOWN, 'more task')}"
        table.caption_justify = "left"
    return table


def _why(task: TaskRow) -> Text:
    if task.failure is None:
        return Text("none")
    failed = _counted({task.failure.verdict: task.failure.count})
    return (
        failed
        if task.failure.test is None
        else failed.append(", test ").append_text(plain(task.failure.test))
    )


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"
