"""Leave of the container's device files only harmless ones, and those as they are."""

from __future__ import annotations

import os
import stat

from . import linux

# null, zero, full, random, urandom, and one's own terminal
HARMLESS = ((1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0))
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


def _protect(path: str) -> None:
    """Make it a read-only mount: else whoever may write to a device may set its file's times, for all to see.

    Linux lets one write to the device all the same; gVisor does not, so there it is left as it is.
    """
    found = os.statvfs(path).f_flag
    flags = linux.MS_BIND | sum(flag for named, flag in KEPT_FLAGS.items() if found & named)
    is_writable = os.access(path, os.W_OK)
    linux.mount("none", path, None, linux.MS_REMOUNT | linux.MS_RDONLY | flags)
    if os.access(path, os.W_OK) != is_writable:
        linux.mount("none", path, None, linux.MS_REMOUNT | flags)
