"""Start one container from a clean slate: cgroups, user namespace, rlimits, then exec.

Run as a program (`python -I -S launch.py JSON`), as the daemon's direct child: the parent-death
signal that bubblewrap sets holds for it. As root it makes a user namespace whose ids are a range
that nothing on the host uses, so that root inside is nobody outside.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

if __name__ == "__main__":  # started with -I, which leaves the package's own folder off the path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandboxes.inside import linux

ID_BASE, ID_COUNT = 0x70000000, 65536  # above systemd's container range, below the signed bound
STACK_BYTES = 1 << 30
OPEN_FILES = 16384


def main(order: dict[str, list[str]]) -> None:
    """Become the container's first process. Raises OSError."""
    for path in order["join"]:
        Path(path).write_text(str(os.getpid()))
    if os.getuid() == 0:
        enter_mapped_user_namespace()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _raise_to(resource.RLIMIT_STACK, STACK_BYTES)
    _raise_to(resource.RLIMIT_NOFILE, OPEN_FILES)
    os.execv(order["argv"][0], order["argv"])  # noqa: S606 - no shell is wanted


def enter_mapped_user_namespace() -> None:
    """Enter a user namespace with the id range mapped, and become its root. Raises OSError."""
    pid = os.getpid()
    entered_read, entered = os.pipe()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(entered)
            os.read(entered_read, 1)
            for kind in ("uid", "gid"):
                Path(f"/proc/{pid}/{kind}_map").write_text(f"0 {ID_BASE} {ID_COUNT}\n")
            status = 0
        finally:
            os._exit(status)
    linux.unshare(linux.CLONE_NEWUSER)
    os.write(entered, b"e")
    _, status = os.waitpid(helper, 0)
    for fd in (entered_read, entered):
        os.close(fd)
    if status:
        raise OSError("the user namespace's id map could not be written")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _raise_to(kind: int, wanted: int) -> None:
    hard = resource.getrlimit(kind)[1]
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (allowed, allowed if kind == resource.RLIMIT_NOFILE else hard))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
