"""Whatever the form of the problems, a fault in a file ends `verifierd eval` with 2 and leaves no result."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.datasets.fakes import FakeVerifier
from verifierd.datasets.adapters import ADAPTERS

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"

ROWS_ARE_TASKS = ("taco", "eurus", "deepcoder")  # these sets have no ids, so nothing can occur twice


def cut_off(lines: list[bytes]) -> bytes:
    return gzip.compress(b"".join(lines))[:-9]


def no_json(lines: list[bytes]) -> bytes:
    return lines[0] + b'{"task_id": \n'


def no_fields(lines: list[bytes]) -> bytes:
    return lines[0] + b'{"nothing": 1}\n'


def twice(lines: list[bytes]) -> bytes:
    return lines[0] + lines[0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut_off, "the gzip data end too early"),
        (no_json, "2: not JSON"),
        (no_fields, "2: field "),
        (twice, "2: task_id "),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
@pytest.mark.parametrize("name", ADAPTERS)
def test_a_fault_in_the_problems_is_named(
    name: str,
    spoil: Callable[[list[bytes]], bytes],
    words: str,
    command: Command,
    verifier: FakeVerifier,
    tmp_path: Path,
) -> None:
    if spoil is twice and name in ROWS_ARE_TASKS:
        pytest.skip("its tasks are named by their rows")
    problems = tmp_path / "problems"
    problems.write_bytes(spoil((FORMATS / f"{name}.jsonl").read_bytes().splitlines(keepends=True)))
    out = tmp_path / "out" / "results.jsonl"
    out.parent.mkdir()
    samples = FORMATS / f"{name}.samples.jsonl"
    ended = command("eval", "--format", name, "--problems", problems, "--samples", samples, "--out", out)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {problems}:")
    assert words in ended.err
    assert (list(out.parent.iterdir()), verifier.problems) == ([], [])


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_sample_for_an_unknown_task_is_named(
    name: str, command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    samples = tmp_path / "samples"
    first = (FORMATS / f"{name}.samples.jsonl").read_text().splitlines()[0]
    samples.write_text(first + "\n" + json.dumps(json.loads(first) | {"task_id": "nobody"}) + "\n")
    out = tmp_path / "out" / "results.jsonl"
    out.parent.mkdir()
    problems = FORMATS / f"{name}.jsonl"
    ended = command("eval", "--format", name, "--problems", problems, "--samples", samples, "--out", out)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {samples}:2: task_id 'nobody' is not among the ")
    assert (list(out.parent.iterdir()), verifier.problems) == ([], [])
