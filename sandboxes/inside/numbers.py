"""The process numbers of a stage's namespace: each run gets those that the first one got."""

from __future__ import annotations

import os

LAST_PID = "/proc/sys/kernel/ns_last_pid"  # Documentation/admin-guide/sysctl/kernel.rst; gVisor has none
RESERVED_PIDS = 300


class ProcessNumbers:
    """Sets the count back after a run, which would else tell the next one how far it had got.

    That takes CAP_CHECKPOINT_RESTORE. Where a stage cannot have it, what moved the count is at least seen.
    Where the kernel does not tell it, each run needs a stage of its own.
    """

    def __init__(self) -> None:
        """Take down the last number before any run, by the `/proc` of this namespace."""
        self._fd = os.open(LAST_PID, os.O_RDWR | os.O_CLOEXEC) if os.path.exists(LAST_PID) else -1
        self._before = self._last()

    def are_one(self, pid: int) -> bool:
        """Tell whether a run, which was `pid`, was the only process and had no second thread all along.

        Then the last number that was given is its own. None below 300 is given twice: where the kernel begins
        again it does so there (RESERVED_PIDS of Linux' kernel/pid.c).
        """
        return pid < RESERVED_PIDS and self._last() == pid

    def restore(self, pid: int) -> bool:
        """Give the next run the numbers of this one, which was `pid`; tell whether it will see no more."""
        if self._fd < 0:
            return False
        try:
            os.pwrite(self._fd, str(self._before).encode(), 0)
        except PermissionError:
            return self._last() == pid
        return True

    def _last(self) -> int:
        return int(os.pread(self._fd, 32, 0)) if self._fd >= 0 else 0
