"""A run group without a cgroup: for hosts that cannot make one, allowed by name in the configuration only."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence

from .groups import ThreadTimes, field, read, thread_times
from .linux import memory_in_use_bytes

CLOCK_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TIMES, RESIDENT = slice(11, 15), 21  # columns of /proc/PID/stat after the name (proc(5))
GARBAGE_BYTES = 16 << 20  # what gVisor's own heap may have grown by and nobody holds
LONGEST_LOOK_NS = 10_000_000
LOOKS_PER_AGE = 8  # so that of a short run, too, only a small part goes unseen


class ProcessCounters:
    """Meters from /proc, by looking often.

    It sees the attached process' PID namespace by its members' parentage. Live usage only: what a
    process used that came and went between two looks is seen through its parent's child times. Of the memory
    that forks share, the attached process' own is counted once, and what they share beyond it for each.
    """

    resets_peak = True

    def __init__(self, memory_bytes: int) -> None:
        """Meter nothing until a process is attached."""
        self.root_pid = self.began_ns = 0
        self.memory_bytes = memory_bytes
        self.cpu_before_ns = self.cpu_highest_ns = self.peak_bytes = self.memory_before_bytes = 0

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Set another limit of memory; that of processes is each run's own."""
        self.memory_bytes = memory_bytes

    def attach(self, pid: int) -> Sequence[int]:
        """Remember the process whose descendants are metered."""
        self.root_pid = pid
        return ()

    def begin(self) -> None:
        """Start metering a run."""
        self.peak_bytes = self.cpu_highest_ns = self.cpu_before_ns = 0
        self.cpu_before_ns = self.cpu_time_ns()
        self.cpu_highest_ns = 0
        self.began_ns = time.monotonic_ns()

    @property
    def longest_look_ns(self) -> int:
        """How long a run may go unseen: a part of what it has run so far."""
        return min(LONGEST_LOOK_NS, (time.monotonic_ns() - self.began_ns) // LOOKS_PER_AGE)

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`, in clock ticks' steps."""
        stats = self._processes()
        ticks = sum(sum(map(int, stat[TIMES])) for stat in stats.values())
        self.peak_bytes = max(self.peak_bytes, self._memory_bytes(stats))
        self.cpu_highest_ns = max(self.cpu_highest_ns, ticks * CLOCK_TICK_NS - self.cpu_before_ns)
        return self.cpu_highest_ns

    def peak_memory_bytes(self) -> int:
        """Highest sum of resident sizes seen at a look since `begin`."""
        self.cpu_time_ns()
        return self.peak_bytes

    def out_of_memory(self) -> bool:
        """Whether the processes used more memory than they may at some look since `begin`."""
        return self.peak_bytes > self.memory_bytes

    def threads(self) -> dict[int, ThreadTimes]:
        """What each live thread has computed and waited in its life, by thread id."""
        return thread_times(self._processes())

    def close(self) -> None:
        """Have nothing to remove."""

    def _memory_bytes(self, stats: dict[int, list[str]]) -> int:
        resident = {pid: int(stat[RESIDENT]) for pid, stat in stats.items()}
        own = resident.get(self.root_pid, 0)
        return PAGE_BYTES * (own + sum(max(0, each - own) for each in resident.values()))

    def _processes(self) -> dict[int, list[str]]:
        stats: dict[int, list[str]] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    stats[int(name)] = read(f"/proc/{name}/stat").rpartition(")")[2].split()
        family = {self.root_pid}
        for pid in sorted(stats):  # children have higher ids than their parents, but after a wrap
            if int(stats[pid][1]) in family:
                family.add(pid)
        return {pid: stats[pid] for pid in family if pid in stats}


class SandboxCounters(ProcessCounters):
    """Meters of a sandbox whose kernel is its own (gVisor): all memory that came since `begin` is the run's.

    Files in memory are among it, and what forks share is counted once. What the kernel holds for a run, full
    pipes and sockets, lies in its heap, and counts beyond what may be garbage there.
    """

    heap_before_bytes = 0

    def begin(self) -> None:
        """Start metering a run."""
        self.memory_before_bytes, self.heap_before_bytes = _uncached_bytes(), _heap_bytes()
        self.began_ns = 0
        super().begin()

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`, at most what one CPU had: gVisor's ticks charge whoever is ready."""
        return min(super().cpu_time_ns(), time.monotonic_ns() - self.began_ns)

    def _memory_bytes(self, stats: dict[int, list[str]]) -> int:
        in_kernel_bytes = max(0, _heap_bytes() - self.heap_before_bytes - GARBAGE_BYTES)
        return max(0, _uncached_bytes() - self.memory_before_bytes) + in_kernel_bytes


def _uncached_bytes() -> int:
    """Return the memory in use that no file on a disk holds.

    gVisor brings its /proc/meminfo up to date once in 10 ms only, too late for what a short run touches last;
    what sysinfo(2) tells is as of now (its pkg/sentry/pgalloc/pgalloc.go, UpdateUsage and TotalUsage).
    """
    told = {name: int(size) for name, size, *_ in map(str.split, read("/proc/meminfo").splitlines())}
    return memory_in_use_bytes() - (told.get("Cached:", 0) - told.get("Shmem:", 0)) * 1024


def _heap_bytes() -> int:
    """Return what gVisor's own heap holds, garbage among it."""
    try:
        return field(read("/proc/sentry-meminfo"), "HeapAlloc:") * 1024
    except FileNotFoundError:  # a release that does not tell
        return 0
