"""What the suites of the wall wrote is counted as what it is, and what is not there is not measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.prove import boundary
from tests.prove.harness import NotMeasured
from tests.security import records
from tests.security.records import rows_of
from tests.security.table import tallies

ATTACK = {"group": "files", "attack": "links", "backend": "bubblewrap", "expected": ["ACCEPTED"]}
HACK = {"kind": "call", "program": "wrong/call/equal", "backend": "bubblewrap"}
REFUSED, ODD = "refused, 1 of 3 passed", "ACCEPTED, 3 of 3 passed"


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(records, "BUILD", tmp_path)
    return tmp_path


def left(build: Path, suite: str, *rows: dict[str, Any]) -> records.Row:
    (build / f"security-{suite}-bubblewrap.json").write_text(json.dumps(rows), "utf-8")
    return rows_of(suite)[0]


@pytest.mark.parametrize(
    ("row", "as_expected", "false_accepted", "holds"),
    [
        ({"got": ["ACCEPTED"], "host_ok": True}, True, False, True),
        ({"got": ["ACCEPTED"], "host_ok": False}, True, False, False),
        ({"got": [], "host_ok": True}, False, False, False),
        ({"got": ["WRONG_ANSWER"], "host_ok": True}, False, False, False),
        ({"got": ["ACCEPTED"], "expected": ["WRONG_ANSWER"], "host_ok": True}, False, True, False),
    ],
)
def test_an_attack_holds_by_its_verdict_and_by_the_host(
    build: Path, row: dict[str, Any], as_expected: bool, false_accepted: bool, holds: bool
) -> None:
    read = left(build, "attacks", {**ATTACK, **row})
    assert (read.as_expected, read.false_accepted, read.holds) == (as_expected, false_accepted, holds)


@pytest.mark.parametrize(
    ("expected", "got", "ok", "false_accepted", "honest_refused"),
    [
        (REFUSED, "WRONG_ANSWER, 1 of 3 passed", True, False, False),
        (REFUSED, "ACCEPTED, 3 of 3 passed", False, True, False),
        (REFUSED, "WRONG_ANSWER, 2 of 3 passed", False, True, False),
        (REFUSED, "INFRASTRUCTURE_ERROR, 0 of 3 passed", False, False, False),
        (ODD, "ACCEPTED, 3 of 3 passed", True, False, False),
        (ODD, "RUNTIME_ERROR, 0 of 3 passed", False, False, True),
    ],
)
def test_a_hack_is_falsely_accepted_by_one_test_too_many(
    build: Path, expected: str, got: str, ok: bool, false_accepted: bool, honest_refused: bool
) -> None:
    read = left(build, "hacks", {**HACK, "expected": expected, "got": got, "ok": ok})
    assert (read.false_accepted, read.honest_refused) == (false_accepted, honest_refused)


def test_programs_are_counted_by_group_and_backend(build: Path) -> None:
    good = {**ATTACK, "got": ["ACCEPTED"], "host_ok": True}
    left(build, "attacks", good, good, {**good, "group": "kernel", "host_ok": False})
    files, kernel = tallies(rows_of("attacks"))
    assert (files.programs, files.as_expected, files.host_changed, files.holds) == (2, 2, 0, True)
    assert (kernel.programs, kernel.host_changed, kernel.holds) == (1, 1, False)


def test_a_suite_or_a_test_file_that_is_not_there_is_not_measured(tmp_path: Path) -> None:
    lines = {line.what: line for line in boundary.lines(tmp_path, tmp_path)}
    for what in ("attacks, on every backend", "reward hacks, on every backend"):
        with pytest.raises(NotMeasured, match="there is no"):
            lines[what].measure()
    with pytest.raises(NotMeasured, match="there is none of"):
        lines["measurement against programs of known use"].measure()
