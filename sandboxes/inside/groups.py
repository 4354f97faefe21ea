"""One run group: the resource limits and meters of one candidate's processes.

Of its kinds, `cgroup` has those of hosts with cgroups, `counters` those of hosts that can make none.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

LONGEST_LOOK_NS = 1_000_000_000
TEXT_BYTES = 1 << 16


class ThreadTimes(NamedTuple):
    """How long a thread has had a CPU, and how long it was ready to run and had none."""

    cpu_ns: int
    waited_ns: int


class RunGroup(Protocol):
    """Limits and meters over the processes that were attached and all their descendants."""

    resets_peak: bool  # False: a peak covers the group's whole life, so a group serves one run

    @property
    def longest_look_ns(self) -> int:
        """How long a run may go unseen from now on."""

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Set other limits. Raises OSError."""

    def attach(self, pid: int) -> Sequence[int]:
        """Put a process under the limits, or return open files by which it is to do so, writing "0"."""

    def begin(self) -> None:
        """Start metering a run: what was used before it does not count."""

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`."""

    def peak_memory_bytes(self) -> int:
        """Highest memory since `begin`."""

    def out_of_memory(self) -> bool:
        """Whether a process of the group was killed for memory since `begin`, or ought to be."""

    def threads(self) -> dict[int, ThreadTimes]:
        """What each live thread has computed and waited in its life, by thread id."""

    def close(self) -> None:
        """Remove the group. Raises OSError where a process is left in it."""


def read(path: str) -> str:
    """Return a small file's text."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, TEXT_BYTES).decode()
    finally:
        os.close(fd)


def write(path: str, text: str) -> None:
    """Write a control file. Raises OSError where the kernel refuses the value."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def field(text: str, name: str) -> int:
    """Return one number of a "name value" text; 0 for a name that the kernel does not have."""
    text = f"\n{text}"
    start = text.find(f"\n{name} ")
    return int(text[start + len(name) + 2 :].split(None, 1)[0]) if start >= 0 else 0


def thread_times(pids: Iterable[int]) -> dict[int, ThreadTimes]:
    """Return the times of the live threads of these processes.

    The first two fields of /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst).
    """
    times = {}
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                cpu_ns, waited_ns = read(f"/proc/{pid}/task/{thread}/schedstat").split()[:2]
                times[int(thread)] = ThreadTimes(int(cpu_ns), int(waited_ns))
    return times
