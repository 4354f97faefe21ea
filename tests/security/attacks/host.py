"""What the host looks like around a daemon, in a form in which a replaced sandbox equals the old one."""

from __future__ import annotations

import contextlib
import pwd
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import docker
import psutil

from sandboxes.backends.docker.backend import INSTANCE_LABEL
from sandboxes.backends.docker.engine import Engine
from sandboxes.launch import ID_BASE, ID_COUNT
from tests.support import cgroups
from tests.support.backends import Backend, Service

SETTLE_S = 15.0
LOOK_S = 0.02
REST_S = 0.05
PLACES = ("/tmp", "/dev/shm", "/proc", "/run/cgroup", "/newroot", "/oldroot")  # where a sandbox mounts
GVISOR_KERNEL = "exe "
WORLD_WRITABLE = (Path("/tmp"), Path("/dev/shm"))

_SANDBOX = re.compile(r"sandbox-\d+")
_SHM_MADE_BY = 9  # column of /proc/sysvipc/shm: the user id of who made it
_INODE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class HostState:
    """Counts of things by what they are, without the numbers that a replaced sandbox changes."""

    containers: Counter[str]
    processes: Counter[str]
    open_files: Counter[str]
    listening: Counter[str]
    cgroups: Counter[str]
    mounts: Counter[str]
    files: Counter[str]
    ipc: Counter[str]


def look(service: Service, folder: Path) -> HostState:
    """Look around a daemon whose own temporary folder is `folder`."""
    containers = Containers.of(service.backend, service.instance)
    family = _family(service, containers)
    return HostState(
        containers=containers.described(),
        processes=Counter(map(_role, family)),
        open_files=_open_files(family),
        listening=_listening(family),
        cgroups=_cgroups(service.instance),
        mounts=_mounts(folder),
        files=Counter(_files(folder)),
        ipc=_sysv_ipc(),
    )


def look_at_rest(service: Service, folder: Path, settle_s: float = SETTLE_S) -> HostState:
    """The same once it stays as it is and nothing waits for a CPU: after an answer, sandboxes make ready."""
    deadline = time.monotonic() + settle_s
    before = look(service, folder)
    while True:
        time.sleep(REST_S)
        now = look(service, folder)
        if (now == before and not _is_at_work(service)) or time.monotonic() > deadline:
            return now
        before = now


def _is_at_work(service: Service) -> bool:
    """Tell whether a process of the daemon's computes, or would if the host let it."""
    family = _family(service, Containers.of(service.backend, service.instance))
    return any(_status(process) in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP) for process in family)


def _status(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return str(process.status())
    return psutil.STATUS_DEAD


def differences(before: HostState, service: Service, folder: Path, settle_s: float = SETTLE_S) -> list[str]:
    """What is not as it was: things end, and a broken sandbox is replaced, within `settle_s`."""
    deadline = time.monotonic() + settle_s
    while True:
        found = _compare(before, look(service, folder))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(LOOK_S)


def _compare(before: HostState, after: HostState) -> list[str]:
    found = []
    for kind in (field.name for field in fields(HostState)):
        old, new = getattr(before, kind), getattr(after, kind)
        found += [f"{kind}: {count} more of {what}" for what, count in (new - old).items()]
        found += [f"{kind}: {count} fewer of {what}" for what, count in (old - new).items()]
    return found


@dataclass(frozen=True, slots=True)
class Containers:
    """An engine's containers that a daemon made: each one's state, runtime and first process."""

    found: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, backend: Backend, instance: str) -> Containers:
        if not backend.name.startswith("docker"):
            return cls(())
        with contextlib.closing(docker.APIClient(Engine(None).address)) as api:
            found = []
            for each in api.containers(all=True, filters={"label": f"{INSTANCE_LABEL}={instance}"}):
                with suppress(docker.errors.NotFound):
                    told = api.inspect_container(each["Id"])
                    state = told["State"]
                    found.append((state["Status"], told["HostConfig"]["Runtime"], state["Pid"]))
            return cls(tuple(found))

    def described(self) -> Counter[str]:
        """With how many processes the engine keeps for each: gVisor has a gofer beside its kernel."""
        return Counter(
            f"{status} under {runtime}, {len(_beside(pid))} processes" for status, runtime, pid in self.found
        )

    def processes(self) -> list[psutil.Process]:
        """What runs in them, as the host sees it: of gVisor its kernel alone, whose helpers come and go."""
        found = []
        for _, runtime, pid in self.found:
            with suppress(psutil.NoSuchProcess):
                first = psutil.Process(pid)
                found += [first, *([] if "runsc" in runtime else first.children(recursive=True))]
        return found


def _beside(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        shim = psutil.Process(pid).parent()
        return [] if pid == 0 or shim is None else shim.children()
    return []


def _family(service: Service, containers: Containers) -> list[psutil.Process]:
    """The daemon, its descendants and what runs in its containers and cgroups."""
    family = [psutil.Process(service.pid)]
    family += family[0].children(recursive=True)
    family += containers.processes()
    known = {process.pid for process in family}
    for group in _cgroups_of(service.instance):
        with suppress(OSError):
            known_here = {int(pid) for pid in (group / "cgroup.procs").read_text().split()} - known
            for pid in known_here:
                with suppress(psutil.NoSuchProcess):
                    family.append(psutil.Process(pid))
            known |= known_here
    return family


def _role(process: psutil.Process) -> str:
    """A process' name and how deep in PID namespaces it is, which tells a stage from its supervisor."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return "zombie"
        status = Path(f"/proc/{process.pid}/status").read_text()
        depth = next(len(line.split()) - 1 for line in status.splitlines() if line.startswith("NSpid:"))
        return f"{process.name()} at depth {depth}"
    except (psutil.NoSuchProcess, OSError, StopIteration):
        return "process that is ending"


def _open_files(family: list[psutil.Process]) -> Counter[str]:
    """By role and what they are. The daemon's own come and go with gRPC's pools of threads and calls.

    So do those of gVisor's kernel, which are no run's files.
    """
    found: Counter[str] = Counter()
    for process in family[1:]:
        with suppress(OSError):
            role = _role(process)
            if role.startswith(GVISOR_KERNEL):
                continue
            for fd in Path(f"/proc/{process.pid}/fd").iterdir():
                with suppress(OSError):
                    target = str(fd.readlink())
                    if target != "/proc" and not target.startswith(
                        "/proc/"
                    ):  # a supervisor reads there while it resets
                        found[f"{role}: {_INODE.sub('', target)}"] += 1
    return found


def _listening(family: list[psutil.Process]) -> Counter[str]:
    found: Counter[str] = Counter()
    for process in family:
        with suppress(psutil.Error):
            for connection in process.net_connections("inet"):
                found[f"{_role(process)}: {connection.laddr}"] += 1
    return found


def _cgroups(instance: str) -> Counter[str]:
    return Counter(_SANDBOX.sub("sandbox", str(group)) for group in _cgroups_of(instance))


def _cgroups_of(instance: str) -> list[Path]:
    own = cgroups.of_instance(instance)
    return [*own, *(group for folder in own for group in cgroups.below(folder))]


def _mounts(folder: Path) -> Counter[str]:
    """Mounts where a sandbox makes its own, below the daemon's folder, and those named after the service."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return Counter(
        point for point in points if point in PLACES or point.startswith(str(folder)) or "verifierd" in point
    )


def _files(folder: Path) -> list[str]:
    """All in the daemon's folder, and what a sandbox's ids own where everybody may write.

    An unprivileged daemon's own id is also that of other daemons, which have folders there.
    """
    own_uid = folder.stat().st_uid or None
    found = [str(path) for path in folder.rglob("*")]
    for place in WORLD_WRITABLE:
        for path in place.iterdir():
            with suppress(OSError):
                owner = path.lstat().st_uid
                if ID_BASE <= owner < ID_BASE + ID_COUNT or (owner == own_uid and not path.is_dir()):
                    found.append(str(path))
    return found


def _sysv_ipc() -> Counter[str]:
    """All of the host's, but memory that PostgreSQL's user made: tests beside these have servers."""
    found: Counter[str] = Counter()
    for kind in ("shm", "sem", "msg"):
        for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]:
            words = line.split()
            if kind != "shm" or words[_SHM_MADE_BY] not in _servers_user():
                found[f"{kind} {' '.join(words[:2])}"] += 1
    return found


@cache
def _servers_user() -> tuple[str, ...]:
    """The id of PostgreSQL's user, in digits; nobody's where it is not installed."""
    with suppress(KeyError):
        return (str(pwd.getpwnam("postgres").pw_uid),)
    return ()
