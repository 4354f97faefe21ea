"""Whatever a program prints or returns, judging it costs bounded time and memory, with every checker."""

from __future__ import annotations

import json
import subprocess
import sys
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


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "name", "parameters"), CASES)
def test_hostile_output_takes_bounded_time_and_memory(
    kind: str, name: str, parameters: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "tests.unit.judging.hostile", kind, name, json.dumps(parameters)]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    costs = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(costs) == len(OUTPUTS[next(each for each in CHECKERS if KIND_NAMES[each] == kind)])
    for cost in costs:
        assert cost["cpu_s"] < ALLOWED_S + ALLOWED_S_PER_MB * cost["size"] / 1e6, cost
