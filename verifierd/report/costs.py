"""What checking took, for the report: CPU a sample, the tasks that took most, and money a resolved task."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verifierd.datasets.measured import verification_usd
from verifierd.datasets.results import SampleResult
from verifierd.economics.attempts import Attempt
from verifierd.economics.intervals import Floats
from verifierd.economics.prices import PriceTable
from verifierd.economics.resolved import ResolvedCost, resolved_cost
from verifierd.report.samples import Gathered, TaskSamples

HISTOGRAM_BINS = 30
TASKS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class CpuBin:
    """How many runs took from `low_s` to `high_s` of CPU; the last bin holds its upper end, too."""

    low_s: float
    high_s: float
    count: int


@dataclass(frozen=True, slots=True)
class TaskCost:
    """What the samples of one task took together, and its share of all CPU."""

    task_id: str
    cpu_time_s: float
    share: float


@dataclass(frozen=True, slots=True)
class CostFigures:
    """What checking took. A sample whose run was an equal program's took nothing.

    Attributes:
        runs: samples that ran themselves.
        saved: samples that did not, for an equal program had run.
        cpu_time_s: of all runs.
        p50_s, p95_s, p99_s: quantiles of CPU seconds a run; None without runs.
        histogram: runs by CPU, on a logarithmic axis.
        without_cpu: runs of which no CPU was measured, such as a sample without code; in no bin.
        dearest: the tasks that took most CPU.
        verification_usd: by the price table, memory as peak times wall clock time.
        generation_usd: what drawing the judged samples cost; None where some of them do not say.
        resolved: what a resolved query costs that draws samples of a task until one is right, or as many as
            every task has; None where no sample was judged.
    """

    runs: int
    saved: int
    cpu_time_s: float
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    histogram: tuple[CpuBin, ...]
    without_cpu: int
    dearest: tuple[TaskCost, ...]
    verification_usd: float
    generation_usd: float | None
    resolved: ResolvedCost | None


def cost_figures(gathered: Gathered, prices: PriceTable) -> CostFigures:
    """Return what judging these results took."""
    tasks = gathered.sampled
    times = np.array([each.cpu_time_s for task in tasks for each in task.runs])
    quantiles = np.quantile(times, (0.5, 0.95, 0.99)).tolist() if times.size else [None] * 3
    judged = [each for task in tasks for each in task.judged]
    drawn = [each.generation_usd for each in judged if each.generation_usd is not None]
    all_drawn = bool(judged) and len(drawn) == len(judged)
    attempts = [[_attempt(each, prices, all_drawn) for each in task.judged] for task in tasks]
    return CostFigures(
        runs=times.size,
        saved=len(judged) - times.size,
        cpu_time_s=float(times.sum()),
        p50_s=quantiles[0],
        p95_s=quantiles[1],
        p99_s=quantiles[2],
        histogram=cpu_histogram(times[times > 0]),
        without_cpu=int((times == 0).sum()),
        dearest=_dearest(tasks, float(times.sum())),
        verification_usd=math.fsum(each.verification_usd for of_task in attempts for each in of_task),
        generation_usd=math.fsum(drawn) if all_drawn else None,
        resolved=resolved_cost(attempts, min(map(len, attempts))) if attempts else None,
    )


def cpu_histogram(times_s: Floats) -> tuple[CpuBin, ...]:
    """Return a histogram of times above 0, of up to 30 bins of equal width on a logarithmic axis."""
    if times_s.size == 0:
        return ()
    low, high = float(times_s.min()), float(times_s.max())
    if low == high:
        return (CpuBin(low, high, times_s.size),)
    # Between ends that are nearly equal, rounding would step outside of them, and back.
    edges = np.maximum.accumulate(np.clip(np.geomspace(low, high, HISTOGRAM_BINS + 1), low, high))
    counts, _ = np.histogram(times_s, edges)
    return tuple(
        CpuBin(float(edges[place]), float(edges[place + 1]), int(count)) for place, count in enumerate(counts)
    )


def _dearest(tasks: Sequence[TaskSamples], total_s: float) -> tuple[TaskCost, ...]:
    costs = [(task.task_id, math.fsum(each.cpu_time_s for each in task.runs)) for task in tasks]
    costs.sort(key=lambda each: -each[1])
    return tuple(TaskCost(name, taken, taken / total_s) for name, taken in costs[:TASKS_SHOWN] if taken > 0)


def _attempt(result: SampleResult, prices: PriceTable, with_drawing: bool) -> Attempt:
    checked = 0.0 if result.duplicate_of is not None else verification_usd(result, prices)
    drawn = result.generation_usd if with_drawing else None
    return Attempt(drawn or 0.0, checked, result.passed)
