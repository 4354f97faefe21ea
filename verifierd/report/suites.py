"""Test suites for the report: how far each task's tests can be trusted, and which of them reject."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifierd.datasets.suites import SuiteOutcomes, suite_outcomes
from verifierd.economics.suite import suite_report
from verifierd.model import SuiteReport
from verifierd.report.absent import Absent
from verifierd.report.samples import Gathered, TaskSamples


@dataclass(frozen=True, slots=True)
class TaskSuite:
    """What the outcomes of a task's samples say of its tests.

    Attributes:
        samples: those judged.
        wrong: those that fail a test.
        tests: how many there are.
        unfailed: tests that no sample names as failed; `report.tests` has the others alone.
        report: how far the tests can be trusted.
    """

    task_id: str
    samples: int
    wrong: int
    tests: int
    unfailed: int
    report: SuiteReport


@dataclass(frozen=True, slots=True)
class SuiteFigures:
    """The suites that can be spoken of, the weakest first.

    Attributes:
        left_out: tasks of which some sample was not run on all tests, or that have too many outcomes.
        tests: all tests of these suites.
        redundant: those that reject no sample alone: without any one of them the same samples are accepted.
    """

    tasks: tuple[TaskSuite, ...]
    left_out: int
    tests: int
    redundant: int


def suite_figures(gathered: Gathered) -> SuiteFigures | Absent:
    """Return how strong the suites are, or what is missing where no sample tells all tests that it failed."""
    if not any(each.failed_tests is not None for task in gathered.sampled for each in task.runs):
        return Absent(
            "These results do not say which tests each sample failed: run `verifierd eval` with --all-tests, "
            "so that a sample runs on after its first failed test."
        )
    told = ((task, suite_outcomes(task.judged)) for task in gathered.sampled)
    found = [_task_suite(task, outcomes) for task, outcomes in told if outcomes is not None]
    tasks = tuple(sorted(found, key=_weakness, reverse=True))
    return SuiteFigures(
        tasks=tasks,
        left_out=len(gathered.sampled) - len(tasks),
        tests=sum(task.tests for task in tasks),
        redundant=sum(
            task.unfailed + sum(not test.rejected_alone for test in task.report.tests) for task in tasks
        ),
    )


def _weakness(task: TaskSuite) -> tuple[float, int]:
    rate = task.report.false_positive_rate
    return (-1.0 if rate is None else rate.value, task.wrong)


def _task_suite(task: TaskSamples, told: SuiteOutcomes) -> TaskSuite:
    outcomes, named = told.outcomes, set(told.failed)
    report = suite_report(outcomes)
    return TaskSuite(
        task_id=task.task_id,
        samples=int(outcomes.samples.sum()),
        wrong=int(outcomes.samples[outcomes.rejected].sum()),
        tests=len(outcomes.test_ids),
        unfailed=len(outcomes.test_ids) - len(named),
        report=replace(report, tests=tuple(each for each in report.tests if each.test_id in named)),
    )
