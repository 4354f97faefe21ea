"""The service as a user meets it: its command line, its daemon, and a machine that is busy beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.prove.humaneval import Evaluation

VERIFIERD = Path(sys.executable).with_name("verifierd")
ANSWERED = {0, 1, 3}
EVAL_LIMIT_S = 1800.0
BUSY_AT_MOST_S = 900
BUSY_LOOPS_PER_CORE = 2


class CommandFailed(Exception):
    """A command of the service ended otherwise than it should."""


def verifierd(*arguments: str, limit_s: float, temp_dir: Path | None = None) -> str:
    """Run `verifierd` with its temporary files in `temp_dir`, if given. Returns its standard output.

    Raises:
        CommandFailed: it could not do what was asked. Verdicts that are not ACCEPTED, or that the
            service could not reach, are answers too.
    """
    finished = subprocess.run(
        [str(VERIFIERD), *arguments],
        env=os.environ | ({"TMPDIR": str(temp_dir)} if temp_dir else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    if finished.returncode not in ANSWERED or not finished.stdout:
        tail = (finished.stderr.strip() or finished.stdout.strip())[-400:]
        raise CommandFailed(f"verifierd {arguments[0]} ended with {finished.returncode}: {tail}")
    return finished.stdout


def evaluate(files: Evaluation, cpu_limit_s: int = 3) -> list[dict[str, Any]]:
    """Judge the samples with an embedded daemon under this CPU limit and 1 GiB. One record a sample."""
    results = files.samples.with_suffix(".results")
    results.unlink(missing_ok=True)
    verifierd(
        *("eval", "--format", "humaneval", "--problems", str(files.problems)),
        *("--samples", str(files.samples), "--out", str(results)),
        *("--cpu-time-s", str(cpu_limit_s), "--memory-mib", "1024"),
        limit_s=EVAL_LIMIT_S,
    )
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()]


@contextmanager
def busy_machine() -> Iterator[None]:
    """Two busy loops per core while the context lasts; each ends by itself should this process be killed."""
    loop = f"import time\nend = time.monotonic() + {BUSY_AT_MOST_S}\nwhile time.monotonic() < end: pass"
    cores = len(os.sched_getaffinity(0))
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(BUSY_LOOPS_PER_CORE * cores)]
    try:
        yield
    finally:
        for busy in loops:
            busy.kill()
            busy.wait()
