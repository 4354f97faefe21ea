"""Whatever a field of a problem holds, `verifierd eval` names it, ends with 2 and leaves no result."""

from __future__ import annotations

import base64
import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.datasets.fakes import FakeVerifier

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"


class RunsACommand:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("exit 1",)


def packed(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled, 9)).decode()


def problems_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FORMATS / f"{name}.jsonl").read_text().splitlines()]


HOSTILE: dict[str, tuple[str, dict[str, Any], str]] = {
    "a pickle that wants a command": (
        "livecodebench",
        {"private_test_cases": packed(pickle.dumps(RunsACommand()))},
        ".system (opcode STACK_GLOBAL)",
    ),
    "a pickle that wants a list": (
        "livecodebench",
        {"private_test_cases": packed(pickle.dumps(["1"]))},
        "its pickle must hold one string, and wants something else (opcode EMPTY_LIST)",
    ),
    "a bomb": (
        "livecodebench",
        {"private_test_cases": packed(b"0" * (257 << 20))},
        "its zlib data unpack to more than 268435456 bytes",
    ),
    "no base64": ("livecodebench", {"private_test_cases": "?"}, "it is not base64"),
    "no JSON in a field": ("apps", {"input_output": "{'inputs': []}"}, "must hold JSON as text"),
    "lists of different lengths": (
        "taco",
        {"input_output": '{"inputs": ["1"], "outputs": []}'},
        "there are 1 inputs, but 0 outputs",
    ),
    "a time limit of words": ("codecontests", {"time_limit": "soon"}, "must be seconds and nanos or null"),
    "no test cases": ("synthetic1", {"verification_info": '{"language": "python"}'}, "a list of test cases"),
}


@pytest.mark.parametrize(("name", "changed", "what"), HOSTILE.values(), ids=HOSTILE)
def test_a_problem_that_cannot_be_used_is_named(
    name: str, changed: dict[str, Any], what: str, command: Command, verifier: FakeVerifier, tmp_path: Path
) -> None:
    problems, out = tmp_path / "p.jsonl", tmp_path / "out" / "results.jsonl"
    out.parent.mkdir()
    first, *_ = problems_of(name)
    problems.write_text("\n" + json.dumps(first | changed) + "\n")
    samples = FORMATS / f"{name}.samples.jsonl"
    ended = command("eval", "--format", name, "--problems", problems, "--samples", samples, "--out", out)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {problems}:2: field ")
    assert what in ended.err
    assert list(out.parent.iterdir()) == []
    assert verifier.problems == []
