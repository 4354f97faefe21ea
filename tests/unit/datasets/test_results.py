"""Results come back as they were written; a line that cannot be one is named with what is wrong in it."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.datasets.fakes import execution
from verifierd.datasets.lines import line_of
from verifierd.datasets.records import InputError
from verifierd.datasets.results import SampleResult, read_results
from verifierd.datasets.task import Task

LINE: dict[str, Any] = {
    "task_id": "T/0",
    "sample_index": 0,
    "language": "python",
    "verdict": "WRONG_ANSWER",
    "passed": False,
    "tests_passed": 1,
    "tests_total": 3,
    "failed_test": "b",
    "cpu_time_s": 0.25,
    "wall_time_s": 0.5,
    "peak_memory_bytes": 4096,
    "duplicate_of": None,
    "detail": "expected 3",
}


def written(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "results.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def test_what_an_evaluation_writes_is_read_as_it_was(tmp_path: Path) -> None:
    verdicts = {"base/0": client.Verdict.ACCEPTED, "plus/0": client.Verdict.RUNTIME_ERROR}
    result = client.CandidateResult(
        candidate_id="0",
        verdict=client.Verdict.RUNTIME_ERROR,
        detail="exit code 1",
        duplicate_of="",
        executions=tuple(execution(test, verdict) for test, verdict in verdicts.items()),
        tests_passed=1,
        tests_total=2,
        usage=client.Usage(cpu_time_s=0.1234567, wall_time_s=0.25, peak_memory_bytes=4096),
    )
    problem = client.Problem(id="T/0", tests=(client.StdioTest(b"", b"", "base/0"),))
    line = line_of(Task("T/0", "problems:1", problem, "python"), 3, "python", result)
    (read,) = read_results(written(tmp_path, line))
    assert read.cluster is not None
    assert read == SampleResult(
        task_id="T/0",
        sample_index=3,
        language="python",
        verdict=client.Verdict.RUNTIME_ERROR,
        passed=False,
        tests_passed=1,
        tests_total=2,
        failed_test="plus/0",
        cpu_time_s=0.123457,
        wall_time_s=0.25,
        peak_memory_bytes=4096,
        duplicate_of=None,
        detail="exit code 1",
        groups={"base": client.Verdict.ACCEPTED, "plus": client.Verdict.RUNTIME_ERROR},
        cluster=read.cluster,
        failed_tests=("plus/0",),
    )


def test_fields_of_later_versions_are_read_where_they_are_there(tmp_path: Path) -> None:
    later = {
        "cluster": "c1",
        "failed_tests": ["b", "c"],
        "generation_usd": 0.01,
        "probability": 1,
        "program_sha256": "ab",
        "suite_sha256": "cd",
        "future": 1,
    }
    nulls = dict.fromkeys(later)
    file = written(tmp_path, LINE | later, LINE | nulls | {"sample_index": 1, "duplicate_of": 0})
    first, second = read_results(file)
    assert (first.cluster, first.failed_tests, first.generation_usd) == ("c1", ("b", "c"), 0.01)
    assert (second.cluster, second.failed_tests, second.generation_usd) == (None, None, None)
    assert (first.probability, second.probability) == (1.0, None)
    assert (first.program_sha256, first.suite_sha256) == ("ab", "cd")
    assert (second.program_sha256, second.suite_sha256) == (None, None)
    assert second.duplicate_of == 0


@pytest.mark.parametrize("verdict", client.Verdict)
def test_what_nobody_judged_is_no_failure(tmp_path: Path, verdict: client.Verdict) -> None:
    passed = verdict is client.Verdict.ACCEPTED
    (result,) = read_results(written(tmp_path, LINE | {"verdict": verdict.value, "passed": passed}))
    assert result.judged == (verdict.value not in {"SKIPPED", "CANCELLED", "INFRASTRUCTURE_ERROR"})


@pytest.mark.parametrize("key", LINE)
def test_a_missing_field_is_named_with_its_line(tmp_path: Path, key: str) -> None:
    short = {name: value for name, value in LINE.items() if name != key}
    file = written(tmp_path, LINE | {"sample_index": 9}, short)
    with pytest.raises(InputError, match=re.escape(f"{file}:2: field {key!r} is missing")):
        list(read_results(file))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cpu_time_s": float("nan")}, "'cpu_time_s' must be a number from 0 to 1e12, and is nan"),
        ({"wall_time_s": float("inf")}, "'wall_time_s' must be a number from 0 to 1e12, and is inf"),
        ({"cpu_time_s": 10**400}, "'cpu_time_s' must be a number from 0 to 1e12, and is 1000"),
        ({"cpu_time_s": True}, "'cpu_time_s' must be a number from 0 to 1e12, and is a boolean"),
        ({"generation_usd": -1}, "'generation_usd' must be a number from 0 to 1e12, and is -1"),
        ({"sample_index": 0.0}, "'sample_index' must be a whole number from 0 to 2^53, and is 0.0"),
        ({"sample_index": -1}, "'sample_index' must be a whole number from 0 to 2^53, and is -1"),
        ({"probability": 1.5}, "'probability' must be a number from 0 to 1, and is 1.5"),
        ({"probability": float("nan")}, "'probability' must be a number from 0 to 1, and is nan"),
        ({"probability": True}, "'probability' must be a number from 0 to 1, and is a boolean"),
        (
            {"passed": True, "verdict": "ACCEPTED", "failed_tests": ["b"]},
            "'failed_tests' names 'b', but the verdict is ACCEPTED",
        ),
        ({"verdict": "FINE"}, "'verdict' holds 'FINE'; allowed: UNKNOWN, ACCEPTED"),
        ({"passed": 0}, "'passed' must be a boolean, and is a number"),
        ({"passed": True}, "'passed' is true, but the verdict is WRONG_ANSWER"),
        ({"tests_passed": 4}, "'tests_passed' is 4, but there are 3 tests"),
        ({"duplicate_of": 0}, "'duplicate_of' is 0; it must name another sample"),
        ({"failed_tests": [1]}, "'failed_tests': item 0 must be a string"),
        ({"failed_test": 1}, "'failed_test' must be a string, and is a number"),
        ({"groups": []}, "'groups' must be an object, and is a list"),
        ({"groups": {"base": 1}}, "'groups': 'base' must be a string or null"),
        ({"groups": {"base": "pass"}}, "'groups' holds 'pass'; allowed: "),
    ],
)
def test_a_field_out_of_its_range_is_named_with_its_line(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    file = written(tmp_path, LINE | {"sample_index": 9}, LINE | changes)
    with pytest.raises(InputError, match=re.escape(f"{file}:2: field {words}")):
        list(read_results(file))


def test_a_sample_counts_once(tmp_path: Path) -> None:
    file = written(tmp_path, LINE, LINE | {"task_id": "T/1"}, LINE)
    with pytest.raises(InputError, match=re.escape(f"{file}:3: sample 0 of task 'T/0' occurs twice")):
        list(read_results(file))


def test_a_file_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no result in this file"):
        list(read_results(written(tmp_path)))


def test_results_come_before_the_file_is_read_to_its_end(tmp_path: Path) -> None:
    file = written(tmp_path, LINE)
    file.write_text(file.read_text() + "no result\n")
    assert len(list(islice(read_results(file), 1))) == 1
