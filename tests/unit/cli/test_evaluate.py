"""`verifierd eval` writes one line a sample, all or none, and says pass@k."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.cli.conftest import Command, Ended
from tests.unit.datasets.fakes import FakeVerifier

TASK = {"prompt": "", "entry_point": "f", "test": "def check(f): ..."}


class Files:
    """The three files of an evaluation."""

    def __init__(self, folder: Path) -> None:
        self.problems, self.samples = folder / "p.jsonl", folder / "s.jsonl"
        self.out = folder / "out" / "results.jsonl"
        self.out.parent.mkdir()
        self.write(self.problems, *({"task_id": f"T/{n}", **TASK} for n in range(2)))
        self.write(self.samples, *({"task_id": f"T/{n % 2}", "solution": f"ACCEPTED {n}"} for n in range(20)))

    @staticmethod
    def write(file: Path, *records: dict[str, Any]) -> None:
        file.write_text("".join(json.dumps(record) + "\n" for record in records))

    def evaluate(self, command: Command, *more: str) -> Ended:
        files = ("--problems", self.problems, "--samples", self.samples, "--out", self.out)
        return command("eval", "--format", "humaneval", *files, *more)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_results_stand_in_input_order_and_pass_at_k_is_told(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    ended = files.evaluate(command, "--json")
    lines = [json.loads(line) for line in files.out.read_text().splitlines()]
    assert [(line["task_id"], line["sample_index"]) for line in lines] == [
        (f"T/{n % 2}", n // 2) for n in range(20)
    ]
    (report,) = ended.json_lines
    assert (ended.code, report["samples"], report["tasks"], report["accepted"]) == (0, 20, 2, 20)
    assert report["pass_at_k"] == {"1": 1.0, "10": 1.0, "100": None}


def test_a_person_is_told_which_k_cannot_be_told(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    ended = files.evaluate(command)
    assert "100.00%" in ended.out
    assert "some task has fewer than 100 samples" in ended.out
    assert "\x1b" not in ended.out + ended.err


def test_limits_reach_the_service(command: Command, verifier: FakeVerifier, files: Files) -> None:
    files.evaluate(command, "--cpu-time-s", "1.5", "--wall-time-s", "9", "--memory-mib", "64")
    assert verifier.problems[0].limits == client.Limits(
        cpu_time_s=1.5, wall_time_s=9.0, memory_bytes=64 << 20
    )


@pytest.mark.parametrize(
    ("which", "content", "line"),
    [
        ("samples", b'{"task_id": "T/0", "solution": "ACCEPTED"}\n{"task_id": "T/9", "solution": ""}\n', 2),
        ("samples", b'{"task_id": "T/0", "solution": "ACCEPTED"}\n{"task_id"\n', 2),
        ("samples", b'{"task_id": "T/0"}\n', 1),
        ("samples", gzip.compress(b'{"task_id": "T/0", "solution": "ACCEPTED"}\n' * 9)[:-4], 10),
        ("problems", b'{"task_id": "T/0"}\n', 1),
        ("problems", (json.dumps({"task_id": "T/0", **TASK}) + "\n").encode() * 2, 2),
    ],
)
def test_bad_input_ends_with_2_names_the_line_and_leaves_no_result(
    command: Command, verifier: FakeVerifier, files: Files, which: str, content: bytes, line: int
) -> None:
    file: Path = getattr(files, which)
    file.write_bytes(content)
    ended = files.evaluate(command)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}:{line}: ")
    assert list(files.out.parent.iterdir()) == []


def test_a_failing_service_leaves_earlier_results_alone(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    files.out.write_text("earlier\n")
    verifier.error = client.ConnectionFailed("nobody listens")
    assert files.evaluate(command).code == 3
    assert files.out.read_text() == "earlier\n"
    assert list(files.out.parent.iterdir()) == [files.out]


def test_samples_that_could_not_be_judged_make_trouble_and_no_wrong_answers(
    command: Command, verifier: FakeVerifier, files: Files
) -> None:
    Files.write(
        files.samples,
        {"task_id": "T/0", "solution": "ACCEPTED"},
        {"task_id": "T/0", "solution": "INFRASTRUCTURE_ERROR"},
    )
    ended = files.evaluate(command, "--json")
    (report,) = ended.json_lines
    assert ended.code == 3
    assert report["pass_at_k"]["1"] == 1.0
    assert report["tasks_without_samples"] == 1
