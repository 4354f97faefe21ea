"""Results put together with the samples that they are of, and nothing else: a doubt is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from verifierd.datasets.keys import suite_sha256
from verifierd.datasets.records import InputError
from verifierd.datasets.results import SampleResult
from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Task

AS_EVALUATED = (
    "give the problems, the samples, --format, --strict, --languages and --limit that `verifierd eval` was "
    "given for these results"
)


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """One sample: its number among the samples, and what became of it."""

    number: int
    result: SampleResult


@dataclass(frozen=True, slots=True)
class SampledTask:
    """A task with its samples, in their order, and the digest of its suite, None where it has none."""

    task: Task
    samples: tuple[JudgedSample, ...]
    suite_sha256: str | None

    @property
    def judged(self) -> list[SampleResult]:
        """Return the results whose verdict is the program's own."""
        return [each.result for each in self.samples if each.result.judged]

    @property
    def accepted(self) -> list[JudgedSample]:
        """Return the samples that passed every test."""
        return [each for each in self.samples if each.result.passed]


def matched(
    results: Iterable[SampleResult], file: Path, samples: Samples, tasks: Mapping[str, Task]
) -> list[SampledTask]:
    """Return every task that has samples, in the order of the samples; details of the results are not kept.

    A result is of the sample with its task, its place among the samples of that and the same program, judged
    by the same tests.

    Args:
        results: of one evaluation.
        file: that they are read from, to name it.
        samples: all that were evaluated.
        tasks: those of the samples by id.

    Raises:
        InputError: a result says no digest of its program, or is of no sample here, of another program or of
            other tests; or a sample has no result. And what reading the results raises.
    """
    suites = {task_id: suite_sha256(tasks[task_id]) for task_id in samples.of_task}
    numbers = {
        (task_id, samples.index(number)): number
        for task_id, of_task in samples.of_task.items()
        for number in of_task
    }
    found: dict[int, SampleResult] = {}
    for result in results:
        number = numbers.get((result.task_id, result.sample_index))
        if number is None:
            raise _error(file, result, f"is not among the samples; {AS_EVALUATED}")
        _check(file, result, samples, number, suites[result.task_id])
        found[number] = replace(result, detail="")
    for (task_id, index), number in numbers.items():
        if number not in found:
            where = f"sample {index} of task {task_id!r} has no result here"
            raise InputError(file, None, f"{where}; judge it too, or {AS_EVALUATED}")
    return [
        SampledTask(
            tasks[task_id], tuple(JudgedSample(number, found[number]) for number in of_task), suites[task_id]
        )
        for task_id, of_task in samples.of_task.items()
    ]


def _check(file: Path, result: SampleResult, samples: Samples, number: int, suite: str | None) -> None:
    if result.program_sha256 is None:
        raise _error(
            file,
            result,
            "has no `program_sha256`, so that nobody can tell which program it is the result of; judge the "
            "samples again: `verifierd eval --out` writes it",
        )
    is_equal = result.program_sha256 == samples.program_sha256(number)
    if not is_equal or result.language != samples.language(number):
        raise _error(file, result, f"is the result of another program than the samples have; {AS_EVALUATED}")
    if result.suite_sha256 != suite:
        raise _error(file, result, f"was judged by other tests than the problems have; {AS_EVALUATED}")


def _error(file: Path, result: SampleResult, what: str) -> InputError:
    return InputError(file, None, f"sample {result.sample_index} of task {result.task_id!r} {what}")
