"""Samples of every published format get their verdicts, and what a format says is right is accepted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.backends import BACKENDS, serving, why_not
from verifierd.datasets.adapter import Sample, canonical_samples, read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.task import Rule, Task
from verifierd_client import AnswerTest, AssertsTest, CallTest, Verifier

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"
BACKEND = BACKENDS[0]

pytestmark = [
    pytest.mark.parametrize("name", ADAPTERS),
    pytest.mark.leaves(kind="processes", reason="the module's daemon may replace a sandbox at any time"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if reason := why_not(BACKEND):
        pytest.skip(reason)
    with serving(BACKEND) as service:
        yield service.address


@pytest.fixture(scope="module")
def offered(address: str) -> Callable[[Task, Sample], bool]:
    """Say whether the server takes a sample: its toolchain is there, for such tests and such a checker."""
    with Verifier(address) as verifier:
        capabilities = verifier.capabilities()
    languages = {each.name: each for each in capabilities.languages if each.available}

    def taken(task: Task, sample: Sample) -> bool:
        kinds = {_kind(test) for test in task.problem.tests}
        if task.problem.checker is not None and task.problem.checker.name not in capabilities.checkers:
            return False
        return sample.language in languages and kinds <= set(languages[sample.language].test_kinds)

    return taken


def _kind(test: object) -> str:
    return {AssertsTest: "asserts", CallTest: "call", AnswerTest: "answer"}.get(type(test), "stdio")


def evaluated(
    address: str, name: str, samples: Iterable[Sample], folder: Path, *more: str
) -> list[tuple[str, str]]:
    """The verdicts and details that `verifierd eval` writes about some samples of a fixture."""
    file, out = folder / "samples.jsonl", folder / "out.jsonl"
    file.write_text("".join(json.dumps(_as_line(sample)) + "\n" for sample in samples))
    files = ("--problems", FORMATS / f"{name}.jsonl", "--samples", file, "--out", out)
    command = [*("eval", "--server", address, "--format", name), *map(str, files), *more]
    ended = subprocess.run(
        [sys.executable, "-m", "verifierd", *command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    return [(line["verdict"], line["detail"]) for line in lines]


def _as_line(sample: Sample) -> dict[str, Any]:
    return {"task_id": sample.task_id, "solution": sample.program, "language": sample.language}


@pytest.mark.parametrize("strict", [False, True], ids=["as-published", "strict"])
def test_samples_get_the_verdicts_that_they_must(
    name: str, strict: bool, address: str, offered: Callable[[Task, Sample], bool], tmp_path: Path
) -> None:
    """A sample may also have a `strict_verdict`, which it gets with --strict."""
    tasks = ADAPTERS[name].read_tasks(FORMATS / f"{name}.jsonl", Rule(strict))
    file = FORMATS / f"{name}.samples.jsonl"
    stated = [json.loads(line) for line in file.read_text().splitlines()]
    taken = [
        (sample, each)
        for sample, each in zip(read_samples(file, tasks), stated, strict=True)
        if offered(tasks[sample.task_id], sample)
    ]
    if not taken:
        pytest.skip("no toolchain for any of the samples")
    found = evaluated(
        address, name, [sample for sample, _ in taken], tmp_path, *(["--strict"] if strict else [])
    )
    expected = [
        each.get("strict_verdict", each["expected_verdict"]) if strict else each["expected_verdict"]
        for _, each in taken
    ]
    assert [verdict for verdict, _ in found] == expected, found


def test_what_the_dataset_says_is_right_is_accepted(
    name: str, address: str, offered: Callable[[Task, Sample], bool], tmp_path: Path
) -> None:
    tasks = ADAPTERS[name].read_tasks(FORMATS / f"{name}.jsonl", Rule())
    samples = [
        sample
        for sample in canonical_samples(tasks)
        if offered(tasks[sample.task_id], sample) and not tasks[sample.task_id].unjudgeable
    ]
    if not samples:
        pytest.skip("it publishes no solutions, or their toolchains are absent")
    assert evaluated(address, name, samples, tmp_path) == [("ACCEPTED", "")] * len(samples)
