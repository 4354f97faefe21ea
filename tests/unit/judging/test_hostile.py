"""Whatever a program prints or returns, judging it costs bounded time and memory, with every checker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.judging.hostile import OUTPUTS
from verifierd.judging.checkers import CHECKERS, KIND_NAMES

REPOSITORY = Path(__file__).resolve().parents[3]
# Ten times what this takes on an idle machine; what grows with the square of the size takes hours.
ALLOWED_S = 5.0
ALLOWED_S_PER_MB = 5.0

# Each once: a file's content is judged by the checkers of what is printed.
KIND_OF = {
    checker: kind for kind, by_name in reversed(list(CHECKERS.items())) for checker in by_name.values()
}
CASES = [
    (KIND_NAMES[kind], checker.name, {"strict": "true"} if strict else {})
    for checker, kind in KIND_OF.items()
    for strict in (False, True)
    if not strict or "strict" in checker.parameters
]


def test_each_kind_of_output_has_its_hostile_ones() -> None:
    assert OUTPUTS.keys() == CHECKERS.keys()


@pytest.fixture(scope="module")
def judge() -> Iterator[subprocess.Popen[str]]:
    """The process that judges: see its module."""
    command = [sys.executable, "-m", "tests.unit.judging.hostile"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as judge:
        yield judge


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "name", "parameters"), CASES)
def test_hostile_output_takes_bounded_time_and_memory(
    judge: subprocess.Popen[str], kind: str, name: str, parameters: dict[str, str]
) -> None:
    assert judge.stdin is not None
    assert judge.stdout is not None
    print(json.dumps([kind, name, parameters]), file=judge.stdin, flush=True)
    costs = []
    while "exit_code" not in (said := json.loads(judge.stdout.readline())):
        costs.append(said)
    assert said["exit_code"] == 0
    assert len(costs) == len(OUTPUTS[next(each for each in CHECKERS if KIND_NAMES[each] == kind)])
    for cost in costs:
        assert cost["cpu_s"] < ALLOWED_S + ALLOWED_S_PER_MB * cost["size"] / 1e6, cost
