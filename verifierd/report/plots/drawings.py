"""What each plot of the report shows, drawn from its numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox, BboxTransformTo

from verifierd.economics.calibration import Reliability
from verifierd.economics.power_law import PowerLaw
from verifierd.report.clusters import TaskClusters
from verifierd.report.costs import CostFigures
from verifierd.report.coverage import CoverageFigures, CoveragePoint
from verifierd.report.figures import TaskRow
from verifierd.report.plots.canvas import (
    COUNT,
    MUTED,
    PAPER,
    PERCENT,
    RIGHT,
    SECONDS,
    WRONG,
    seconds,
)
from verifierd.report.suites import TaskSuite

Draw = Callable[[Axes], None]
MOST_ROWS = 80
"""A plot has a row a task for so many tasks; of more, as many are shown, evenly from first to last."""


def draw_coverage(axes: Axes, figures: CoverageFigures) -> None:
    """Draw pass@k over k with its band, what lies beyond the samples dashed, and the power law."""
    last = figures.measured[-1]
    _line_with_band(axes, figures.measured, "-", 0.20, "measured")
    _line_with_band(axes, (last, *figures.beyond), "--", 0.10, "expected")
    if figures.law is not None:
        _draw_law(axes, figures.law, figures.beyond[-1].k)
    axes.axvline(figures.samples, color=MUTED, linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(COUNT)
    axes.xaxis.set_minor_formatter("")
    axes.yaxis.set_major_formatter(PERCENT)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("k, samples a task")
    axes.set_ylabel("coverage: tasks solved")
    _legend_above(axes)


def draw_cpu(axes: Axes, figures: CostFigures) -> None:
    """Draw how many runs took how much CPU, the quantiles marked."""
    bins = figures.histogram
    lows, highs = np.array([each.low_s for each in bins]), np.array([each.high_s for each in bins])
    if len(bins) == 1:
        lows, highs = lows / 1.1, highs * 1.1
    axes.bar(
        lows,
        [each.count for each in bins],
        highs - lows,
        align="edge",
        color=RIGHT,
        edgecolor=PAPER,
        linewidth=0.5,
    )
    most = max(each.count for each in bins)
    marks = (("p50", figures.p50_s, "-"), ("p95", figures.p95_s, "--"), ("p99", figures.p99_s, ":"))
    for place, (name, time_s, style) in enumerate(marks):
        if time_s:
            height = most * (1.24 - 0.09 * place)
            axes.vlines(time_s, 0, height + 0.04 * most, color=WRONG, linewidth=1.4, linestyle=style)
            axes.annotate(
                f"{name} {seconds(time_s)}",
                (time_s, height),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
            )
    axes.set_ylim(0, most * 1.32)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(SECONDS)
    axes.xaxis.set_minor_formatter("")
    axes.margins(x=0.12)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(COUNT)
    axes.set_xlabel("CPU of a run")
    axes.set_ylabel("runs")


def draw_clusters(axes: Axes, tasks: tuple[TaskClusters, ...]) -> None:
    """Draw each task as a row of its clusters, the largest first, right ones in another colour."""
    shown = [tasks[place] for place in rows_shown(len(tasks))]
    # One shape a colour: a set of some thousand clusters would be a page of megabytes.
    shapes: dict[bool, list[Path]] = {True: [], False: []}
    for row, task in enumerate(shown):
        whole = sum(each.size for each in task.clusters)
        ends = np.cumsum([0, *(each.size for each in task.clusters)]) / whole
        for each, left, right in zip(task.clusters, ends, ends[1:], strict=False):
            piece = Path.unit_rectangle().transformed(_box(left, row - 0.41, right, row + 0.41))
            shapes[each.first_is_right].append(piece)
    for is_right, pieces in shapes.items():
        if pieces:
            shape = Path.make_compound_path(*pieces)
            axes.add_patch(
                PathPatch(shape, facecolor=RIGHT if is_right else WRONG, edgecolor=PAPER, linewidth=0.4)
            )
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(PERCENT)
    axes.set_xlabel("share of the task's samples")
    axes.set_ylabel("tasks")
    handles = [Patch(color=RIGHT, label="right"), Patch(color=WRONG, label="wrong")]
    _legend_above(axes, handles)


def draw_reliability(axes: Axes, figures: Reliability, said: str, seen: str) -> None:
    """Draw observed over predicted share, bin by bin, with intervals, counts and the diagonal."""
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--")
    for each in figures.bins:
        middle = (each.low + each.high) / 2
        if each.observed is None or each.predicted is None:
            continue
        axes.bar(middle, each.observed.value, (each.high - each.low) * 0.9, color=RIGHT, alpha=0.25)
        axes.plot([each.predicted] * 2, [each.observed.low, each.observed.high], color=RIGHT, linewidth=1.5)
        axes.plot(each.predicted, each.observed.value, "o", color=RIGHT, markersize=4)
        axes.annotate(f"{each.count:,}", (middle, 1.05), ha="center", va="center", fontsize=7.5, color=MUTED)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.1)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.xaxis.set_major_formatter(PERCENT)
    axes.yaxis.set_major_formatter(PERCENT)
    axes.set_xlabel(said)
    axes.set_ylabel(seen)


def draw_false_positives(axes: Axes, tasks: tuple[TaskSuite, ...]) -> None:
    """Draw each suite's share of wrong programs that it accepts, with its interval, the weakest first."""
    every = (each.report.false_positive_rate for each in tasks)
    rates = [rate for rate in every if rate is not None]
    shown = [rates[place] for place in rows_shown(len(rates))]
    for row, rate in enumerate(shown):
        axes.plot([rate.low, rate.high], [row, row], color=WRONG, linewidth=1.4, alpha=0.6)
        axes.plot(rate.value, row, "o", color=WRONG, markersize=3.5)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(PERCENT)
    axes.set_xlabel("wrong programs that the tests accept")
    axes.set_ylabel("tasks")


def draw_tests(axes: Axes, tasks: tuple[TaskSuite, ...]) -> None:
    """Draw of every test the share of its task's wrong samples that it rejects, and rejects alone."""
    shares = [
        (test.rejected / task.wrong, test.rejected_alone / task.wrong)
        for task in tasks
        for test in task.report.tests
        if task.wrong
    ]
    unfailed = sum(task.unfailed for task in tasks)
    rejected, alone = (np.sort(np.array(each))[::-1] for each in zip(*shares, strict=True))
    rank = np.arange(1, rejected.size + unfailed + 1) / (rejected.size + unfailed)
    zeros = np.zeros(unfailed)
    axes.plot(rank, np.append(rejected, zeros), color=RIGHT, linewidth=1.6, label="rejected by it")
    axes.plot(rank, np.append(alone, zeros), color=WRONG, linewidth=1.6, linestyle="--", label="by it alone")
    axes.fill_between(rank, 0, np.append(alone, zeros), color=WRONG, alpha=0.15, linewidth=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(PERCENT)
    axes.yaxis.set_major_formatter(PERCENT)
    axes.set_xlabel("tests, those that reject most first")
    axes.set_ylabel("wrong samples of the task")
    _legend_above(axes)


def draw_difficulty(axes: Axes, tasks: tuple[TaskRow, ...]) -> None:
    """Draw how many tasks have which share of right samples; those without any stand apart."""
    shares = np.array([task.right / task.samples for task in tasks if task.samples])
    counts, edges = np.histogram(shares[shares > 0], np.linspace(0, 1, 11))
    axes.bar(edges[:-1], counts, 0.1, align="edge", color=RIGHT, edgecolor=PAPER, linewidth=0.5)
    axes.bar(-0.1, int((shares == 0).sum()), 0.1, align="edge", color=WRONG, edgecolor=PAPER, linewidth=0.5)
    axes.set_xlim(-0.14, 1.02)
    axes.set_xticks(
        [-0.05, *np.linspace(0.2, 1, 5)], ["none", *(f"{share:.0%}" for share in np.linspace(0.2, 1, 5))]
    )
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(COUNT)
    axes.set_xlabel("right samples of a task")
    axes.set_ylabel("tasks")


def rows_shown(count: int) -> list[int]:
    """Return which of so many rows a plot shows: all, or `MOST_ROWS` evenly from the first to the last."""
    return [round(place) for place in np.linspace(0, count - 1, min(count, MOST_ROWS)).tolist()]


def _box(left: float, low: float, right: float, high: float) -> BboxTransformTo:
    return BboxTransformTo(Bbox.from_extents(left, low, right, high))


def _legend_above(axes: Axes, handles: list[Patch] | None = None) -> None:
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)


def _line_with_band(
    axes: Axes, points: tuple[CoveragePoint, ...], style: str, strength: float, label: str
) -> None:
    ks = [each.k for each in points]
    axes.fill_between(
        ks,
        [each.coverage.low for each in points],
        [each.coverage.high for each in points],
        color=RIGHT,
        alpha=strength,
        linewidth=0,
    )
    values = [each.coverage.value for each in points]
    marker = "o" if len(points) == 1 else ""
    axes.plot(ks, values, style, color=RIGHT, linewidth=1.8, label=label, marker=marker)


def _draw_law(axes: Axes, law: PowerLaw, up_to: int) -> None:
    ks = np.unique(np.geomspace(1, up_to, 60).round().astype(int))
    axes.plot(
        ks, [law.pass_at(int(k)) for k in ks], color=WRONG, linewidth=1.2, linestyle=":", label="power law"
    )
