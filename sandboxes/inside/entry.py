"""First steps in a container that gives no privileges: a user namespace, then the supervisor.

There the supervisor has the rights it needs to make a candidate's walls, over nothing but what it makes
itself. All have one uid there: the walls are the PID namespaces, as without root (`stage`).
"""

from __future__ import annotations

import contextlib
import os

from . import linux, supervisor
from .groups import write

INNER_ID = 65534


def main() -> None:
    """Serve jobs until the worker hangs up. Raises OSError where the container forbids the namespace."""
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
    with contextlib.suppress(FileNotFoundError):  # gVisor has none and asks for none
        write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{INNER_ID} {uid} 1")
    write("/proc/self/gid_map", f"{INNER_ID} {gid} 1")
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    supervisor.main()
