"""`verifierd audit replay` runs a recorded program in real sandboxes, and says whether its verdict holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.test_commands import verifierd
from tests.support.entries import LIMITS, begun, execution, judged
from tests.support.filled import write
from verifier.v1 import problem_pb2
from verifierd.audit.store import StoreSettings, open_store
from verifierd.model import Verdict

PROBLEM = problem_pb2.Problem(
    id="double",
    tests=[
        problem_pb2.TestCase(id="t0", stdio=problem_pb2.StdioTest(stdin=b"2", expected_stdout=b"4")),
        problem_pb2.TestCase(id="t1", stdio=problem_pb2.StdioTest(stdin=b"3", expected_stdout=b"6")),
    ],
)
RIGHT = "print(2 * int(input()))"
FLAKY = "import random\nprint(2 * int(input()) + random.choice((0, 1)))"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A store where record 2 tells the truth, 3 does not, and 4 is of a program that varies."""
    path = tmp_path / "audit.db"
    store = open_store(StoreSettings(str(path)))
    wrong = tuple(execution(f"t{number}", Verdict.WRONG_ANSWER) for number in range(2))
    write(
        store,
        begun(problem_id="double", problem=PROBLEM.SerializeToString(), limits=LIMITS),
        judged(0, source=RIGHT),
        judged(1, source=RIGHT, verdict=Verdict.WRONG_ANSWER, executions=wrong),
        judged(2, source=FLAKY),
    )
    store.close()
    return path


def test_a_verdict_that_was_right_holds_and_one_that_was_not_does_not(database: Path) -> None:
    ended = verifierd("audit", "replay", "2", "--times", "2", "--json", "--database", database)
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["holds"], told["verdicts"]) == (0, True, {"ACCEPTED": 2})
    assert told["flake_rate"]["low"] == 0.0
    assert told["backends_now"] != []
    ended = verifierd("audit", "replay", "3.1", "--database", database)
    assert ended.returncode == 1
    assert "no" in next(line for line in ended.stdout.splitlines() if "holds" in line).split()


def test_a_flake_is_found_with_how_often_it_flakes(database: Path) -> None:
    ended = verifierd("audit", "replay", "4.0", "--times", "20", "--json", "--database", database)
    told = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert set(told["verdicts"]) == {"ACCEPTED", "WRONG_ANSWER"}
    assert 0 < told["flake_rate"]["low"] < told["flake_rate"]["value"] < told["flake_rate"]["high"] < 1
    assert told["behaviours"] >= 2
