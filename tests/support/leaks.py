"""Finds what a test left behind on the host: processes, mounts, cgroups, files, listening sockets.

Take a `snapshot` before, ask for `left_behind` after. Only what can be told to be this test
process' own counts, so that a busy neighbour on the same machine is never blamed.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path

import psutil

from sandboxes.inside.factory import NEXT
from tests.support import cgroups

PREFIX = "verifierd"
SUPERVISOR = "verifierd.zip"  # in the command line of the process that runs it
SHARED_MEMORY = Path("/dev/shm")
USERS_ELSEWHERE = "TEST_USERS_ELSEWHERE"
"""Set where the daemons of unprivileged users are another process' tests', which their groups are left to."""
SETTLE_S = 5.0
REST_S = 0.05
WATCH_S = 0.2  # shorter than any daemon lives
PR_SET_CHILD_SUBREAPER = 36
TCP_LISTEN = "0A"
UNIX_ACCEPTS = 0x10000  # __SO_ACCEPTCON in the flags column of /proc/net/unix


_at_rest: dict[str, int] = {}  # processes of each supervisor, when it was seen to rest
_neighbours: set[str] = set()  # instances that were seen to live, and are not of this test process


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Named things on the host; the key tells two of them apart, the value tells a person what it is."""

    processes: dict[str, str]
    mounts: dict[str, str]
    cgroups: dict[str, str]
    files: dict[str, str]
    sockets: dict[str, str]


def adopt_orphans(whether: bool = True) -> None:
    """Make orphaned descendants this process' children, so that a detached daemon cannot hide."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(whether), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def snapshot(temp_dir: Path) -> Snapshot:
    """What there is now: descendants, mounts, cgroups and files named after the service, own listeners.

    `temp_dir` is this process' alone: everything in it counts.
    """
    shared = list(SHARED_MEMORY.glob(f"{PREFIX}*"))
    groups = list(_cgroups())
    _learn_neighbours(groups)
    return Snapshot(
        processes=living_descendants(),
        mounts=_mounts(temp_dir),
        cgroups={str(path): str(path) for path in groups},
        files={str(path): str(path) for path in [*temp_dir.iterdir(), *shared]},
        sockets=_listening_sockets(),
    )


@contextmanager
def neighbours_watched() -> Iterator[None]:
    """Learn of neighbours that come and are killed before the block ends: what they leave is theirs."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_S):
            _learn_neighbours(_cgroups())

    watching = threading.Thread(target=watch, name="neighbour-watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def snapshot_at_rest(temp_dir: Path, settle_s: float = SETTLE_S) -> Snapshot:
    """The same once it stays as it is: after an answer, sandboxes that outlive a test make ready anew.

    Those that have as many processes as when they were last at rest are so now; others are given time.
    """
    deadline = time.monotonic() + settle_s
    now = snapshot(temp_dir)
    while time.monotonic() < deadline:
        before, households = now, _households(now)
        if all(size >= _at_rest.get(supervisor, size + 1) for supervisor, size in households.items()):
            break
        time.sleep(REST_S)
        now = snapshot(temp_dir)
        if now == before:
            break
    _at_rest.clear()
    _at_rest.update(_households(now))
    return now


def _households(state: Snapshot) -> Counter[str]:
    """How many processes each supervisor has."""
    return Counter(key.partition(" of ")[2] for key in state.processes if key.startswith("child "))


def left_behind(before: Snapshot, temp_dir: Path, settle_s: float = SETTLE_S) -> dict[str, list[str]]:
    """What is there now and was not before, by kind; empty if all is as it was.

    Ending is asynchronous in the kernel and in gRPC, so what is found gets `settle_s` seconds to go.
    """
    deadline = time.monotonic() + settle_s
    while True:
        _reap_adopted(before)
        found = _difference(before, snapshot(temp_dir))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def _difference(before: Snapshot, after: Snapshot) -> dict[str, list[str]]:
    found = {}
    for kind in (field.name for field in fields(Snapshot)):
        old, new = getattr(before, kind), getattr(after, kind)
        added = [new[key] for key in new if key not in old]
        if kind == "cgroups":
            added = [path for path in added if not (_is_a_neighbours(path) or _is_made_ready(path, old))]
        if added:
            found[kind] = sorted(added)
    return found


def _is_a_neighbours(group: str) -> bool:
    return not _neighbours.isdisjoint(Path(group).parts)


def _is_made_ready(group: str, old: Mapping[str, str]) -> bool:
    """Whether a sandbox that was there made it, for the stage that waits for its next candidate."""
    path = Path(group)
    return path.name == NEXT and str(path.parent) in old


def living_descendants() -> dict[str, str]:
    """Return the living descendants; a zombie holds nothing but its number.

    Between jobs a supervisor keeps a stage ready for the next candidate, another one each time. So its
    children are told apart by how many there are.
    """
    found = {}
    of_supervisor: Counter[int] = Counter()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            command = " ".join(process.cmdline()) or process.name()
            if process.status() == psutil.STATUS_ZOMBIE or "multiprocessing.resource_tracker" in command:
                continue
            key, parent = f"{process.pid}@{process.create_time()}", process.parent()
            if parent is not None and SUPERVISOR in " ".join(parent.cmdline()):
                of_supervisor[parent.pid] += 1
                key = f"child {of_supervisor[parent.pid]} of {parent.pid}@{parent.create_time()}"
            found[key] = f"pid {process.pid}: {command[:200]}"
    return found


def _reap_adopted(before: Snapshot) -> None:
    """Take the exit status of dead children that came during the test, as process 1 would have."""
    for process in psutil.Process().children():
        with suppress(psutil.NoSuchProcess, ChildProcessError):
            known = f"{process.pid}@{process.create_time()}" in before.processes
            if not known and process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)


def _mounts(temp_dir: Path) -> dict[str, str]:
    """Mounts in the own folder, and those named after the service: others may be a neighbour's."""
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    own = [line for line in lines if PREFIX in line or line.split()[4].startswith(str(temp_dir))]
    return {line.split(" ", 1)[0]: f"mount at {line.split()[4]}" for line in own}


def _cgroups() -> Iterator[Path]:
    """Control groups below those named after the service, which themselves may stay for the next start."""
    are_users_elsewhere = USERS_ELSEWHERE in os.environ
    for group in cgroups.below(cgroups.MOUNT):
        roots = [parent.name for parent in group.parents if parent.name.startswith(PREFIX)]
        if roots and not (are_users_elsewhere and roots[-1].startswith(f"{PREFIX}-")):
            yield group


def _learn_neighbours(groups: Iterable[Path]) -> None:
    """Remember whose groups of these are a neighbour's, for as long as it can be told."""
    names = {part for group in groups for part in group.parts}
    _neighbours.update(filter(_is_a_living_neighbour, names - _neighbours))


def _is_a_living_neighbour(name: str) -> bool:
    """Whether it is an instance, named PID-STARTED, of a process that lives and is not of this test."""
    pid, dash, _ = name.partition("-")
    if not (pid.isdigit() and dash):
        return False
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(int(pid)).parents()
        return all(relative.pid != os.getpid() for relative in [psutil.Process(int(pid)), *family])
    return False


def _listening_sockets() -> dict[str, str]:
    """Sockets that this process listens on, by inode."""
    own = set()
    for fd in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            own.add(str(fd.readlink()))
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text("utf-8").splitlines()[1:]:
            columns = line.split()
            if columns[3] == TCP_LISTEN:
                found[f"socket:[{columns[9]}]"] = f"{table} port {int(columns[1].rpartition(':')[2], 16)}"
    for line in Path("/proc/net/unix").read_text("utf-8").splitlines()[1:]:
        columns = line.split()
        if int(columns[3], 16) & UNIX_ACCEPTS:
            found[f"socket:[{columns[6]}]"] = f"unix {columns[7] if len(columns) > 7 else '(unnamed)'}"
    return {inode: what for inode, what in found.items() if inode in own}
