"""Where stages come from: a zygote, a uid, a run group; and one of them waits for the next candidate."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from .cgroup import CGROUPS, make_cgroup
from .counters import ProcessCounters, SandboxCounters
from .groups import RunGroup
from .stages import Stage, StageLost
from .zygotes import ASSERTS, NUMPY, PLAIN, Zygote

CANDIDATE = "candidate"  # the seat, and the run group of its stages
NEXT = "next"  # the run group of the stage that waits, also once it is taken
FIRST_LIMITS = {"memory_bytes": 256 << 20, "processes": 64, "disk_bytes": 64 << 20}  # until a candidate comes
FIRST_UID, UIDS = 1000, 25_000  # a uid for the runs of a stage, and the one below for the stage
Limits = dict[str, Any]


class StageFactory:
    """Spawns stages with a uid and a run group of their own."""

    def __init__(
        self, filters: dict[tuple[str, ...], bytes], meters: str, zygotes: Mapping[str, Zygote]
    ) -> None:
        """`filters` are those of runs by the system calls that they grant, `meters` the kind of run group."""
        self._zygotes = zygotes
        self._filters = filters
        self._meters = meters
        self._own_uids = _mapped_uids() > FIRST_UID + 2 * UIDS
        self._made = 0
        self._waiting: Stage | None = None
        self._waits_for = ("", 0)  # its zygote and bytes of disk
        self._last: tuple[str, Limits] = (PLAIN, FIRST_LIMITS)  # the candidate that one could have waited for

    @property
    def waiting_pid(self) -> int | None:
        """The process id of the stage that waits for a candidate, if one does."""
        return self._waiting.pid if self._waiting else None

    def spawn(
        self,
        name: str,
        source: bytes,
        limits: Limits,
        program: dict[str, Any] | None = None,
        *,
        zygote: str = PLAIN,
    ) -> Stage:
        """Return a stage that is locking itself down and compiling; one of a name at a time.

        With `program`, the source is a packed folder (`artifacts`): which a compiler may write to
        ("writable", "disk_bytes"), or whose runs are programs of it; "granted" are the system calls that its
        filter lets it make beyond the usual. `zygote` is the kind of the one that it is forked from.

        Raises:
            OSError: the kernel refused one of its walls.
        """
        stage = self._fork(name, limits, zygote)
        self._close_in(stage, limits, program, source)
        return _holding(stage, source, program)

    def spawn_for_candidate(
        self, source: bytes, limits: Limits, program: dict[str, Any] | None = None, *, zygote: str = PLAIN
    ) -> Stage:
        """Return the same for a candidate. The stage that waits is taken where it fits."""
        if program is not None:
            return self.spawn(CANDIDATE, source, limits, program)
        self._last = (zygote, limits)
        stage, self._waiting = self._waiting, None
        if stage is not None:
            if self._waits_for == (zygote, limits["disk_bytes"]):
                with contextlib.suppress(StageLost):  # it died while it waited, and what it held with it
                    stage.group.limit(*_bounds(limits))
                    return _holding(stage, source, program)
            stage.end()
        return self.spawn(CANDIDATE, source, limits, zygote=zygote)

    def prepare(self) -> None:
        """Have a stage lock itself down for the next candidate, in case it is like the last.

        Raises OSError and StageLost.
        """
        if self._waiting is not None or self._meters not in CGROUPS:
            return
        zygote, limits = self._last
        self._waits_for = (zygote, limits["disk_bytes"])
        self._waiting = self._fork(NEXT, limits, zygote)
        self._close_in(self._waiting, limits, None, b"")

    def _fork(self, name: str, limits: Limits, zygote: str) -> Stage:
        if zygote not in self._zygotes:
            raise OSError(f"this sandbox has not what {zygote} need")
        if zygote == NUMPY and self._meters not in CGROUPS:
            zygote = ASSERTS  # what was loaded before would count as the program's own memory
        group = _make_group(self._meters, name, *_bounds(limits))
        self._made += 1
        try:
            pid, control = self._zygotes[zygote].spawn()
        except OSError:
            group.close()
            raise
        uid = FIRST_UID + 2 * (self._made % UIDS) + 1 if self._own_uids else os.getuid()
        return Stage(pid, control, group, uid, self._own_uids)

    def _close_in(self, stage: Stage, limits: Limits, program: dict[str, Any] | None, folder: bytes) -> None:
        """Have a stage lock itself down, with a program's folder where there is a program."""
        granted = () if program is None else tuple(program["granted"])
        setup = {
            "uid": stage.uid,
            "own_uid": self._own_uids,
            "disk_bytes": limits["disk_bytes"],
            "program": program,
        }
        files = [self._filters[granted], *([] if program is None else [folder])]
        stage.send_files(setup, *files, more=stage.group.attach(stage.pid))


def _holding(stage: Stage, source: bytes, program: dict[str, Any] | None) -> Stage:
    """Meter a stage from now on, and give it what it is to compile, unless it has its program already."""
    stage.group.begin()
    if program is None:
        stage.send_files({}, source)
    return stage


def _bounds(limits: Limits) -> tuple[int, int]:
    """Return the bounds of a run group: of memory, and of processes, one of which is the stage."""
    return limits["memory_bytes"], limits["processes"] + 1


def _make_group(kind: str, name: str, memory_bytes: int, processes: int) -> RunGroup:
    """Make a run group of the kind that the worker prepared for this sandbox."""
    if kind in CGROUPS:
        return make_cgroup(kind, name, memory_bytes, processes)
    return SandboxCounters(memory_bytes) if kind == "gvisor" else ProcessCounters(memory_bytes)


def _mapped_uids() -> int:
    with open("/proc/self/uid_map") as file:
        return sum(int(line.split()[2]) for line in file)
