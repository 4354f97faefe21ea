"""A task, its samples and their results, as an evaluation leaves them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import verifierd_client as client
from verifierd.datasets.adapter import Sample
from verifierd.datasets.keys import suite_sha256
from verifierd.datasets.results import SampleResult
from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Task
from verifierd.export.matching import JudgedSample, SampledTask

ACCEPTED, WRONG = client.Verdict.ACCEPTED, client.Verdict.WRONG_ANSWER
TESTS = tuple(client.StdioTest(f"{n}\n", f"{n}\n", f"t{n}") for n in range(3))


def a_task(task_id: str = "T/0", **changes: Any) -> Task:
    """A task with three tests and a prompt."""
    problem = client.Problem(task_id, TESTS)
    return replace(Task(task_id, "problems.jsonl:1", problem, "python", prompt="Echo."), **changes)


def sample(index: int = 0, program: str = "print(1)", task_id: str = "T/0", **fields: Any) -> Sample:
    """A sample as its file has it, a whole program where nothing else is said."""
    return Sample(task_id, index, program, "python", {"task_id": task_id, "solution": program} | fields)


def result(of: Sample, verdict: client.Verdict = ACCEPTED, **changes: Any) -> SampleResult:
    """The result of a sample, which has been run on all tests."""
    passed = verdict is ACCEPTED
    made = SampleResult(
        task_id=of.task_id,
        sample_index=of.index,
        language=of.language,
        verdict=verdict,
        passed=passed,
        tests_passed=3 if passed else 2,
        tests_total=3,
        failed_test=None if passed else "t2",
        cpu_time_s=0.1,
        wall_time_s=0.1,
        peak_memory_bytes=1,
        duplicate_of=None,
        detail="what the checker says",
        groups={},
        cluster="c0",
        failed_tests=() if passed else ("t2",),
        program_sha256=hashlib.sha256(of.program.encode()).hexdigest(),
        suite_sha256=suite_sha256(a_task(of.task_id)),
    )
    return replace(made, **changes)


def sampled(*results: SampleResult, task: Task | None = None) -> SampledTask:
    """A task whose samples have these results."""
    task = task or a_task()
    judged = tuple(JudgedSample(number, each) for number, each in enumerate(results))
    return SampledTask(task, judged, suite_sha256(task))


def held(samples: Sequence[Sample]) -> Samples:
    """The samples in their files; to be used in a `with` block."""
    found = Samples()
    found.take(samples)
    return found
