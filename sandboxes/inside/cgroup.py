"""Run groups that are cgroups, of either version.

Sources: kernel documentation admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/{memory,pids,cpuacct}.rst.
"""

from __future__ import annotations

import errno
import os
import time
from abc import abstractmethod
from collections.abc import Sequence

from .groups import LONGEST_LOOK_NS, TEXT_BYTES, RunGroup, ThreadTimes, field, read, thread_times, write

MOUNT = "/run/cgroup"
REMOVE_ATTEMPTS = 200
SWAP_LIMIT = "memory.memsw.limit_in_bytes"  # absent where the kernel does not account for swap


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


class Meter:
    """A control file that is read over and over, so it stays open."""

    def __init__(self, path: str, mode: int = os.O_RDONLY) -> None:
        """Open it. Raises OSError."""
        self._fd = os.open(path, mode | os.O_CLOEXEC)

    def read(self) -> str:
        """Return what it says now."""
        return os.pread(self._fd, TEXT_BYTES, 0).decode()

    def write(self, text: str) -> None:
        """Write a value. Raises OSError where the kernel refuses it."""
        os.pwrite(self._fd, text.encode(), 0)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)


class Cgroup(RunGroup):
    """What both kinds have in common: directories with limits, and meters that stay open."""

    longest_look_ns = LONGEST_LOOK_NS
    resets_peak = True
    _cached, _in_memory_files, _anonymous = "", "", ""  # as the version's memory.stat calls them
    _peak: Meter
    _oom: Meter
    _memory: Meter

    def __init__(self, directories: Sequence[str]) -> None:
        """Make the directories."""
        self.directories = tuple(dict.fromkeys(directories))
        for directory in self.directories:
            os.mkdir(directory, 0o755)
        self._meters: list[Meter] = []
        self._limits = (0, 0)
        self._cpu_before_ns = self._oom_before = 0

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Set the limits, where they are others. Raises OSError."""
        if self._limits != (memory_bytes, processes):
            self._set_limits(memory_bytes, processes)
            self._limits = (memory_bytes, processes)

    def peak_memory_bytes(self) -> int:
        """Highest memory since `begin`; of the group's life where that cannot be reset."""
        told = self._memory.read()
        cached, files = field(told, self._cached), field(told, self._in_memory_files)
        return without_files(int(self._peak.read()), cached, files, field(told, self._anonymous))

    def out_of_memory(self) -> bool:
        """Whether the kernel killed a process of the group for memory since `begin`."""
        return field(self._oom.read(), "oom_kill") > self._oom_before

    def threads(self) -> dict[int, ThreadTimes]:
        """What each live thread has computed and waited in its life, by thread id."""
        return thread_times(map(int, read(f"{self.directories[0]}/cgroup.procs").split()))

    def close(self) -> None:
        """Remove the group. Raises OSError where a process is left in it."""
        for meter in self._meters:
            meter.close()
        for directory in self.directories:
            remove(directory)

    def _meter(self, path: str, mode: int = os.O_RDONLY) -> Meter:
        meter = Meter(path, mode)
        self._meters.append(meter)
        return meter

    @abstractmethod
    def _set_limits(self, memory_bytes: int, processes: int) -> None: ...


class CgroupV2(Cgroup):
    """A cgroup of the unified hierarchy."""

    _cached, _in_memory_files, _anonymous = "file", "shmem", "anon"

    def __init__(self, name: str, memory_bytes: int, processes: int) -> None:
        """Make the group and set its limits."""
        directory = self._directory = f"{MOUNT}/unified/{name}"
        super().__init__([directory])
        self.limit(memory_bytes, processes)
        self._peak = self._open_peak()
        self._oom = self._meter(f"{directory}/memory.events")
        self._cpu = self._meter(f"{directory}/cpu.stat")
        self._memory = self._meter(f"{directory}/memory.stat")
        self.resets_peak = self._reset_peak()

    def attach(self, pid: int) -> Sequence[int]:
        """Put a process under the limits."""
        write(f"{self._directory}/cgroup.procs", str(pid))
        return ()

    def begin(self) -> None:
        """Start metering a run; kernels before 6.12 cannot reset the peak."""
        self._reset_peak()
        self._oom_before = field(self._oom.read(), "oom_kill")
        self._cpu_before_ns = 0
        self._cpu_before_ns = self.cpu_time_ns()

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`."""
        return field(self._cpu.read(), "usage_usec") * 1000 - self._cpu_before_ns

    def _set_limits(self, memory_bytes: int, processes: int) -> None:
        write(f"{self._directory}/memory.max", str(memory_bytes))
        if os.path.exists(f"{self._directory}/memory.swap.max"):
            write(f"{self._directory}/memory.swap.max", "0")
        write(f"{self._directory}/pids.max", str(processes))

    def _open_peak(self) -> Meter:
        path = f"{self._directory}/memory.peak"
        try:
            return self._meter(path, os.O_RDWR)
        except OSError:  # a file of mode 0444 on kernels before 6.12
            return self._meter(path)

    def _reset_peak(self) -> bool:
        try:
            self._peak.write("1")
        except OSError:
            return False
        return True


class CgroupV1(Cgroup):
    """One cgroup in each of the memory, pids and cpuacct hierarchies."""

    _cached, _in_memory_files, _anonymous = "cache", "shmem", "rss"

    def __init__(self, name: str, memory_bytes: int, processes: int) -> None:
        """Make the groups and set their limits."""
        self._of_memory, self._of_pids, of_cpu = (
            f"{MOUNT}/{kind}/{name}" for kind in ("memory", "pids", "cpuacct")
        )
        super().__init__([self._of_memory, self._of_pids, of_cpu])
        self._counts_swap = os.path.exists(f"{self._of_memory}/{SWAP_LIMIT}")
        self.limit(memory_bytes, processes)
        self._peak = self._meter(f"{self._of_memory}/memory.max_usage_in_bytes", os.O_RDWR)
        self._oom = self._meter(f"{self._of_memory}/memory.oom_control")
        self._memory = self._meter(f"{self._of_memory}/memory.stat")
        self._cpu = self._meter(f"{of_cpu}/cpuacct.usage")

    def attach(self, pid: int) -> Sequence[int]:
        """Return the files by which a process of one thread enters.

        A move by another one waits until every CPU has passed through the scheduler, which takes 2 ms under
        load and 20 ms on an idle host; one's own alone does not (cgroup_procs_write_start of Linux'
        kernel/cgroup/cgroup.c).
        """
        return [os.open(f"{each}/tasks", os.O_WRONLY | os.O_CLOEXEC) for each in self.directories]

    def begin(self) -> None:
        """Start metering a run."""
        self._peak.write("0")
        self._oom_before = field(self._oom.read(), "oom_kill")
        self._cpu_before_ns = int(self._cpu.read())

    def cpu_time_ns(self) -> int:
        """CPU time since `begin`."""
        return int(self._cpu.read()) - self._cpu_before_ns

    def _set_limits(self, memory_bytes: int, processes: int) -> None:
        # Swap is held by the same number, which may not be below the other one at any time.
        files = ["memory.limit_in_bytes", *([SWAP_LIMIT] if self._counts_swap else [])]
        is_raised = self._limits[0] and memory_bytes > self._limits[0]
        for name in reversed(files) if is_raised else files:
            write(f"{self._of_memory}/{name}", str(memory_bytes))
        write(f"{self._of_pids}/pids.max", str(processes))


CGROUPS: dict[str, type[CgroupV1] | type[CgroupV2]] = {"cgroup1": CgroupV1, "cgroup2": CgroupV2}


def make_cgroup(kind: str, name: str, memory_bytes: int, processes: int) -> CgroupV1 | CgroupV2:
    """Make a group of a kind of `CGROUPS`. Raises OSError."""
    return CGROUPS[kind](name, memory_bytes, processes)
