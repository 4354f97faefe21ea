"""A result is of the sample that it was judged for, or the export ends with what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import verifierd_client as client
from tests.unit.export.scene import WRONG, a_task, held, result, sample
from verifierd.datasets.adapter import Sample
from verifierd.datasets.records import InputError
from verifierd.datasets.results import SampleResult
from verifierd.datasets.task import Task
from verifierd.export.matching import SampledTask, matched

FILE = Path("results.jsonl")
SAMPLES = [sample(0, "one"), sample(0, "other", "T/1"), sample(1, "two")]


def match(
    results: Sequence[SampleResult], samples: Sequence[Sample] = SAMPLES, task: Task | None = None
) -> list[SampledTask]:
    tasks = {task_id: a_task(task_id) for task_id in ("T/0", "T/1")} | ({task.task_id: task} if task else {})
    with held(samples) as found:
        return matched(results, FILE, found, tasks)


def test_each_sample_has_its_own_result_whatever_the_order_of_the_results() -> None:
    results = [result(each) for each in SAMPLES]
    for order in (results, results[::-1]):
        first, second = match(order)
        assert [each.number for each in first.samples] == [0, 2]
        assert [each.result.program_sha256 for each in first.samples] == [
            results[0].program_sha256,
            results[2].program_sha256,
        ]
        assert (second.task.task_id, [each.number for each in second.samples]) == ("T/1", [1])


def test_judged_are_those_whose_verdict_is_the_program_s_own() -> None:
    unjudged = result(SAMPLES[2], client.Verdict.INFRASTRUCTURE_ERROR)
    first, second = match([result(SAMPLES[0], WRONG), result(SAMPLES[1]), unjudged])
    assert ([each.sample_index for each in first.judged], first.accepted) == ([0], [])
    assert [each.number for each in second.accepted] == [1]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (
            [result(replace(SAMPLES[0], program="another")), result(SAMPLES[1]), result(SAMPLES[2])],
            "sample 0 of task 'T/0' is the result of another program",
        ),
        (
            [result(SAMPLES[2], sample_index=0), result(SAMPLES[1]), result(SAMPLES[0], sample_index=1)],
            "sample 0 of task 'T/0' is the result of another program",
        ),
        (
            [result(SAMPLES[0], language="pypy"), result(SAMPLES[1]), result(SAMPLES[2])],
            "sample 0 of task 'T/0' is the result of another program",
        ),
        ([*map(result, SAMPLES), result(sample(2))], "sample 2 of task 'T/0' is not among the samples"),
        ([*map(result, SAMPLES), result(sample(0, "x", "T/9"))], "of task 'T/9' is not among the samples"),
        ([result(SAMPLES[0]), result(SAMPLES[1])], "sample 1 of task 'T/0' has no result here"),
        (
            [result(SAMPLES[0], program_sha256=None), result(SAMPLES[1]), result(SAMPLES[2])],
            "sample 0 of task 'T/0' has no `program_sha256`",
        ),
        (
            [result(SAMPLES[0], suite_sha256="0" * 64), result(SAMPLES[1]), result(SAMPLES[2])],
            "sample 0 of task 'T/0' was judged by other tests",
        ),
    ],
    ids=["program", "swapped", "language", "too many", "task", "too few", "no digest", "suite"],
)
def test_what_does_not_fit_is_named(results: list[SampleResult], words: str) -> None:
    with pytest.raises(InputError) as raised:
        match(results)
    assert str(raised.value).startswith(f"{FILE}: ")
    assert words in str(raised.value)


def test_results_of_a_problem_whose_tests_or_checker_were_changed_are_refused() -> None:
    results = [result(each) for each in SAMPLES]
    problem = a_task().problem
    for changed in (
        replace(problem, tests=problem.tests[:2]),
        replace(problem, checker=client.Checker("float")),
    ):
        with pytest.raises(InputError, match="was judged by other tests"):
            match(results, task=a_task(problem=changed))
    in_other_time = replace(problem, limits=client.Limits(cpu_time_s=9.0))
    assert match(results, task=a_task(problem=in_other_time))
