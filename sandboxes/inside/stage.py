"""A stage: process 1 of one candidate's PID namespace. It compiles once and forks every run.

It locks itself down before it reads a byte of the candidate's, never runs the candidate's code in
its own process, and holds no test's input: each run's data comes in files that only the fork reads.
Being process 1, it cannot be signalled from inside, adopts every orphan, and takes all with it.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import resource
import signal
import socket
from types import CodeType
from typing import Any

from . import artifacts, given, left, linux
from .kinds import perform
from .marks import make_own_devices
from .numbers import ProcessNumbers
from .programs import SOURCE_NAME, Files, keep_source

MESSAGE_BYTES = 1 << 16
MAX_FDS = 8
SCRATCH = ("/tmp", "/dev/shm")  # noqa: S108 - the candidate's own tmpfs
SCRATCH_INODES = 16384
# What a container has and a candidate must not see: the supervisor's own files, and what an engine mounts.
# Covered, not unmounted: what came from outside a user namespace cannot be unmounted in it.
COVERED = ("/run", "/sys", "/dev/mqueue", "/dev/pts")
LIBRARIES_DIRECTORY = "/libraries"  # of those who read answers; no program finds them
COVER_FLAGS = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
# What process 1 keeps for itself and each run gives up: see `numbers`; to change to their uid and end them.
KEPT = (linux.CAP_CHECKPOINT_RESTORE,)
KEPT_WITH_OWN_UID = (linux.CAP_KILL, linux.CAP_SETGID, linux.CAP_SETUID)
PROGRAM_ROOM_BYTES = 8 << 20  # each file takes whole pages
NO_CODE = compile("", "", "exec")  # of a program that is no Python
COVER_OPTIONS = "size=4k,mode=0555"


def main(control: socket.socket) -> None:
    """Serve the supervisor until it hangs up; never returns."""
    try:
        setup, fds = _receive(control)
        if setup["program"] is None:
            _lock_down(setup, seccomp=_drain(fds[1]))
            code = _compile(control, _drain(fds[0]))
        else:
            _lock_down(setup, seccomp=_drain(fds[1]), program=_drain(fds[0]))
            code = NO_CODE
            _send(control, {"ready": True})
        untouched, numbers = _scratch_state(), ProcessNumbers()
        uid = setup["uid"] if setup["own_uid"] else None
        gc.freeze()  # a run that collects garbage at its end copies no page for what is not its own
        while code is not None:
            order, fds = _receive(control)
            if order["kind"] == "collect":
                _collect(control, order["artifacts"], fds[0])
                continue
            if order["kind"] == "look":
                _look(control, order["limits"]["output_bytes"], fds, uid)
                continue
            pid, exit_status = _run(control, code, order, fds, uid)
            clean = numbers.restore(pid) and _scratch_state() == untouched
            _send(control, {**exit_status, "clean": clean})
    except BaseException as error:
        _send(control, {"failed": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _run(
    control: socket.socket, code: CodeType, order: dict[str, Any], fds: list[int], uid: int | None
) -> tuple[int, dict[str, Any]]:
    if order["kind"] == "execute" and not os.access(order["command"][0], os.X_OK):
        raise FileNotFoundError(f"{order['command'][0]} is not in this sandbox")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _limit(order["limits"])
        if "cpu" in order:
            with contextlib.suppress(OSError):  # where it was taken from the sandbox meanwhile
                os.sched_setaffinity(0, {order["cpu"]})
        if uid is not None:
            _become(uid, uid)
        linux.keep_capabilities()
        arguments = given.take(fds.pop(0), SCRATCH[0]) if order["is_given"] else []
        control.close()  # no sooner: what fails up to here is the stage's failure, which `main` tells
        perform(code, order, Files(*fds), arguments)
    for fd in fds:
        os.close(fd)
    _, status = os.waitpid(pid, 0)
    _end_everything_else()
    code_or_signal = os.waitstatus_to_exitcode(status)
    return pid, {
        "exit_code": code_or_signal if code_or_signal >= 0 else None,
        "term_signal": -code_or_signal if code_or_signal < 0 else None,
    }


def _end_everything_else() -> None:
    """Kill whatever the run left behind and reap it; process 1 itself is never signalled by -1."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _compile(control: socket.socket, source: bytes) -> CodeType | None:
    try:
        text = source.decode("utf-8-sig")
        code = compile(text, SOURCE_NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        message = getattr(error, "msg", None) or str(error)
        _send(control, {"compile_failed": [type(error).__name__, f"{message}{where}"[:500]]})
        return None
    keep_source(text)
    _send(control, {"ready": True})
    return code


def _collect(control: socket.socket, patterns: list[str], fd: int) -> None:
    """Write what a compiler left into the supervisor's file."""
    answer: dict[str, Any] = {"collected": True}
    with open(fd, "wb") as file:
        try:
            file.write(artifacts.collect(patterns))
        except artifacts.NotCollected as error:
            answer = {"not_collected": str(error)}
    _send(control, answer)


def _look(control: socket.socket, room_bytes: int, fds: list[int], uid: int | None) -> None:
    """Tell what the run left at the paths in the first file, by a fork under the run's uid."""
    pid = os.fork()
    if pid == 0:
        if uid is not None:
            _become(uid, uid)
        linux.keep_capabilities()
        paths = _drain(fds[0]).split(left.SEPARATOR)
        _send(control, {"left": left.look(paths, SCRATCH[0], room_bytes, output=fds[3])})
        os._exit(0)
    for fd in fds:
        os.close(fd)
    _, status = os.waitpid(pid, 0)
    if status:
        raise ChildProcessError(f"what looks for files ended with {os.waitstatus_to_exitcode(status)}")


def _lock_down(setup: dict[str, Any], seccomp: bytes, program: bytes | None = None) -> None:
    """Give up everything that the candidate must not have. Order matters: rights go last.

    `program` is the folder of a program that is no Python (`artifacts`).

    Where the sandbox has uids enough, the stage's is the one below its runs', with their group, so that it
    can look into their scratch directories and they cannot touch it.
    """
    uid = setup["uid"]
    os.setsid()  # no signal to a process group reaches from a run to here, or from here further
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 without a handler cannot be signalled
    linux.unshare(linux.CLONE_NEWCGROUP)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    covered = COVERED if setup["has_libraries"] else (*COVERED, LIBRARIES_DIRECTORY)
    for directory in filter(os.path.isdir, covered):
        linux.mount("tmpfs", directory, "tmpfs", COVER_FLAGS, COVER_OPTIONS)
    make_own_devices()
    options = f"size={setup['disk_bytes']},mode=0770,uid={uid},gid={uid}"
    for directory in SCRATCH:
        _mount_scratch(directory, options)
    if program is not None:
        _mount_program(program, setup["program"])
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.mount("tmpfs", f"/proc/{os.getpid()}", "tmpfs", COVER_FLAGS, COVER_OPTIONS)  # gVisor guards it not
    linux.drop_capability_bound()
    if setup["own_uid"]:
        linux.prctl(linux.PR_SET_KEEPCAPS, 1)
        _become(uid - 1, uid)
        linux.keep_capabilities(*KEPT, *KEPT_WITH_OWN_UID)
    else:
        linux.keep_capabilities(*KEPT)
    os.chdir(SCRATCH[0])
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.install_seccomp(seccomp)


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _mount_scratch(directory: str, options: str) -> None:
    # Without times of access: a run that only lists a directory would leave its mark by them.
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOATIME
    try:
        linux.mount("tmpfs", directory, "tmpfs", flags, f"{options},nr_inodes={SCRATCH_INODES}")
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        linux.mount("tmpfs", directory, "tmpfs", flags, options)  # gVisor counts no inodes


def _mount_program(packed: bytes, how: dict[str, Any]) -> None:
    """Put the program's folder where it belongs: a compiler may write there, a run may not."""
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOATIME
    size_bytes = how["disk_bytes"] if how["writable"] else len(packed) + PROGRAM_ROOM_BYTES
    mode = "0777" if how["writable"] else "0755"
    linux.mount("tmpfs", artifacts.DIRECTORY, "tmpfs", flags, f"size={size_bytes},mode={mode}")
    artifacts.unpack(packed)
    if not how["writable"]:
        linux.mount(
            "none", artifacts.DIRECTORY, None, flags | linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY
        )


def _limit(limits: dict[str, Any]) -> None:
    """Set the forked run's own limits; those that a cgroup holds are not repeated here."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["open_files"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
    if limits["ends_by_clock"]:
        cpu_s = -(-limits["cpu_time_ns"] // 1_000_000_000) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    if limits["without_cgroup"]:
        resource.setrlimit(resource.RLIMIT_DATA, (limits["memory_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)


def _scratch_state() -> list[object]:
    """Everything of the scratch directories that a run could leave a mark in.

    Times alone would not do: two changes within one tick of the kernel's clock look the same.
    """
    state: list[object] = []
    for directory in SCRATCH:
        found = os.stat(directory)
        times = (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)
        state.append((found.st_mode, found.st_uid, found.st_gid, times))
        try:
            state.append((os.listdir(directory), os.listxattr(directory)))
        except OSError as error:  # it was made unreadable
            state.append(error.errno)
    return state


def _drain(fd: int) -> bytes:
    with open(fd, "rb") as file:
        return file.read()


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    message, fds, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MAX_FDS)
    if not message:
        os._exit(0)
    return json.loads(message), fds


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())
