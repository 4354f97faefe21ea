"""The supervisor: takes jobs on standard input, runs them one at a time, answers on standard output.

It is the only trusted process in the sandbox that sees payloads, and nothing is forked from it after the
zygotes (`boot`). A failure of its own ends it: the worker then replaces the sandbox. So does what a candidate
left and nobody could remove: the answers before it are good, the sandbox is spent.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from . import wire
from .answers import BrokenTests, TestsLeft
from .compile_cache import CompileCache
from .factory import StageFactory
from .jobs import Jobs
from .sending import Orders
from .watch import Cancelled
from .worker_line import COMMANDS_FD, WorkerLine
from .zygotes import Zygote


def serve(
    line: WorkerLine,
    setup: dict[str, Any],
    filters: Sequence[bytes],
    zygotes: Mapping[str, Zygote],
    cpus: Sequence[int],
) -> None:
    """Serve jobs until the worker hangs up, as its `setup` says; `cpus` are for what needs more than one."""
    jobs = Jobs(
        StageFactory(
            dict(zip(map(tuple, setup["granted"]), filters, strict=True)),
            setup["meters"],
            zygotes,
        ),
        CompileCache(setup["compile_cache_bytes"]),
        Orders(cpus),
        COMMANDS_FD,
        lambda: _expect_cancel(line),
        line.flush_what_fits,
    )
    line.send({"ready": True, "python": ".".join(map(str, sys.version_info[:3]))}, [])
    while True:
        header, blobs = line.receive()
        if header["op"] == "cancel":
            continue  # it crossed the end of the job that it meant
        ended: dict[str, Any] = {"done": True}
        try:
            _answer(jobs, line, header, blobs)
        except Cancelled:
            jobs.abandon()
            ended["cancelled"] = True
        except BrokenTests as broken:
            jobs.abandon()
            ended["broken_tests"] = str(broken)
        except TestsLeft as left:
            jobs.abandon()
            ended["error"] = str(left)
        try:
            jobs.verify_reset()
            jobs.prepare()
        except OSError as error:
            line.send({**ended, "spent": str(error)}, [])
            raise
        line.send(ended, [])


def _answer(jobs: Jobs, line: WorkerLine, header: dict[str, Any], blobs: list[bytes]) -> None:
    """Answer each run: the first and the last at once, since most programs that fail do so in the first."""
    at_once = (0, len(header["runs"]) - 1)
    try:
        for number, (answer, parts) in enumerate(jobs.perform(header, blobs)):
            line.hold(answer, parts)
            if number in at_once:
                line.flush()
            if number == at_once[-1] and header["is_unhurried"]:
                line.rest()
    finally:
        line.flush()


def _expect_cancel(line: WorkerLine) -> None:
    header, _ = line.receive()
    if header["op"] == "cancel":
        raise Cancelled
    raise wire.FrameError(f"{header['op']} came while a job was running")
