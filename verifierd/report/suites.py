"""Test suites for the report: how far each task's tests can be trusted, and which of them reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifierd.datasets.results import SampleResult
from verifierd.model import SuiteReport, TestSignal
from verifierd.report.absent import Absent
from verifierd.report.samples import Gathered, TaskSamples


@dataclass(frozen=True, slots=True)
class TaskSuite:
    """What the outcomes of a task's distinct programs say of its tests.

    `unfailed` counts the tests that no program failed: results do not name them, and `report.tests` has the
    others alone.
    """

    task_id: str
    programs: int
    wrong: int
    tests: int
    unfailed: int
    report: SuiteReport


@dataclass(frozen=True, slots=True)
class SuiteFigures:
    """The suites that can be spoken of, the weakest first.

    Attributes:
        left_out: tasks of which some sample was not run on all tests.
        tests: all tests of these suites.
        redundant: those that reject no program alone: without any one of them the verdicts stay.
    """

    tasks: tuple[TaskSuite, ...]
    left_out: int
    tests: int
    redundant: int


def suite_figures(gathered: Gathered) -> SuiteFigures | Absent:
    """Return how strong the suites are, or what is missing where no task's samples were run on all tests."""
    whole = [task for task in gathered.sampled if all(_ran_on_all(each) for each in task.runs) and task.runs]
    if not any(each.failed_tests is not None for task in whole for each in task.runs):
        return Absent(
            "These results do not say which tests each sample failed: run `verifierd eval` with --all-tests, "
            "so that a sample runs on after its first failed test."
        )
    tasks = tuple(sorted(map(_task_suite, whole), key=_weakness, reverse=True))
    return SuiteFigures(
        tasks=tasks,
        left_out=len(gathered.sampled) - len(tasks),
        tests=sum(task.tests for task in tasks),
        redundant=sum(
            task.unfailed + sum(not test.rejected_alone for test in task.report.tests) for task in tasks
        ),
    )


def _ran_on_all(result: SampleResult) -> bool:
    return result.passed or result.failed_tests is not None


def _weakness(task: TaskSuite) -> tuple[float, int]:
    rate = task.report.false_positive_rate
    return (-1.0 if rate is None else rate.value, task.wrong)


def _task_suite(task: TaskSamples) -> TaskSuite:
    failed = [frozenset(each.failed_tests or ()) for each in task.runs]
    names = sorted(set().union(*failed))
    tests = max(len(names), *(each.tests_total for each in task.runs))
    passed = np.ones((len(failed), tests), dtype=np.int8)
    column = {name: place for place, name in enumerate(names)}
    for row, each in enumerate(failed):
        passed[row, [column[name] for name in each]] = 0
    return TaskSuite(
        task_id=task.task_id,
        programs=len(failed),
        wrong=sum(map(bool, failed)),
        tests=tests,
        unfailed=tests - len(names),
        report=_report(passed, names),
    )


def _report(passed: npt.NDArray[np.int8], names: Sequence[str]) -> SuiteReport:
    rejects = passed[:, : len(names)] == 0
    alone = rejects[rejects.sum(axis=1) == 1].sum(axis=0)
    signals = [
        TestSignal(name, int(rejected), int(by_itself))
        for name, rejected, by_itself in zip(names, rejects.sum(axis=0), alone, strict=True)
    ]
    signals.sort(key=lambda each: (-each.rejected, -each.rejected_alone))
    return SuiteReport(None, None, None, None, tuple(signals), "")
