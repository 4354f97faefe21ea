"""One run group: the resource limits and meters of one candidate's processes.

Two kinds with one interface: cgroup v2 and cgroup v1; `counters` has a third, for hosts that can make none.
Sources: kernel documentation
admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/{memory,pids,cpuacct}.rst.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterable
from typing import NamedTuple, Protocol

MOUNT = "/run/cgroup"
LONGEST_LOOK_NS = 1_000_000_000
REMOVE_ATTEMPTS = 200


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

    def attach(self, pid: int) -> None:
        """Put a process under the limits."""

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
        return os.read(fd, 1 << 16).decode()
    finally:
        os.close(fd)


def write(path: str, text: str) -> None:
    """Write a control file. Raises OSError where the kernel refuses the value."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def field(path: str, name: str) -> int:
    """Return one number of a "name value" file; 0 where the kernel does not have it."""
    for line in read(path).splitlines():
        key, *numbers = line.split()
        if key == name:
            return int(numbers[0])
    return 0


def stat_of(path: str) -> dict[str, int]:
    """Return the numbers of a "name value" file."""
    pairs = (line.split() for line in read(path).splitlines())
    return {name: int(number) for name, number in pairs}


def without_files(peak: int, cached: int, in_memory_files: int, anonymous: int) -> int:
    """Return a peak less the cached pages of files on disk.

    The kernel charges those to who reads them first, so with them a peak would tell how cold the host was.
    What is cached is known at the end only: of memory that was given back before files were read, so much
    is missing.
    """
    return max(peak - (cached - in_memory_files), anonymous + in_memory_files)


def remove(directory: str) -> None:
    """Remove an empty cgroup; its last process may need a moment to leave it."""
    for _ in range(REMOVE_ATTEMPTS):
        try:
            os.rmdir(directory)
            return
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            time.sleep(0.002)
    raise OSError(
        errno.EBUSY, f"{directory} still holds processes: {read(directory + '/cgroup.procs').split()}"
    )


class CgroupV2:
    """A cgroup of the unified hierarchy."""

    longest_look_ns = LONGEST_LOOK_NS

    def __init__(self, name: str, memory_bytes: int, processes: int) -> None:
        """Make the group and set its limits."""
        self.directory = f"{MOUNT}/unified/{name}"
        os.mkdir(self.directory, 0o755)
        write(f"{self.directory}/memory.max", str(memory_bytes))
        if os.path.exists(f"{self.directory}/memory.swap.max"):
            write(f"{self.directory}/memory.swap.max", "0")
        write(f"{self.directory}/pids.max", str(processes))
        self.peak_fd = self._open_peak()
        self.resets_peak = self._reset_peak()
        self.cpu_before_ns = self.oom_before = 0

    def attach(self, pid: int) -> None:
        """Put a process under the limits."""
        write(f"{self.directory}/cgroup.procs", str(pid))

    def begin(self) -> None:
        """Start metering a run; kernels before 6.12 cannot reset the peak."""
        self._reset_peak()
        self.oom_before = field(f"{self.directory}/memory.events", "oom_kill")
        self.cpu_before_ns = 0
        self.cpu_before_ns = self.cpu_time_ns()

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`."""
        return field(f"{self.directory}/cpu.stat", "usage_usec") * 1000 - self.cpu_before_ns

    def peak_memory_bytes(self) -> int:
        """Highest memory since `begin` (of the group's life on kernels before 6.12)."""
        used = stat_of(f"{self.directory}/memory.stat")
        return without_files(int(os.pread(self.peak_fd, 32, 0)), used["file"], used["shmem"], used["anon"])

    def out_of_memory(self) -> bool:
        """Whether the kernel killed a process of the group for memory since `begin`."""
        return field(f"{self.directory}/memory.events", "oom_kill") > self.oom_before

    def threads(self) -> dict[int, ThreadTimes]:
        """What each live thread has computed and waited in its life, by thread id."""
        return thread_times(map(int, read(f"{self.directory}/cgroup.procs").split()))

    def close(self) -> None:
        """Remove the group."""
        os.close(self.peak_fd)
        remove(self.directory)

    def _open_peak(self) -> int:
        path = f"{self.directory}/memory.peak"
        try:
            return os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # a file of mode 0444 on kernels before 6.12
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def _reset_peak(self) -> bool:
        try:
            os.write(self.peak_fd, b"1")
        except OSError:
            return False
        return True


class CgroupV1:
    """One cgroup in each of the memory, pids and cpuacct hierarchies."""

    resets_peak = True
    longest_look_ns = LONGEST_LOOK_NS

    def __init__(self, name: str, memory_bytes: int, processes: int) -> None:
        """Make the groups and set their limits."""
        self.memory, self.pids, self.cpuacct = (
            f"{MOUNT}/{kind}/{name}" for kind in ("memory", "pids", "cpuacct")
        )
        self.directories = tuple(dict.fromkeys((self.memory, self.pids, self.cpuacct)))
        for directory in self.directories:
            os.mkdir(directory, 0o755)
        write(f"{self.memory}/memory.limit_in_bytes", str(memory_bytes))
        with contextlib.suppress(FileNotFoundError):  # absent where the kernel does not account for swap
            write(f"{self.memory}/memory.memsw.limit_in_bytes", str(memory_bytes))
        write(f"{self.pids}/pids.max", str(processes))
        self.cpu_before_ns = self.oom_before = 0

    def attach(self, pid: int) -> None:
        """Put a process under the limits."""
        for directory in self.directories:
            write(f"{directory}/cgroup.procs", str(pid))

    def begin(self) -> None:
        """Start metering a run."""
        write(f"{self.memory}/memory.max_usage_in_bytes", "0")
        self.oom_before = field(f"{self.memory}/memory.oom_control", "oom_kill")
        self.cpu_before_ns = 0
        self.cpu_before_ns = self.cpu_time_ns()

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`."""
        return int(read(f"{self.cpuacct}/cpuacct.usage")) - self.cpu_before_ns

    def peak_memory_bytes(self) -> int:
        """Highest memory since `begin`."""
        used = stat_of(f"{self.memory}/memory.stat")
        peak = int(read(f"{self.memory}/memory.max_usage_in_bytes"))
        return without_files(peak, used["cache"], used["shmem"], used["rss"])

    def out_of_memory(self) -> bool:
        """Whether the kernel killed a process of the group for memory since `begin`."""
        return field(f"{self.memory}/memory.oom_control", "oom_kill") > self.oom_before

    def threads(self) -> dict[int, ThreadTimes]:
        """What each live thread has computed and waited in its life, by thread id."""
        return thread_times(map(int, read(f"{self.cpuacct}/cgroup.procs").split()))

    def close(self) -> None:
        """Remove the groups."""
        for directory in self.directories:
            remove(directory)


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
