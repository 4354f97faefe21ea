"""Plots of shares and costs: coverage, CPU, how hard the tasks are, reliability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from verifierd.economics.calibration import Reliability
from verifierd.economics.power_law import PowerLaw
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
    legend_above,
    seconds,
)

Draw = Callable[[Axes], None]


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
    legend_above(axes)


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
