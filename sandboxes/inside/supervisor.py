"""The supervisor: takes jobs on standard input, runs them one at a time, answers on standard output.

It is the only trusted process in the sandbox that sees payloads, and nothing is forked from it after
the zygote. A failure of its own ends it: the worker then replaces the sandbox. So does what a candidate left
and nobody could remove: the answers before it are good, the sandbox is spent.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from . import wire
from .answers import BrokenTests, TestsLeft
from .compile_cache import CompileCache
from .factory import StageFactory
from .jobs import Jobs
from .marks import protect_devices
from .sending import Orders
from .watch import Cancelled

COMMANDS_FD, ANSWERS_FD = 0, 1
HELD_BYTES = 1 << 16


class Line:
    """The line to the worker.

    Answers of short runs go together, so that the worker wakes once for many: it has as much to do for a
    wake as for an answer.
    """

    def __init__(self) -> None:
        """Begin with nothing held back."""
        self._held: list[bytes] = []
        self._held_bytes = 0

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the worker's next frame. Ends the process where the worker has hung up."""
        header_bytes, blobs_bytes = wire.parse_prefix(self._read(wire.PREFIX.size))
        return wire.unpack(self._read(header_bytes), self._read(blobs_bytes))

    def hold(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Send a frame with the next that is sent, or sooner."""
        self._held.append(wire.pack(header, blobs))
        self._held_bytes += len(self._held[-1])
        if self._held_bytes > HELD_BYTES:
            self.flush()

    def send(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Send a frame."""
        self.hold(header, blobs)
        self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        data = memoryview(b"".join(self._held))
        self._held, self._held_bytes = [], 0
        while data:
            data = data[os.write(ANSWERS_FD, data) :]

    def _read(self, count: int) -> bytes:
        parts = []
        while count:
            part = os.read(COMMANDS_FD, min(count, 1 << 20))
            if not part:
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def main() -> None:
    """Serve jobs until the worker hangs up."""
    line = Line()
    setup, filters = line.receive()
    cpus = _keep_to(setup["cpu"])
    protect_devices()
    jobs = Jobs(
        StageFactory(
            dict(zip(map(tuple, setup["granted"]), filters, strict=True)),
            setup["meters"],
            setup["packages"],
            setup["reads_answers"],
        ),
        CompileCache(setup["compile_cache_bytes"]),
        Orders(cpus),
        COMMANDS_FD,
        lambda: _expect_cancel(line),
        line.flush,
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


def _answer(jobs: Jobs, line: Line, header: dict[str, Any], blobs: list[bytes]) -> None:
    """Answer each run: the first and the last at once, since most programs that fail do so in the first."""
    at_once = (0, len(header["runs"]) - 1)
    try:
        for number, (answer, parts) in enumerate(jobs.perform(header, blobs)):
            line.hold(answer, parts)
            if number in at_once:
                line.flush()
    finally:
        line.flush()


def _keep_to(cpu: int | None) -> Sequence[int]:
    """Keep to a CPU, and so all that is forked. Returns those that the sandbox had before, if others."""
    cpus = sorted(os.sched_getaffinity(0))
    if cpu is None or cpus == [cpu]:
        return ()
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError:  # the engine keeps its containers on others
        return ()
    return cpus


def _expect_cancel(line: Line) -> None:
    header, _ = line.receive()
    if header["op"] == "cancel":
        raise Cancelled
    raise wire.FrameError(f"{header['op']} came while a job was running")
