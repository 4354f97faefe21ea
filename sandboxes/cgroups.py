"""The worker's side of cgroups: find a hierarchy, make each sandbox a subtree, remove what is left.

Layout below each mount point: ROOT/INSTANCE/SANDBOX/{self,candidate,tester}. The worker owns SANDBOX and its
ceilings; the supervisor, which owns nothing above it, makes the others anew for each candidate
(`sandboxes.inside.groups`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .instance import is_instance, lives

CONTROLLERS = {"memory": ("memory",), "processes": ("pids",), "cpu": ("cpuacct", "cpu")}
NEEDED_V2 = ("memory", "pids", "cpu")
CPU_PERIOD_US = 100_000
REMOVE_SECONDS = 5.0


class CgroupUnavailable(Exception):
    """No hierarchy of this host can hold the limits; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Where this worker makes cgroups: `meters` is cgroup2, cgroup1 or none.

    `parents` maps the name under which a sandbox sees a hierarchy to this instance's directory in it;
    `cpu` is the one that holds the CPU quota.
    """

    meters: str
    parents: Mapping[str, Path]
    cpu: Path | None

    @property
    def directories(self) -> tuple[Path, ...]:
        """Every distinct directory of this instance."""
        distinct = dict.fromkeys([*self.parents.values(), *([self.cpu] if self.cpu else [])])
        return tuple(distinct)


@dataclass(frozen=True, slots=True)
class SandboxGroup:
    """The cgroups of one sandbox."""

    meters: str
    visible: Mapping[str, Path]  # hierarchy name -> directory to show to the supervisor
    join: tuple[Path, ...]  # cgroup.procs files that the sandbox's first process writes itself into
    directories: tuple[Path, ...]

    def remove(self) -> None:
        """Kill what is left inside and remove the subtree."""
        for directory in self.directories:
            remove_tree(directory)


def root_name(configured: str | None) -> str:
    """Return the name of the cgroup below which this user's instances live."""
    return configured or ("verifierd" if os.getuid() == 0 else f"verifierd-{os.getuid()}")


def find_hierarchy(root: str, instance: str) -> Hierarchy:
    """Return a hierarchy that this process can use, with its instance directories made.

    Raises:
        CgroupUnavailable: none can be used.
    """
    reasons = []
    for attempt in (_unified, _legacy):
        try:
            return attempt(root, instance)
        except CgroupUnavailable as reason:
            reasons.append(str(reason))
    raise CgroupUnavailable("; ".join(reasons))


def make_group(
    hierarchy: Hierarchy, name: str, owner: int, memory_ceiling_bytes: int, processes_ceiling: int
) -> SandboxGroup:
    """Make one sandbox's cgroups, hold it to its ceilings and one CPU, and hand its inside to its owner.

    Raises:
        OSError: the kernel refused.
    """
    directories = tuple(parent / name for parent in hierarchy.directories)
    for directory in directories:
        (directory / "self").mkdir(parents=True)
    if hierarchy.meters == "cgroup2":
        directory = directories[0]
        _write(directory / "memory.max", str(memory_ceiling_bytes))
        _write(directory / "pids.max", str(processes_ceiling))
        _write(directory / "cpu.max", f"{CPU_PERIOD_US} {CPU_PERIOD_US}")
        _write(directory / "cgroup.subtree_control", "+memory +pids +cpu")
    elif hierarchy.meters == "cgroup1":
        _write(hierarchy.parents["memory"] / name / "memory.limit_in_bytes", str(memory_ceiling_bytes))
        _write(hierarchy.parents["pids"] / name / "pids.max", str(processes_ceiling))
        if hierarchy.cpu is not None:
            _write(hierarchy.cpu / name / "cpu.cfs_period_us", str(CPU_PERIOD_US))
            _write(hierarchy.cpu / name / "cpu.cfs_quota_us", str(CPU_PERIOD_US))
    for directory in directories:
        for path in (
            directory,
            directory / "cgroup.procs",
            directory / "self",
            directory / "self/cgroup.procs",
        ):
            os.chown(path, owner, owner)
    return SandboxGroup(
        meters=hierarchy.meters,
        visible={key: parent / name for key, parent in hierarchy.parents.items()},
        join=tuple(directory / "self/cgroup.procs" for directory in directories),
        directories=directories,
    )


def remove_leftovers(root: str) -> int:
    """Remove the instances whose process is gone (it was killed, say). Returns how many."""
    removed = 0
    for base in (mount / root for mount, _, _ in _mounts()):
        for directory in base.glob("*-*") if base.is_dir() else ():
            if is_instance(directory.name) and not lives(directory.name):
                remove_tree(directory)
                removed += 1
    return removed


def remove_tree(directory: Path) -> None:
    """Kill every process below a cgroup and remove it. Raises OSError where one cannot be removed."""
    if not directory.is_dir():
        return
    ends_at = time.monotonic() + REMOVE_SECONDS
    for below, _, _ in os.walk(directory, topdown=False):
        while True:
            for pid in _processes(Path(below)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            try:
                Path(below).rmdir()
                break
            except FileNotFoundError:
                break
            except OSError as error:
                if time.monotonic() > ends_at:
                    raise
                if isinstance(error, PermissionError):  # without CAP_DAC_OVERRIDE root is held to owners
                    os.chown(Path(below).parent, os.getuid(), -1)
                time.sleep(0.005)


def _unified(root: str, instance: str) -> Hierarchy:
    """Prepare cgroup v2 (kernel documentation, admin-guide/cgroup-v2.rst, "Delegation")."""
    mounts = [mount for mount, kind, _ in _mounts() if kind == "cgroup2"]
    if not mounts:
        raise CgroupUnavailable("cgroup v2 is not mounted")
    mount = mounts[0]
    available = (mount / "cgroup.controllers").read_text().split()
    missing = [name for name in NEEDED_V2 if name not in available]
    if missing:
        raise CgroupUnavailable(f"cgroup v2 at {mount} has no {', '.join(missing)} controller")
    base = mount / root
    own = _own_unified(mount)
    # Moving a process takes the right to write to what its old and its new cgroup have in common.
    common = Path(os.path.commonpath((own, base)))
    if os.getuid() != 0 and not os.access(common / "cgroup.procs", os.W_OK):
        raise CgroupUnavailable(
            f"cgroup v2 at {base} cannot be used: this process is in {own}, and only root may move it from "
            f"there; `python -m sandboxes.delegate USER PID`, run by root, moves a shell below {base}"
        )
    try:
        for directory in (mount, base, base / instance):
            directory.mkdir(exist_ok=True)
            enabled = (directory / "cgroup.subtree_control").read_text().split()
            if any(name not in enabled for name in NEEDED_V2):
                _write(directory / "cgroup.subtree_control", "+memory +pids +cpu")
    except OSError as error:
        reason = error.strerror
        if error.errno == errno.EBUSY:
            reason = (
                f"{directory} holds processes itself, so nothing below it can be limited; move each process "
                f"of {directory}/cgroup.procs to a child of it first, {directory}/init, say"
            )
        raise CgroupUnavailable(f"cgroup v2 at {base} cannot be used: {reason}") from None
    return Hierarchy("cgroup2", {"unified": base / instance}, base / instance)


def _legacy(root: str, instance: str) -> Hierarchy:
    """Prepare cgroup v1 (kernel documentation, admin-guide/cgroup-v1)."""
    mounts = {name: mount for mount, kind, names in _mounts() if kind == "cgroup" for name in names}
    missing = [name for name in ("memory", "pids", "cpuacct", "cpu") if name not in mounts]
    if missing:
        raise CgroupUnavailable(f"cgroup v1 has no {', '.join(missing)} hierarchy")
    try:
        parents = {}
        for name in ("memory", "pids", "cpuacct", "cpu"):
            parents[name] = mounts[name] / root / instance
            parents[name].mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CgroupUnavailable(
            f"cgroup v1 at {parents[name].parent} cannot be used: {error.strerror}"
        ) from None
    cpu = parents.pop("cpu")
    return Hierarchy("cgroup1", parents, cpu)


def _mounts() -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Yield every cgroup mount: mount point, file system type, controllers (v1)."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            yield Path(left.split()[4]), kind, tuple(options.split(","))


def _own_unified(mount: Path) -> Path:
    """Return the directory of this process' own cgroup in the unified hierarchy."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, _, path = line.split(":", 2)
        if number == "0":
            return mount / path.lstrip("/")
    return mount


def _processes(directory: Path) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(pid) for pid in (directory / "cgroup.procs").read_text().split()]
    return []


def _write(path: Path, text: str) -> None:
    path.write_text(text)
