"""The supervisor's handle on a stage: give it orders, end it, remove its limits."""

from __future__ import annotations

import contextlib
import fcntl
import json
import marshal
import os
import signal
import socket
import time
from collections.abc import Sequence
from typing import Any

from .counters import ProcessCounters, SandboxCounters
from .groups import RunGroup
from .stage import AGAIN, MESSAGE_BYTES

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
GONE_SECONDS = 10.0


class StageLost(Exception):
    """The stage's process 1 ended although nobody ended it."""


class StageFailed(StageLost):
    """The stage says itself why it cannot go on: no doing of the candidate's."""


class Stage:
    """One live stage."""

    def __init__(
        self,
        pid: int,
        control: socket.socket,
        group: RunGroup,
        uid: int,
        has_own_uid: bool,
    ) -> None:
        """Hold the process, its socket, its limits, and the uid of its runs, their own or the sandbox's."""
        self.pid = pid
        self.control = control
        self.group = group
        self.uid = uid
        self.has_own_uid = has_own_uid
        self._sent: dict[str, Any] | None = None

    def send(self, message: dict[str, Any], fds: Sequence[int]) -> None:
        """Send an order with its files. Raises StageLost."""
        try:
            again, self._sent = message == self._sent, message
            socket.send_fds(self.control, [AGAIN if again else marshal.dumps(message)], fds)
        except OSError as error:
            raise StageLost(str(error)) from None

    def send_files(self, message: dict[str, Any], *contents: bytes, more: Sequence[int] = ()) -> None:
        """Send an order with files that hold these contents, and `more`; closes all. Raises StageLost."""
        fds = [*(memory_file(content) for content in contents), *more]
        try:
            self.send(message, fds)
        finally:
            for fd in fds:
                os.close(fd)

    def limits_of_a_run(self, limits: dict[str, Any]) -> dict[str, Any]:
        """Return what a run is to set itself: more of it where no cgroup holds it."""
        is_gvisor = isinstance(self.group, SandboxCounters)
        if is_gvisor:  # it refuses but the second process too many
            limits = {**limits, "processes": limits["processes"] - 1}
        without_cgroup = isinstance(self.group, ProcessCounters)
        # gVisor's clock of a process runs as fast as it has threads, so its own limit would come too soon.
        return {**limits, "without_cgroup": without_cgroup, "ends_by_clock": without_cgroup and not is_gvisor}

    def receive(self) -> dict[str, Any]:
        """Return the stage's next answer, waiting for it. Raises StageLost and StageFailed."""
        try:
            message = self.control.recv(MESSAGE_BYTES)
        except OSError as error:
            raise StageLost(str(error)) from None
        if not message:
            raise StageLost("the stage ended")
        answer = json.loads(message)
        if "failed" in answer:
            raise StageFailed(answer["failed"])
        return dict(answer)

    def kill(self) -> None:
        """Kill everything in the stage; its meters can still be read until it is ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int | None:
        """Kill the stage with everything in it, wait for the last process, remove its limits.

        Returns the signal that ended process 1 where it had ended before. Raises OSError where a
        process survives: the sandbox must then be given up.
        """
        try:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        except ProcessLookupError:  # gVisor: it had ended before, and is reaped
            status = 0
        except ChildProcessError:  # gVisor makes a stage the zygote's child, which the kernel reaps there
            status = signal.SIGKILL
            _wait_until_gone(self.pid)
        self.control.close()
        self.group.close()
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


def memory_file(content: bytes) -> int:
    """Return a read-only file in memory that holds the content."""
    fd = os.memfd_create("payload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _wait_until_gone(pid: int) -> None:
    ends_at = time.monotonic() + GONE_SECONDS
    while os.path.exists(f"/proc/{pid}"):
        if time.monotonic() > ends_at:
            raise OSError(f"process {pid} survives SIGKILL")
        time.sleep(0.001)
