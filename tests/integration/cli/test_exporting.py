"""From samples to traces with real sandboxes: `eval` judges, `export traces` keeps what passed, each once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.records import read_records

STATEMENT = "Read n. Print 1 + 2 + … + n."
INPUTS = [1, 2, 3, 7, 10, 50]
LOOP = "n = int(input())\ntotal = 0\nfor i in range(n):\n    total += i + 1\nprint(total)\n"
RIGHT = [
    "n = int(input())\nprint(n * (n + 1) // 2)\n",
    "n = int(input())  # Gauss\n\nprint(n*(n+1)//2)\n",
    LOOP,
    "print(sum(range(int(input()) + 1)))\n",
]
DECIMAL = "n = int(input())\nprint(n * (n + 1) / 2)\n"  # prints 3.0, which the set's checker takes for 3
WRONG = [
    "n = int(input())\nprint(n * n)\n",
    "print(1)\n",
    "print(min(int(input()), 6) * 4)\n",
    "print(int(input()) + 1)\n",
    "raise SystemExit(1)\n",
    "print(sum(range(int(input()))))\n",
    "n = int(input())\nprint(n * (n + 1) // 2 if n < 9 else n)\n",
]


def verifierd(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verifierd", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def written(file: Path, *records: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """What both commands are given, after an evaluation: problem 1 has tests, problem 2 a single one."""
    folder = tmp_path_factory.mktemp("evaluated")
    suites = {1: INPUTS, 2: [1]}
    problems = written(
        folder / "problems.jsonl",
        *(
            {
                "problem_id": problem,
                "question": STATEMENT,
                "input_output": json.dumps(
                    {
                        "inputs": [f"{n}\n" for n in inputs],
                        "outputs": [f"{n * (n + 1) // 2}\n" for n in inputs],
                    }
                ),
            }
            for problem, inputs in suites.items()
        ),
    )
    samples = written(
        folder / "samples.jsonl",
        *(
            {"task_id": str(problem), "completion": program, "model": "m", "temperature": 0.8}
            for problem in suites
            for program in [*WRONG, DECIMAL, *RIGHT]
        ),
    )
    files = ("--format", "apps", "--problems", problems, "--samples", samples)
    ended = verifierd("eval", *files, "--all-tests", "--strict", "--out", folder / "results.jsonl")
    assert ended.returncode == 0, ended.stderr
    return (folder / "results.jsonl", *files, "--strict")


def test_traces_are_what_passed_each_program_once_with_the_strength_of_its_suite(
    evaluated: tuple[str | Path, ...], tmp_path: Path
) -> None:
    out = tmp_path / "traces.jsonl"
    ended = verifierd("export", "traces", *evaluated, "--out", out, "--per-problem", "9", "--json")
    assert ended.returncode == 0, ended.stderr
    rows = [dict(record.fields) for record in read_records(out)]
    strong, weak = ([row for row in rows if row["task_id"] == problem] for problem in ("1", "2"))
    assert [row["completion"] for row in strong] == [RIGHT[0], DECIMAL, *RIGHT[2:]]
    assert [row["cluster"]["samples"] for row in strong] == [4, 1, 4, 4]
    assert {row["prompt"] for row in rows} == {STATEMENT}
    assert {row["completion"] for row in weak} > {RIGHT[0], WRONG[0]}, "one test lets wrong ones pass"
    for row in strong:
        assert (row["verdict"], row["tests_passed"], row["tests_total"]) == ("ACCEPTED", 6, 6)
        assert row["problem"] == {"samples": 12, "correct": 5, "pass_rate": 5 / 12}
        rate = row["suite"]["false_positive_rate"]
        assert 0 <= rate["low"] <= rate["value"] <= rate["high"] < 1
        assert json.loads(row["provenance"]["sample_fields"]) == {"model": "m", "temperature": 0.8}
    assert {row["suite"]["false_positive_rate"] for row in weak} == {None}
    report = json.loads(ended.stdout)
    assert report["accepted"] == len(rows) + report["dropped"]["same_program"]


def test_of_a_trusted_suite_each_behaviour_is_one_trace_in_parquet(
    evaluated: tuple[str | Path, ...], tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    out = tmp_path / "traces.parquet"
    trusted = ("--max-false-positives", "0.9", "--distinct", "behaviour", "--out-style", "messages")
    ended = verifierd("export", "traces", *evaluated, "--out", out, *trusted)
    assert ended.returncode == 0, ended.stderr
    assert "strength of the tests unknown" in " ".join(ended.stdout.split())
    rows = [record.fields for record in read_records(out)]
    assert [row["messages"] for row in rows] == [
        [{"role": "user", "content": STATEMENT}, {"role": "assistant", "content": program}]
        for program in (RIGHT[0], DECIMAL)
    ]
    for row in rows:
        assert (row["task_id"], row["suite"]["checker"], row["suite"]["tests"]) == ("1", "apps", 6)


def test_results_are_of_their_own_samples_and_rule_alone(
    evaluated: tuple[str | Path, ...], tmp_path: Path
) -> None:
    out, other = tmp_path / "traces.jsonl", tmp_path / "samples.jsonl"
    without_strict = verifierd("export", "traces", *evaluated[:-1], "--out", out)
    assert (without_strict.returncode, "judged by other tests" in without_strict.stderr) == (2, True)
    lines = Path(evaluated[-2]).read_text("utf-8").splitlines(keepends=True)
    other.write_text("".join(reversed(lines)), "utf-8")
    ended = verifierd("export", "traces", *evaluated[:-2], other, "--strict", "--out", out)
    assert (ended.returncode, "another program than the samples have" in ended.stderr) == (2, True)
    assert not out.exists()
