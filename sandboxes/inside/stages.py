"""The supervisor's handle on a stage: spawn it, give it orders, end it, remove its limits."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from . import zygote
from .cgroup import CGROUPS, make_cgroup
from .counters import ProcessCounters, SandboxCounters
from .groups import RunGroup
from .home import Home
from .stage import MESSAGE_BYTES

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
FIRST_UID, UIDS = 1000, 25_000  # a uid for the runs of a stage, and the one below for the stage
GONE_SECONDS = 10.0


class StageLost(Exception):
    """The stage's process 1 ended although nobody ended it."""


class StageFailed(StageLost):
    """The stage says itself why it cannot go on: no doing of the candidate's."""


class StageFactory:
    """Spawns stages with a uid and a run group of their own."""

    def __init__(
        self, filters: dict[tuple[str, ...], bytes], meters: str, packages: Sequence[str], reads_answers: bool
    ) -> None:
        """`filters` are those of runs by the system calls that they grant, `meters` the kind of run group.

        `packages` are more folders of what programs may import. `reads_answers`: math-verify is in this
        sandbox.
        """
        zygote_pid, self._zygote = zygote.start(packages)
        self._reader_zygote = zygote.start_for_answers()[1] if reads_answers else None
        self._filters = filters
        self._meters = meters
        self._own_uids = _mapped_uids() > FIRST_UID + 2 * UIDS
        self._made = 0
        self._home = Home(meters, zygote_pid) if meters in CGROUPS else None

    def spawn(
        self,
        name: str,
        source: bytes,
        limits: dict[str, Any],
        program: dict[str, Any] | None = None,
        *,
        reads_answers: bool = False,
        at_home: bool = False,
    ) -> Stage:
        """Return a stage that is locking itself down and compiling; one of a name at a time.

        With `program`, the source is a packed folder (`artifacts`): which a compiler may write to
        ("writable", "disk_bytes"), or whose runs are programs of it; "granted" are the system calls that its
        filter lets it make beyond the usual. With `reads_answers`, its runs have math-verify. `at_home`: of
        all stages there may be at a time, it is the one that comes and goes most often.

        Raises:
            OSError: the kernel refused one of its walls.
        """
        granted = () if program is None else tuple(program["granted"])
        self._made += 1
        home = self._home if at_home and self._home is not None and self._home.is_free else None
        bounds = (limits["memory_bytes"], limits["processes"] + 1)
        group = home.lend(*bounds) if home else _make_group(self._meters, name, *bounds)
        release = home.take_back if home else group.close
        parent = self._reader_zygote if reads_answers else self._zygote
        try:
            if parent is None:
                raise OSError("math-verify is not in this sandbox")
            pid, control = zygote.spawn(parent)
        except OSError:
            release()
            raise
        uid = FIRST_UID + 2 * (self._made % UIDS) + 1 if self._own_uids else os.getuid()
        stage = Stage(pid, control, group, uid, self._own_uids, release)
        if home is None:
            group.attach(pid)
        group.begin()
        setup = {
            "uid": uid,
            "own_uid": self._own_uids,
            "disk_bytes": limits["disk_bytes"],
            "program": program,
            "dies_first": home is not None,
        }
        fds = [memory_file(source), memory_file(self._filters[granted])]
        stage.send(setup, fds)
        for fd in fds:
            os.close(fd)
        return stage


class Stage:
    """One live stage."""

    def __init__(
        self,
        pid: int,
        control: socket.socket,
        group: RunGroup,
        uid: int,
        has_own_uid: bool,
        release: Callable[[], None],
    ) -> None:
        """Hold the process, its socket, its limits, and the uid of its runs, their own or the sandbox's.

        `release` gives the limits back once nothing is left under them.
        """
        self.pid = pid
        self.control = control
        self.group = group
        self.uid = uid
        self.has_own_uid = has_own_uid
        self._release = release

    def send(self, message: dict[str, Any], fds: Sequence[int]) -> None:
        """Send an order with its files. Raises StageLost."""
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], fds)
        except OSError as error:
            raise StageLost(str(error)) from None

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
        self._release()
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


def _make_group(kind: str, name: str, memory_bytes: int, processes: int) -> RunGroup:
    """Make a run group of the kind that the worker prepared for this sandbox."""
    if kind in CGROUPS:
        return make_cgroup(kind, name, memory_bytes, processes)
    return SandboxCounters(memory_bytes) if kind == "gvisor" else ProcessCounters(memory_bytes)


def _wait_until_gone(pid: int) -> None:
    ends_at = time.monotonic() + GONE_SECONDS
    while os.path.exists(f"/proc/{pid}"):
        if time.monotonic() > ends_at:
            raise OSError(f"process {pid} survives SIGKILL")
        time.sleep(0.001)


def _mapped_uids() -> int:
    with open("/proc/self/uid_map") as file:
        return sum(int(line.split()[2]) for line in file)
