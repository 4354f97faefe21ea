"""A run group without a cgroup: for hosts that cannot make one, allowed by name in the configuration only."""

from __future__ import annotations

import contextlib
import os

from .groups import ThreadTimes, read, thread_times

CLOCK_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessCounters:
    """Meters from /proc, by looking often.

    It sees the attached process' PID namespace by its members' parentage. Live usage only: what a
    process used that came and went between two looks is seen through its parent's child times. Of the memory
    that forks share, the attached process' own is counted once, and what they share beyond it for each.
    """

    resets_peak = True
    longest_look_ns = 10_000_000

    def __init__(self, memory_bytes: int) -> None:
        """Meter nothing until a process is attached."""
        self.root_pid = 0
        self.memory_bytes = memory_bytes
        self.cpu_before_ns = self.cpu_highest_ns = self.peak_bytes = self.memory_now_bytes = 0

    def attach(self, pid: int) -> None:
        """Remember the process whose descendants are metered."""
        self.root_pid = pid

    def begin(self) -> None:
        """Start metering a run."""
        self.peak_bytes = self.cpu_highest_ns = self.cpu_before_ns = 0
        self.cpu_before_ns = self.cpu_time_ns()
        self.cpu_highest_ns = 0

    def is_over_memory(self) -> bool:
        """Whether the processes use more memory than they may just now."""
        self.cpu_time_ns()
        return self.memory_now_bytes > self.memory_bytes

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`, in clock ticks' steps."""
        ticks = own = 0
        resident = []
        for pid, stat in self._processes():
            ticks += sum(map(int, stat[11:15]))
            resident.append(int(stat[21]))
            own = resident[-1] if pid == self.root_pid else own
        pages = own + sum(max(0, each - own) for each in resident)
        self.memory_now_bytes = pages * PAGE_BYTES
        self.peak_bytes = max(self.peak_bytes, self.memory_now_bytes)
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
        return thread_times(pid for pid, _ in self._processes())

    def close(self) -> None:
        """Have nothing to remove."""

    def _processes(self) -> list[tuple[int, list[str]]]:
        stats: dict[int, list[str]] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    stats[int(name)] = read(f"/proc/{name}/stat").rpartition(")")[2].split()
        family = {self.root_pid}
        for pid in sorted(stats):  # children have higher ids than their parents, but after a wrap
            if int(stats[pid][1]) in family:
                family.add(pid)
        return [(pid, stats[pid]) for pid in family if pid in stats]
