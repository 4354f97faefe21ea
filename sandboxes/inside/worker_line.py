"""The supervisor's line to the worker: frames (`wire`) on standard input and output."""

from __future__ import annotations

import os
import select
import time
from typing import Any

from . import wire

COMMANDS_FD, ANSWERS_FD = 0, 1
HELD_BYTES, HELD_S = 1 << 16, 0.008
REST_MS = 3


class WorkerLine:
    """The line to the worker.

    Answers of short runs go together, so that the worker wakes once for many: it has as much to do for a
    wake as for an answer. None waits long for others, or a failed test would not end its candidate.
    """

    def __init__(self) -> None:
        """Begin with nothing held back."""
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._held_since_s = 0.0
        self._answers = select.poll()
        self._answers.register(ANSWERS_FD, select.POLLOUT)
        self._commands = select.poll()
        self._commands.register(COMMANDS_FD, select.POLLIN)

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the worker's next frame. Ends the process where the worker has hung up."""
        header_bytes, blobs_bytes = wire.parse_prefix(self._read(wire.PREFIX.size))
        return wire.unpack(self._read(header_bytes), self._read(blobs_bytes))

    def hold(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Send a frame with the next that is sent, or sooner."""
        now_s = time.monotonic()
        if not self._held:
            self._held_since_s = now_s
        self._held.append(wire.pack(header, blobs))
        self._held_bytes += len(self._held[-1])
        if self._held_bytes > HELD_BYTES or now_s > self._held_since_s + HELD_S:
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

    def flush_what_fits(self) -> None:
        """Send as much of it as goes without waiting: in the middle of a run, whose limits are to be held."""
        data = memoryview(b"".join(self._held))
        while data and self._answers.poll(0):
            data = data[os.write(ANSWERS_FD, data[: select.PIPE_BUF]) :]
        self._held, self._held_bytes = [bytes(data)] if data else [], len(data)

    def rest(self) -> None:
        """Leave the CPU for a moment to those who are about to read the answer, unless more is asked."""
        self._commands.poll(REST_MS)

    def _read(self, count: int) -> bytes:
        parts = []
        while count:
            part = os.read(COMMANDS_FD, min(count, 1 << 20))
            if not part:
                os._exit(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
