"""Test suites for the report: how far each task's tests can be trusted, and which of them reject."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from verifierd.datasets.results import SampleResult
from verifierd.economics.outcomes import FAILED, PASSED, Outcomes, outcome_table
from verifierd.economics.suite import suite_report
from verifierd.model import SuiteReport
from verifierd.report.absent import Absent
from verifierd.report.samples import Gathered, TaskSamples

# Of outcomes a task: what fits into memory with room to spare, whatever a line says there are of tests.
MOST_OUTCOMES = 1 << 26


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
    found = [_task_suite(task) for task in gathered.sampled if _is_whole(task)]
    tasks = tuple(sorted(found, key=_weakness, reverse=True))
    return SuiteFigures(
        tasks=tasks,
        left_out=len(gathered.sampled) - len(tasks),
        tests=sum(task.tests for task in tasks),
        redundant=sum(
            task.unfailed + sum(not test.rejected_alone for test in task.report.tests) for task in tasks
        ),
    )


def _is_whole(task: TaskSamples) -> bool:
    known = bool(task.runs) and all(each.passed or each.failed_tests is not None for each in task.runs)
    return known and 0 < _tests(task) * len(task.runs) <= MOST_OUTCOMES


def _tests(task: TaskSamples) -> int:
    """Return how many tests a task has: those named, where lines count fewer."""
    return max(len(_names(task)), *(each.tests_total for each in task.runs))


def _names(task: TaskSamples) -> list[str]:
    return sorted({name for each in task.runs for name in each.failed_tests or ()})


def _weakness(task: TaskSuite) -> tuple[float, int]:
    rate = task.report.false_positive_rate
    return (-1.0 if rate is None else rate.value, task.wrong)


def _task_suite(task: TaskSamples) -> TaskSuite:
    outcomes, names = _outcomes(task)
    report = suite_report(outcomes)
    named = set(names)
    return TaskSuite(
        task_id=task.task_id,
        samples=int(outcomes.samples.sum()),
        wrong=int(outcomes.samples[outcomes.rejected].sum()),
        tests=len(outcomes.test_ids),
        unfailed=len(outcomes.test_ids) - len(names),
        report=replace(report, tests=tuple(each for each in report.tests if each.test_id in named)),
    )


def _outcomes(task: TaskSamples) -> tuple[Outcomes, list[str]]:
    """Return the table of a task, and the names of those of its tests that some sample failed."""
    names = _names(task)
    column = {name: place for place, name in enumerate(names)}
    unnamed = (f"unnamed {place}" for place in range(_tests(task) + len(names)))
    filled = [name for name in unnamed if name not in column][: _tests(task) - len(names)]
    passed = np.full((len(task.runs), _tests(task)), PASSED, dtype=np.int8)
    for row, each in enumerate(task.runs):
        if not each.passed:
            passed[row, _failed(each, column)] = FAILED
    equal = Counter(each.duplicate_of for each in task.judged if each.duplicate_of is not None)
    copies = [1 + equal[each.sample_index] for each in task.runs]
    return outcome_table(passed, copies, [*names, *filled]), names


def _failed(result: SampleResult, column: dict[str, int]) -> list[int] | slice:
    """Return the tests that a wrong sample failed: all of them, where it came to none."""
    return [column[name] for name in result.failed_tests or ()] or slice(None)
