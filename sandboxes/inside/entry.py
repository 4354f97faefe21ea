"""First steps in a container that gives no privileges: a user namespace, then as everywhere (`boot`).

There the supervisor has the rights it needs to make a candidate's walls, over nothing but what it makes
itself. Under an unprivileged uid all have that one: the walls are the PID namespaces, as without root
(`stage`). Under gVisor, whose process 1 can be killed from inside its PID namespace, it starts as root with
the right to change its uid, and each candidate gets one of its own.
"""

from __future__ import annotations

import os

from . import boot, linux
from .marks import protect_engine_files

# gVisor gives every container these, for anybody to open; they are its own kernel's, and no run's business.
DEVICES = ("/dev/fuse", "/dev/net/tun")
INNER_ID = 65534
INNER_BASE, INNER_COUNT = 1 << 20, 1 << 16  # gVisor's own ids, none of the host's


def main() -> None:
    """Serve jobs until the worker hangs up. Raises OSError where the container forbids the namespace."""
    os.environ.pop("HOSTNAME", None)  # the engine's own doing
    if os.getuid() == 0:
        for device in filter(os.path.exists, DEVICES):
            os.chmod(device, 0)
        linux.enter_mapped_user_namespace(INNER_BASE, INNER_COUNT)
        linux.unshare(linux.CLONE_NEWNS)
    else:
        linux.enter_own_user_namespace(INNER_ID, INNER_ID)
    protect_engine_files()
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    boot.main()
