"""The suite in two halves that run side by side: `python -m tests.support.halves`, which `make test` calls.

A test on real sandboxes mostly waits, and computes on one core: for a limit to be met, a sandbox to be made
anew, a daemon to end. The halves share no daemon and no folder. Daemons of an unprivileged user are all of
one half: the first that starts makes the user's control groups, the last that ends removes them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from tests.support.leaks import USERS_ELSEWHERE

BESIDE = "beside"
# So much that the halves take about as long.
FOLDERS_BESIDE = ("tests/unit/", "tests/integration/cli/", "tests/integration/datasets/")
PYTEST = (sys.executable, "-m", "pytest")


def mark_what_runs_beside(items: list[pytest.Item]) -> None:
    """Mark what is in these folders, and the tests of a service that is an unprivileged user's."""
    for item in items:
        if item.nodeid.startswith(FOLDERS_BESIDE) or "[bubblewrap-user" in item.name:
            item.add_marker(BESIDE)


def main() -> int:
    """Run both; what the half beside said comes after the other. Returns 0 if both did."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen([*PYTEST, "-m", BESIDE], stdout=said, stderr=subprocess.STDOUT) as beside,
    ):
        try:
            elsewhere = os.environ | {USERS_ELSEWHERE: "1"}
            status = subprocess.call([*PYTEST, "-m", f"not {BESIDE}"], env=elsewhere)
        except KeyboardInterrupt:  # which both have had
            status = 130
        status_beside = beside.wait()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return status or status_beside


if __name__ == "__main__":
    sys.exit(main())
