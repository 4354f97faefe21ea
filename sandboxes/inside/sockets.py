"""What a run left of Unix sockets: the namespace of their names is the sandbox's, not the stage's."""

from __future__ import annotations

import os
import socket
import time

TABLE = "/proc/self/net/unix"
PART_BYTES = 1 << 16
LOOK_SECONDS = 0.001


class Sockets:
    """Counts the sandbox's Unix sockets. Those in flight to each other outlive every process for a while."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self._fd = os.open(TABLE, os.O_RDONLY | os.O_CLOEXEC)

    def count(self) -> int:
        """Return how many there are."""
        lines = 0
        os.lseek(self._fd, 0, os.SEEK_SET)
        while part := os.read(self._fd, PART_BYTES):
            lines += part.count(b"\n")
        return lines - 1

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until no more are left than so many. Raises OSError where there are."""
        ends_at = 0.0
        while (left := self.count()) > count:
            ends_at = ends_at or time.monotonic() + seconds
            if time.monotonic() > ends_at:
                raise OSError(f"{left - count} sockets survived their candidate")
            for end in socket.socketpair():  # the kernel looks for unreachable ones when one is closed
                end.close()
            time.sleep(LOOK_SECONDS)
