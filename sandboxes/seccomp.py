"""Seccomp filters, made by libseccomp: one for the whole container, a tighter one for every run."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Sequence
from typing import Any

import pyseccomp

from .languages import LANGUAGES

# Never needed inside a sandbox, by the supervisor or by a candidate.
CONTAINER_DENIED = [
    "acct",
    "add_key",
    "adjtimex",
    "bpf",
    "clock_adjtime",
    "clock_settime",
    "create_module",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "get_kernel_syms",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mbind",
    "memfd_secret",
    "migrate_pages",
    "modify_ldt",
    "move_pages",
    "name_to_handle_at",
    "nfsservctl",
    "open_by_handle_at",
    "perf_event_open",
    "pidfd_getfd",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "set_mempolicy",
    "settimeofday",
    "stime",
    "swapoff",
    "swapon",
    "syslog",
    "sysfs",
    "uselib",
    "userfaultfd",
    "vhangup",
    "vm86",
    "vm86old",
]
# What the supervisor and a stage need to make a run's walls, and a run must not have.
RUN_DENIED = [
    "chroot",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "inotify_init",  # shared files tell of whoever opens them, in other sandboxes and on the host too
    "inotify_init1",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "personality",
    "pivot_root",
    "setdomainname",
    "sethostname",
    "setns",
    "umount",
    "umount2",
    "unshare",
    "mq_getsetattr",
    "mq_notify",
    "mq_open",
    "mq_timedreceive",
    "mq_timedsend",
    "mq_unlink",
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "shmat",
    "shmctl",
    "shmdt",
    "shmget",
]
# Answered as if the kernel had never heard of it, so that libraries fall back.
RUN_UNKNOWN = ("clone3",)
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h)
NAMESPACE_FLAGS = (0x80, *(1 << bit for bit in (17, 25, 26, 27, 28, 29, 30)))
AF_UNIX = 1
RLIMIT_CORE = 4
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
# Commands of fcntl(2) by which a run would act on others: a lease keeps who opens a shared file waiting, a
# notification tells of him, and larger pipes use up what the kernel allows all processes of one uid together.
F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ = 1024, 1026, 1031
# Taking a lock on a part of a file, and asking who has one: F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW;
# F_GETLK, F_OFD_GETLK.
LOCKING, ASKING_FOR_LOCKS = (6, 7, 37, 38), (5, 36)
# Where gVisor mounts, a device that a run made could be opened, so it makes none.
S_IFMT, DEVICE_TYPES = 0o170000, (0o020000, 0o060000)
OPTIMIZE_BY_TREE = 2  # seccomp_attr_set(3)
INT = 0xFFFFFFFF  # the kernel reads an int argument's lower half only, so a rule must too
# A stage has its runs' uid, so these reach it: a run may set limits and priorities of any process but 1.
BY_PROCESS = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
# (which, who) of setpriority(2) and ioprio_set(2) that name process 1, its group, or all of the uid (None).
PRIORITY_TARGETS = {"setpriority": ((0, 1), (1, 1), (2, None)), "ioprio_set": ((1, 1), (2, 1), (3, None))}


def container_filter() -> bytes:
    """Return the container's filter as classic BPF, 8 bytes an instruction."""
    return _program(_filter(CONTAINER_DENIED))


def docker_profile() -> dict[str, Any]:
    """Return the container's filter in the form that a Docker engine reads."""
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": CONTAINER_DENIED, "action": "SCMP_ACT_ERRNO"}],
    }


def run_filters(*, shares_host: bool = False) -> dict[tuple[str, ...], bytes]:
    """Return the filter of every run, by the system calls that the declarations of languages grant."""
    granted = {(), *(language.system_calls for language in LANGUAGES.values())}
    return {calls: run_filter(shares_host=shares_host, granted=calls) for calls in sorted(granted)}


def run_filter(*, shares_host: bool = False, granted: Sequence[str] = ()) -> bytes:
    """Return a run's filter as classic BPF, 8 bytes an instruction, with the `granted` system calls allowed.

    Where runs have the uid of the host's others and its device files (`shares_host`), locks on those would
    meet, and so would the kernel's count of files in flight for the uid. So taking a lock does nothing there
    (refused, it would fail every program that keeps a database in a file), nobody is told of one, and no
    files can be passed on.
    """
    rules = _filter([*CONTAINER_DENIED, *(name for name in RUN_DENIED if name not in granted)])
    denied = pyseccomp.ERRNO(errno.EPERM)
    for name in RUN_UNKNOWN:
        _add(rules, pyseccomp.ERRNO(errno.ENOSYS), name)
    for flag in NAMESPACE_FLAGS:
        _add(rules, denied, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # Loopback too: a port in TIME_WAIT would outlive its candidate, in view of the next.
    no_family = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    _add(rules, no_family, "socket", pyseccomp.Arg(0, pyseccomp.NE, AF_UNIX))
    for request in (TIOCSTI, TIOCLINUX):
        _add(rules, denied, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, request))
    for command in (F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ):
        _add(rules, denied, "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, command))
    for kind in DEVICE_TYPES:
        _add(rules, denied, "mknod", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, S_IFMT, kind))
        _add(rules, denied, "mknodat", pyseccomp.Arg(2, pyseccomp.MASKED_EQ, S_IFMT, kind))
    for name in BY_PROCESS:
        _add(rules, denied, name, pyseccomp.Arg(0, pyseccomp.MASKED_EQ, INT, 1))
    # A limit of 0 on core dumps would bring the host's handler for them back (`launch.NO_CORE`).
    _add(rules, denied, "setrlimit", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, INT, RLIMIT_CORE))
    of_core = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, RLIMIT_CORE)
    _add(rules, denied, "prlimit64", of_core, pyseccomp.Arg(2, pyseccomp.NE, 0))
    for name, targets in PRIORITY_TARGETS.items():
        for which, who in targets:
            named = [pyseccomp.Arg(0, pyseccomp.MASKED_EQ, INT, which)]
            if who is not None:
                named.append(pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, who))
            _add(rules, denied, name, *named)
    if shares_host:
        _add(rules, pyseccomp.ERRNO(0), "flock")
        for command in LOCKING:
            _add(rules, pyseccomp.ERRNO(0), "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, command))
        for command in ASKING_FOR_LOCKS:  # of the host's processes too
            _add(rules, denied, "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, INT, command))
        for name in ("sendmsg", "sendmmsg"):
            _add(rules, denied, name)
    return _program(rules)


def _filter(denied: Sequence[str]) -> pyseccomp.SyscallFilter:
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in denied:
        _add(rules, pyseccomp.ERRNO(errno.EPERM), name)
    return rules


def _add(rules: pyseccomp.SyscallFilter, action: int, name: str, *args: pyseccomp.Arg) -> None:
    """Add a rule; a call that this architecture does not have needs none."""
    try:
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    except ValueError:
        return
    if number >= 0:
        rules.add_rule(action, number, *args)


def _program(rules: pyseccomp.SyscallFilter) -> bytes:
    # As a binary tree: the kernel tries every call's number on a new filter, so a long list costs each stage.
    rules.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, OPTIMIZE_BY_TREE)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
