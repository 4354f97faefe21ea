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
from collections import deque

import pytest

from tests.support.leaks import USERS_ELSEWHERE
from tests.support.once import A_FLEETS, A_USERS

BESIDE = "beside"
# So much that the halves take about as long.
FOLDERS_BESIDE = (
    "tests/unit/",
    "tests/integration/audit/",
    "tests/integration/cli/",
)
LAST_LINES = 60
PYTEST = (sys.executable, "-m", "pytest")


def mark_what_runs_beside(items: list[pytest.Item]) -> None:
    """Mark what is in these folders, and the tests of a service that is an unprivileged user's or a fleet."""
    for item in items:
        if item.nodeid.startswith(FOLDERS_BESIDE) or any(name in item.name for name in (A_USERS, A_FLEETS)):
            item.add_marker(BESIDE)


def main() -> int:
    """Run both; what the half beside said comes after the other. Returns 0 if both did.

    Where the first failed, its last lines, which name what did, come again at the end: a log is read there.
    """
    last_lines: deque[bytes] = deque(maxlen=LAST_LINES)
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen([*PYTEST, "-m", BESIDE], stdout=said, stderr=subprocess.STDOUT) as beside,
    ):
        try:
            status = run_telling(last_lines)
        except KeyboardInterrupt:  # which all have had
            status = 130
        status_beside = beside.wait()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
    if status not in (0, 130):
        sys.stdout.buffer.write(
            b"\nThe half before this one failed. Its last lines:\n" + b"".join(last_lines)
        )
    sys.stdout.buffer.flush()
    return status or status_beside


def run_telling(last_lines: deque[bytes]) -> int:
    """Run what is not beside, tell what it says as it says it, and keep the last of it."""
    colours = ["--color=yes"] if sys.stdout.isatty() else []
    command = [*PYTEST, *colours, "-m", f"not {BESIDE}"]
    elsewhere = os.environ | {USERS_ELSEWHERE: "1"}
    with subprocess.Popen(command, env=elsewhere, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as half:
        assert half.stdout is not None
        line = b""
        while part := os.read(half.stdout.fileno(), 1 << 16):
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            *whole, line = (line + part).splitlines(keepends=True)
            last_lines.extend(whole)
        last_lines.append(line)
    return half.returncode


if __name__ == "__main__":
    sys.exit(main())
