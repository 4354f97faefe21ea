"""The few system calls that Python's standard library has no function for."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import os
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_PARENT = 0x00008000
CLONE_NEWUSER = 0x10000000
SIGINT, SIGCHLD, SIG_DFL = 2, 17, 0
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x4000, 0x40000
MS_REMOUNT, MS_NOATIME, MS_BIND = 0x20, 0x400, 0x1000
MNT_DETACH = 2
CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_CHECKPOINT_RESTORE = 5, 6, 7, 40
PR_SET_KEEPCAPS = 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_HEADER = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)  # of the calling thread
STAGE_FLAGS = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_PARENT | SIGCHLD
SYS_CLONE = {"x86_64": 56, "aarch64": 220}.get(os.uname().machine)

# PyDLL keeps the interpreter lock over a call: a clone must not run between two threads' states.
_libc = ctypes.PyDLL(None, use_errno=True)
# Looked up here, since each look at anything in a fork copies its page.
_clone = _libc.syscall
_clone.argtypes = (ctypes.c_long,) * 6
_clone.restype = ctypes.c_long
_before_fork, _after_fork = ctypes.pythonapi.PyOS_BeforeFork, ctypes.pythonapi.PyOS_AfterFork_Parent
_after_fork_in_child = ctypes.pythonapi.PyOS_AfterFork_Child
_before_fork.restype = _after_fork.restype = _after_fork_in_child.restype = None


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


class _SysInfo(ctypes.Structure):
    """The result of sysinfo(2), up to what it says in bytes; the rest is room."""

    _fields_ = [
        ("uptime_s", ctypes.c_long),
        ("loads", ctypes.c_ulong * 3),
        ("memory", ctypes.c_ulong),
        ("free_memory", ctypes.c_ulong),
        ("rest", ctypes.c_char * 256),
    ]


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def clone_into_namespaces() -> int:
    """Fork into new PID, mount and IPC namespaces, as a sibling (a child of the caller's parent).

    Returns 0 in the child and the child's process id in the caller. Raises OSError.
    """
    if SYS_CLONE is None:
        raise OSError(f"no clone system call number is known for {os.uname().machine}")
    _before_fork()
    pid = _clone(SYS_CLONE, STAGE_FLAGS, 0, 0, 0, 0)
    if pid == 0:
        _after_fork_in_child()
        return 0
    number = ctypes.get_errno()
    _after_fork()
    if pid < 0:
        raise OSError(number, f"clone: {os.strerror(number)}")
    return int(pid)


# Without the enumerations that `signal.signal` puts around it: a fork would copy a hundred pages for them.
set_signal_handler: Callable[[int, Any], object] = importlib.import_module("_signal").signal


def unshare(flags: int) -> None:
    """Move the caller into new namespaces. Raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def enter_mapped_user_namespace(first: int, count: int) -> None:
    """Enter a user namespace with so many ids from `first` up, and become its root. Raises OSError."""
    pid = os.getpid()
    entered_read, entered = os.pipe()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(entered)
            os.read(entered_read, 1)
            for kind in ("uid", "gid"):
                with open(f"/proc/{pid}/{kind}_map", "w") as file:
                    file.write(f"0 {first} {count}\n")
            status = 0
        finally:
            os._exit(status)
    unshare(CLONE_NEWUSER)
    os.write(entered, b"e")
    _, status = os.waitpid(helper, 0)
    for fd in (entered_read, entered):
        os.close(fd)
    if status:
        raise OSError("the user namespace's id map could not be written")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def enter_own_user_namespace(uid: int, gid: int) -> None:
    """Enter a user namespace with one id, this process' own, by these names, and a new mount namespace.

    Raises OSError.
    """
    maps = {"uid_map": f"{uid} {os.getuid()} 1", "gid_map": f"{gid} {os.getgid()} 1"}
    unshare(CLONE_NEWUSER | CLONE_NEWNS)
    with contextlib.suppress(FileNotFoundError):  # gVisor has none and asks for none
        _write("/proc/self/setgroups", "deny")
    for name, text in maps.items():
        _write(f"/proc/self/{name}", text)


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount a file system. Raises OSError."""
    result = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )
    _checked(result, f"mount {target}")


def current_cpu() -> int:
    """Return the CPU that this thread is on. Raises OSError."""
    return _checked(_libc.sched_getcpu(), "sched_getcpu")


def memory_in_use_bytes() -> int:
    """Return what the kernel has given out, files that it caches among it. Raises OSError."""
    told = _SysInfo()
    _checked(_libc.sysinfo(ctypes.byref(told)), "sysinfo")
    return int(told.memory - told.free_memory)


def unmount(target: str) -> None:
    """Take away the topmost mount there with all below it; what uses it keeps it. Raises OSError."""
    _checked(_libc.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def prctl(option: int, argument: int = 0) -> None:
    """Set one attribute of this process. Raises OSError."""
    _checked(
        _libc.prctl(
            option, ctypes.c_ulong(argument), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)
        ),
        f"prctl {option}",
    )


def keep_capabilities(*kept: int) -> None:
    """Give up every capability for good but those of these that are held. Raises OSError."""
    _checked(_libc.capset(CAP_HEADER, capability_sets(kept)), "capset")


@lru_cache
def capability_sets(kept: tuple[int, ...]) -> bytes:
    """Return what `keep_capabilities` gives to the kernel: asked once, it is at hand in each fork.

    Raises OSError.
    """
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then their upper halves
    _checked(_libc.capget(CAP_HEADER, ctypes.byref(held)), "capget")
    mask = sum(1 << number for number in kept) & (held[1] | held[4] << 32)
    lower, upper = mask & 0xFFFFFFFF, mask >> 32
    return struct.pack("=6I", lower, lower, 0, upper, upper, 0)


def drop_capability_bound() -> None:
    """Empty the bounding and ambient sets, so that no exec can gain a capability. Raises OSError."""
    try:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError as error:
        if error.errno != errno.EINVAL:  # gVisor knows no ambient set
            raise
    for capability in range(int(_read("/proc/sys/kernel/cap_last_cap")) + 1):
        prctl(PR_CAPBSET_DROP, capability)


def install_seccomp(program: bytes) -> None:
    """Install a classic BPF program (8 bytes an instruction) as a seccomp filter. Raises OSError."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    loaded = _Filter(len(program) // 8, program)
    _checked(
        _libc.prctl(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(loaded), ctypes.c_ulong(0), ctypes.c_ulong(0)
        ),
        "seccomp",
    )


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()
