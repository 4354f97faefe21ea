"""Start one container from a clean slate: cgroups, inodes, user namespace, rlimits, then exec.

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
from typing import Any

if __name__ == "__main__":  # started with -I, which leaves the package's own folder off the path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandboxes import inodes
from sandboxes.inside import linux

# Above systemd's container range, below the signed bound: a range of ids for each sandbox of the host.
ID_BASE, ID_COUNT, ID_RANGES = 0x70000000, 65536, 4095
STACK_BYTES = 1 << 30
OPEN_FILES = 16384
NO_CORE = (1, 1)  # 0 would still start a handler that core_pattern pipes to, as root on the host (core(5))


def main(order: dict[str, Any]) -> None:
    """Become the container's first process. Raises OSError."""
    for path in order["join"]:
        Path(path).write_text(str(os.getpid()))
    inodes.separate(order["directories"], order["devices"])
    if os.getuid() == 0:
        linux.enter_mapped_user_namespace(order["first_id"], ID_COUNT)
    resource.setrlimit(resource.RLIMIT_CORE, NO_CORE)
    _raise_to(resource.RLIMIT_STACK, STACK_BYTES)
    _raise_to(resource.RLIMIT_NOFILE, OPEN_FILES)
    os.execv(order["argv"][0], order["argv"])  # noqa: S606 - no shell is wanted


def _raise_to(kind: int, wanted: int) -> None:
    hard = resource.getrlimit(kind)[1]
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (allowed, allowed if kind == resource.RLIMIT_NOFILE else hard))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
