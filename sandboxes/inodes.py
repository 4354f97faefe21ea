"""Give a sandbox inodes of its own in place of the host's: locks, and all that the kernel keeps by inode.

Run by the container's first process, as root or as a user, before bubblewrap binds what it finds. What a
kernel or a host refuses stays shared, as it was: nothing here is needed for a program to run.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .inside import linux

WORKSHOP = "/sys"  # covered for a moment: nothing that is made here comes from there
EMPTY = f"{WORKSHOP}/empty"  # an overlay of a single layer is refused
OVERLAY_FLAGS = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV


def separate(directories: Iterable[str], devices: Iterable[str]) -> None:
    """Put this process in a mount namespace where these are its own, as far as this host lets it.

    Raises OSError.
    """
    if os.getuid() == 0:
        linux.unshare(linux.CLONE_NEWNS)
    elif _may_enter_user_namespace():
        _enter_user_namespace()
    else:
        return
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", WORKSHOP, "tmpfs", linux.MS_NOSUID | linux.MS_NOEXEC, "size=64k,mode=0755")
    Path(EMPTY).mkdir()
    for device in devices:
        with suppress(OSError):
            _replace_device(device)
    for directory in filter(os.path.isdir, directories):
        with suppress(OSError):
            _cover_directory(os.path.realpath(directory))
    linux.unmount(WORKSHOP)


def _may_enter_user_namespace() -> bool:
    """Try it in a child: some hosts let only bubblewrap, and one who entered in vain could not go back."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _enter_user_namespace()
            linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0


def _enter_user_namespace() -> None:
    linux.enter_own_user_namespace(os.getuid(), os.getgid())


def _replace_device(path: str) -> None:
    """Cover a device's node by a new one. In a user namespace a new one could not be opened."""
    node = Path(WORKSHOP, Path(path).name)
    found = Path(path).stat()
    os.mknod(node, stat.S_IFMT(found.st_mode), found.st_rdev)
    node.chmod(stat.S_IMODE(found.st_mode))
    os.close(os.open(node, os.O_RDONLY))
    linux.mount(str(node), path, None, linux.MS_BIND)


def _cover_directory(directory: str) -> None:
    """Mount an overlay of it over it, and the same for what is mounted below, or nothing at all."""
    points = [directory, *sorted(_mounts_below(directory), key=len)]
    layers = [os.open(point, os.O_PATH | os.O_CLOEXEC) for point in points]
    covered = 0
    try:
        for point, layer in zip(points, layers, strict=True):
            options = f"lowerdir=/proc/self/fd/{layer}:{EMPTY}"
            linux.mount("overlay", point, "overlay", OVERLAY_FLAGS, options)
            covered += 1
    finally:
        if 0 < covered < len(points):
            linux.unmount(directory)
        for layer in layers:
            os.close(layer)


def _mounts_below(directory: str) -> set[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = {re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[4]) for line in lines}
    return {point for point in points if point.startswith(f"{directory}/")}
