"""One client machine of 64 processes with 16 threads each, against one daemon that is killed in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.prove.crowd_member import THREADS
from tests.prove.harness import Figure, NotMeasured
from tests.prove.service import VERIFIERD

PROCESSES = 64
ROUNDS = ("before", "while the daemon is killed and started again", "after")
LIMIT_S = 600.0
KILLED_AFTER_S = 2.0
FREE_BYTES = 8 << 30
GROWN_FDS = 2
"""Descriptors that a process may have more after than before: a connection that is being closed."""


@dataclass(frozen=True, slots=True)
class _Reports:
    """What all processes said after one round."""

    wrong: list[str]
    fds: list[int]


def crowd(scratch: Path) -> Figure:
    """Measure the rounds of the crowd. Raises NotMeasured."""
    if psutil.virtual_memory().available < FREE_BYTES:
        raise NotMeasured(f"64 client processes need {FREE_BYTES >> 30} GiB of free memory")
    address = f"unix:{scratch}/crowd.sock"
    began = time.monotonic()
    with ExitStack() as ends:
        daemon = ends.enter_context(_daemon(address, scratch))
        members = [ends.enter_context(_member(address, seed)) for seed in range(PROCESSES)]
        reports = [_round(members)]
        _ask(members)
        time.sleep(KILLED_AFTER_S)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        second = ends.enter_context(_daemon(address, scratch))
        reports.append(_answers(members))
        daemon_fds = _open_fds(second.pid)
        reports.append(_round(members))
        daemon_grown = _open_fds(second.pid) - daemon_fds
    wrong = [each for report in reports for each in report.wrong]
    grown = max(last - first for first, last in zip(reports[0].fds, reports[-1].fds, strict=True))
    verdicts = len(ROUNDS) * PROCESSES * THREADS * 2
    took_s = time.monotonic() - began
    return Figure(
        f"{verdicts - 2 * len(wrong)} of {verdicts} verdicts as they must be; {grown} more descriptors in a "
        f"client at most, {daemon_grown} in the daemon; {took_s:.0f} s",
        holds=not wrong and grown <= GROWN_FDS and daemon_grown <= GROWN_FDS,
        facts={"wrong": wrong[:20], "fds": [report.fds for report in reports], "took_s": took_s},
    )


@contextmanager
def _daemon(address: str, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (scratch / "crowd.log").open("ab") as log:
        daemon = subprocess.Popen(
            [str(VERIFIERD), "serve", "--json", "--listen", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert daemon.stdout is not None
        said = json.loads(daemon.stdout.readline() or b"{}")
        if "listening" not in said:
            raise NotMeasured(f"no daemon: {said}")
        yield daemon
    finally:
        daemon.terminate()
        daemon.wait()


@contextmanager
def _member(address: str, seed: int) -> Iterator[subprocess.Popen[str]]:
    member = subprocess.Popen(
        [sys.executable, "-m", "tests.prove.crowd_member", address, str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield member
    finally:
        member.kill()
        member.communicate()


def _round(members: list[subprocess.Popen[str]]) -> _Reports:
    _ask(members)
    return _answers(members)


def _ask(members: list[subprocess.Popen[str]]) -> None:
    for member in members:
        assert member.stdin is not None
        member.stdin.write("round\n")
        member.stdin.flush()


def _answers(members: list[subprocess.Popen[str]]) -> _Reports:
    """Return what all said; one that says nothing within `LIMIT_S` is killed, as a deadlock."""
    deadline = time.monotonic() + LIMIT_S
    said: list[dict[str, Any]] = []
    for member in members:
        alarm = max(1, round(deadline - time.monotonic()))
        said.append(_line(member, alarm))
    return _Reports([each for report in said for each in report["wrong"]], [each["fds"] for each in said])


def _line(member: subprocess.Popen[str], limit_s: int) -> dict[str, Any]:
    assert member.stdout is not None

    def stuck(number: int, frame: object) -> None:
        raise TimeoutError(f"a client process said nothing for {limit_s} s: a deadlock")

    before = signal.signal(signal.SIGALRM, stuck)
    signal.alarm(limit_s)
    try:
        line: dict[str, Any] = json.loads(member.stdout.readline())
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return line


def _open_fds(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
