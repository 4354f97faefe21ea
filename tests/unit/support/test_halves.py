"""The suite's halves: each test is of one of them, and a failure in either is the whole's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SUITE = """
import os, pathlib
import pytest
def run(name):
    with pathlib.Path("ran").open("a") as ran:
        ran.write(name + " ")
    if name == {unwanted!r}:
        {ends}
@pytest.mark.beside
def test_beside():
    run("beside")
def test_here():
    run("here")
"""


def run_halves(folder: Path, unwanted: str, ends: str) -> subprocess.CompletedProcess[str]:
    """Run a suite of two tests, the unwanted one of which ends in this way."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\nmarkers = beside\n")
    (folder / "test_suite.py").write_text(SUITE.format(unwanted=unwanted, ends=ends))
    return subprocess.run(
        [sys.executable, "-m", "tests.support.halves"],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("ends", ["assert False", "os.kill(os.getpid(), 9)"])
@pytest.mark.parametrize("unwanted", ["", "beside", "here"])
def test_each_test_runs_once_and_a_half_that_fails_or_dies_fails_the_whole(
    tmp_path: Path, unwanted: str, ends: str
) -> None:
    ended = run_halves(tmp_path, unwanted, ends)
    assert sorted((tmp_path / "ran").read_text().split()) == ["beside", "here"]
    assert (ended.returncode == 0) is (unwanted == ""), ended.stdout
    assert ended.stdout.count("1 passed") == (2 if unwanted == "" else 1)


def test_what_failed_in_either_half_is_named_in_the_last_lines(tmp_path: Path) -> None:
    for unwanted in ("beside", "here"):
        lines = run_halves(tmp_path, unwanted, "assert False").stdout.splitlines()
        assert any(line.startswith(f"FAILED test_suite.py::test_{unwanted}") for line in lines[-3:]), lines


def test_a_unit_test_is_of_the_half_beside(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("beside") is not None
