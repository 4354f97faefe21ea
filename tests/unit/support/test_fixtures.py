"""The suite's own fixtures fail a test that leaves something behind or holds the loop."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
CONFTEST = "from tests.conftest import *  # noqa: F403\nfrom tests.conftest import _adopting_orphans"


def run_suite(folder: Path, kind: str, test: str) -> str:
    """Run one test in a suite of its own under the fixtures of this one; returns pytest's words."""
    (folder / "suite" / kind).mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "suite" / kind / "test_planted.py").write_text(test, "utf-8")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), "suite"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.stdout + finished.stderr


LEAVES_A_FILE = "import tempfile\ndef test_leaves():\n    tempfile.mkstemp(prefix='planted')\n"
HOLDS_THE_LOOP = "import pytest, time\n@pytest.mark.anyio\nasync def test_holds():\n    time.sleep(0.4)\n"


def test_a_test_of_the_whole_that_leaves_a_file_fails(tmp_path: Path) -> None:
    told = run_suite(tmp_path, "integration", LEAVES_A_FILE)
    assert "left behind on the host: {'files': [" in told
    assert "1 passed, 1 error" in told


def test_a_unit_test_is_not_asked_about_the_host(tmp_path: Path) -> None:
    assert "1 passed in" in run_suite(tmp_path, "unit", LEAVES_A_FILE)


def test_a_test_in_which_something_else_holds_the_loop_fails(tmp_path: Path) -> None:
    told = run_suite(tmp_path, "unit", HOLDS_THE_LOOP)
    assert "the event loop was held longer than 0.25 s" in told
    assert "test_holds" in told
