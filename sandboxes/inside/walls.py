"""The walls around a candidate: those that all stages inherit from their zygote, and those of each stage."""

from __future__ import annotations

import errno
import os
from typing import Any

from . import artifacts, linux
from .marks import make_own_devices

SCRATCH = ("/tmp", "/dev/shm")  # noqa: S108 - the candidate's own tmpfs
SCRATCH_INODES = 16384
# What a container has and a candidate must not see: the supervisor's own files, and what an engine mounts.
# Covered, not unmounted: what came from outside a user namespace cannot be unmounted in it.
COVERED = ("/run", "/sys", "/dev/mqueue", "/dev/pts")
LIBRARIES_DIRECTORY = "/libraries"  # of those who read answers; no program finds them
COVER_FLAGS = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
COVER_OPTIONS = "size=4k,mode=0555"
# What process 1 keeps for itself and each run gives up: see `numbers`; to change to their uid and end them.
KEPT = (linux.CAP_CHECKPOINT_RESTORE,)
KEPT_WITH_OWN_UID = (linux.CAP_KILL, linux.CAP_SETUID)
PROGRAM_ROOM_BYTES = 8 << 20  # each file takes whole pages


def cover(*, has_libraries: bool) -> None:
    """Do for a zygote what is the same for all its stages: they begin with it. Raises OSError.

    It gets a mount namespace of its own for that; no exec of anything below it gains a capability.
    """
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    covered = COVERED if has_libraries else (*COVERED, LIBRARIES_DIRECTORY)
    for directory in filter(os.path.isdir, covered):
        linux.mount("tmpfs", directory, "tmpfs", COVER_FLAGS, COVER_OPTIONS)
    linux.drop_capability_bound()
    for kept in ((), KEPT, (*KEPT, *KEPT_WITH_OWN_UID)):
        linux.capability_sets(kept)


def close_in(setup: dict[str, Any], seccomp: bytes, program: bytes | None = None) -> None:
    """Give up, for a stage, everything that its candidate must not have. Order matters: rights go last.

    `program` is the folder of a program that is no Python (`artifacts`).

    Where the sandbox has uids enough, the stage's is the one below its runs', with their group, so that it
    can look into their scratch directories and they cannot touch it. Its saved uid stays root's: so the
    kernel takes every capability from a run that leaves all three behind (capabilities(7), "Effect of user
    ID changes").
    """
    uid = setup["uid"]
    os.setsid()  # no signal to a process group reaches from a run to here, or from here further
    linux.set_signal_handler(linux.SIGINT, linux.SIG_DFL)  # process 1 without a handler cannot be signalled
    linux.unshare(linux.CLONE_NEWCGROUP)
    make_own_devices()
    options = f"size={setup['disk_bytes']},mode=0770,uid={uid},gid={uid}"
    for directory in SCRATCH:
        _mount_scratch(directory, options)
    if program is not None:
        _mount_program(program, setup["program"])
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.mount("tmpfs", f"/proc/{os.getpid()}", "tmpfs", COVER_FLAGS, COVER_OPTIONS)  # gVisor guards it not
    if setup["own_uid"]:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid - 1, uid - 1, 0)
        linux.keep_capabilities(*KEPT, *KEPT_WITH_OWN_UID)
    else:
        linux.keep_capabilities(*KEPT)
    os.chdir(SCRATCH[0])
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.install_seccomp(seccomp)


def become_run(uid: int | None) -> None:
    """Leave, in a fork of a stage, every right that process 1 keeps; `uid` is the run's own, if any."""
    if uid is None:
        linux.keep_capabilities()
    else:
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
