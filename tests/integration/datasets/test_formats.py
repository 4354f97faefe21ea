"""Samples of every published format get their verdicts, and what a format says is right is accepted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.adapter import canonical_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.task import Rule

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"

pytestmark = pytest.mark.parametrize("name", ADAPTERS)


def evaluated(name: str, samples: Path, out: Path, *more: str) -> list[dict[str, Any]]:
    """The lines that `verifierd eval` writes about samples of a fixture."""
    files = ("--problems", FORMATS / f"{name}.jsonl", "--samples", samples, "--out", out)
    command = [sys.executable, "-m", "verifierd", "eval", "--format", name, *map(str, files), *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_samples_get_the_verdicts_that_they_must(name: str, tmp_path: Path) -> None:
    """A sample may also have a `strict_verdict`, which it gets with --strict."""
    file = FORMATS / f"{name}.samples.jsonl"
    samples = [json.loads(line) for line in file.read_text().splitlines()]
    for strict in (False, True):
        lines = evaluated(name, file, tmp_path / "out.jsonl", *(["--strict"] if strict else []))
        expected = [
            each.get("strict_verdict", each["expected_verdict"]) if strict else each["expected_verdict"]
            for each in samples
        ]
        found = [(each["verdict"], each["detail"]) for each in lines]
        assert [verdict for verdict, _ in found] == expected, found


def test_what_the_dataset_says_is_right_is_accepted(name: str, tmp_path: Path) -> None:
    tasks = ADAPTERS[name].read_tasks(FORMATS / f"{name}.jsonl", Rule())
    samples = tmp_path / "canonical.jsonl"
    samples.write_text(
        "".join(
            json.dumps({"task_id": each.task_id, "solution": each.program, "language": each.language}) + "\n"
            for each in canonical_samples(tasks)
        )
    )
    lines = evaluated(name, samples, tmp_path / "out.jsonl")
    assert [(each["task_id"], each["verdict"], each["detail"]) for each in lines] == [
        (each["task_id"], "ACCEPTED", "") for each in lines
    ]
