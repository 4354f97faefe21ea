"""What runs share of the container's files bears no mark of theirs: devices, and what an engine puts in /etc.

Of the devices only harmless ones are left, and those as they are; or each stage has its own.
"""

from __future__ import annotations

import os
import stat

from . import linux

OWN = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
OWN_FLAGS = linux.MS_NOSUID | linux.MS_NOEXEC | linux.MS_NOATIME
OWN_OPTIONS = "size=64k,mode=0755"
HARMLESS = (*OWN.values(), (5, 0))  # and one's own terminal
ENGINE_FILES = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
KEPT_FLAGS = {
    os.ST_NOSUID: linux.MS_NOSUID,
    os.ST_NODEV: linux.MS_NODEV,
    os.ST_NOEXEC: linux.MS_NOEXEC,
}


def protect_devices() -> None:
    """Cover what a program does not need by /dev/null, and write-protect the files of all. Raises OSError."""
    paths = [f"{folder}/{name}" for folder, _, names in os.walk("/dev") for name in names]
    for path in paths:
        state = os.lstat(path)
        if stat.S_ISCHR(state.st_mode) or stat.S_ISBLK(state.st_mode):
            is_harmless = (os.major(state.st_rdev), os.minor(state.st_rdev)) in HARMLESS
            linux.mount(path if is_harmless else os.devnull, path, None, linux.MS_BIND)
            _protect(path)
    _protect("/dev")


def protect_engine_files() -> None:
    """Write-protect what an engine mounts over an image's files. Raises OSError.

    Reading one leaves no time then; under gVisor the host's file system still notes the first reading, ours.
    """
    for path in filter(os.path.exists, ENGINE_FILES):
        with open(path, "rb") as file:
            file.read()
        linux.mount(path, path, None, linux.MS_BIND)
        linux.mount("none", path, None, linux.MS_REMOUNT | linux.MS_RDONLY | _kept_flags(path))


def make_own_devices() -> None:
    """Where the files could not be protected, give the calling process' namespace its own. Raises OSError.

    What a run does to them, the next one does not see. Only gVisor's kernel lets them be opened.
    """
    if os.statvfs(os.devnull).f_flag & os.ST_RDONLY:
        return
    linux.mount("tmpfs", "/dev", "tmpfs", OWN_FLAGS, OWN_OPTIONS)
    for name, (major, minor) in OWN.items():
        os.mknod(f"/dev/{name}", stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(f"/dev/{name}", 0o666)  # noqa: S103 - as everywhere
    for name, target in LINKS.items():
        os.symlink(f"/proc/self/fd{target}", f"/dev/{name}")
    os.mkdir("/dev/shm")  # noqa: S108 - a mount point


def _protect(path: str) -> None:
    """Make it a read-only mount: else whoever may write to a device may set its file's times, for all to see.

    Linux lets one write to the device all the same; gVisor does not, so there it is left as it is.
    """
    flags = _kept_flags(path)
    is_writable = os.access(path, os.W_OK)
    linux.mount("none", path, None, linux.MS_REMOUNT | linux.MS_RDONLY | flags)
    if os.access(path, os.W_OK) != is_writable:
        linux.mount("none", path, None, linux.MS_REMOUNT | flags)


def _kept_flags(path: str) -> int:
    """Return the flags that a remount must repeat: one who did not make the mount may take none away."""
    found = os.statvfs(path).f_flag
    return linux.MS_BIND | sum(flag for named, flag in KEPT_FLAGS.items() if found & named)
