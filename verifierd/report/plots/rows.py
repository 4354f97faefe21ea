"""Plots with a row a task, or a rank a test: clusters, false positives, what tests reject."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Bbox, BboxTransformTo

from verifierd.report.clusters import TaskClusters
from verifierd.report.plots.canvas import PAPER, PERCENT, RIGHT, WRONG, legend_above
from verifierd.report.suites import TaskSuite

MOST_ROWS = 60
"""A plot has a row a task for so many tasks; of more, as many are shown, evenly from first to last."""


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
    legend_above(axes, handles)


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
    legend_above(axes)


def rows_shown(count: int) -> list[int]:
    """Return which of so many rows a plot shows: all, or `MOST_ROWS` evenly from the first to the last."""
    return [round(place) for place in np.linspace(0, count - 1, min(count, MOST_ROWS)).tolist()]


def _box(left: float, low: float, right: float, high: float) -> BboxTransformTo:
    return BboxTransformTo(Bbox.from_extents(left, low, right, high))
