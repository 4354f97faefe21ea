"""Kills a daemon in the middle of a batch and looks for what outlives it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.prove.harness import NotMeasured
from tests.prove.service import VERIFIERD

SPINNING = "while True:\n    pass\n"
CANDIDATES = 16
READY_WITHIN_S = 30.0
GONE_WITHIN_S = 5.0
BUSY_CPU_S = 0.5


def survivors_of_a_killed_daemon(scratch: Path) -> tuple[int, list[str]]:
    """SIGKILL a daemon whose candidates compute: how many processes it had, and those still alive after 5 s.

    Raises:
        NotMeasured: the daemon or its batch did not get going.
    """
    problem, candidates, socket = scratch / "spin.json", scratch / "spin.jsonl", scratch / "daemon.sock"
    test = {"id": "only", "stdio": {"stdin": "", "expected_stdout": ""}}
    problem.write_text(json.dumps({"id": "spin", "limits": {"cpu_time_s": 30}, "tests": [test]}), "utf-8")
    candidates.write_text(
        "".join(
            json.dumps({"id": str(number), "language": "python", "source": f"# {number}\n{SPINNING}"}) + "\n"
            for number in range(CANDIDATES)
        ),
        "utf-8",
    )
    address = f"unix:{socket}"
    daemon = _start("serve", "--listen", address)
    client = None
    try:
        _wait_until(socket.exists, "the daemon did not listen")
        client = _start("verify", str(problem), str(candidates), "--server", address)
        tree = psutil.Process(daemon.pid)
        _wait_until(lambda: any(map(_computes, tree.children(recursive=True))), "no candidate ran")
        processes = tree.children(recursive=True)
        daemon.kill()
        daemon.wait()
        _, alive = psutil.wait_procs(processes, timeout=GONE_WITHIN_S)
        return len(processes), [_describe(process) for process in alive if not _is_zombie(process)]
    finally:
        for started in (daemon, client):
            if started is not None:
                started.kill()
                started.wait()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(VERIFIERD), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            raise NotMeasured(otherwise)
        time.sleep(0.05)


def _computes(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.cpu_times().user > BUSY_CPU_S
    return False


def _is_zombie(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def _describe(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return f"pid {process.pid}: {' '.join(process.cmdline())[:200]}"
    return f"pid {process.pid}"
