"""Give a user cgroups to make sandboxes in: `sudo python -m sandboxes.delegate USER [PID]`.

The subtree belongs to the user afterwards; nothing above it does. With a PID, that process (the
user's shell or make) moves into it: cgroup v2 lets a user move processes only within the subtree.
It holds until the host restarts.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from . import cgroups


def delegate(user: str, pid: int | None) -> list[Path]:
    """Make and hand over the directories. Returns them. Raises KeyError, OSError, CgroupUnavailable."""
    owner = pwd.getpwnam(user)
    name = f"verifierd-{owner.pw_uid}"
    hierarchy = cgroups.find_hierarchy(name, "home")
    for directory in hierarchy.directories:
        for path in (directory.parent, directory):
            _hand_over(path, owner.pw_uid, owner.pw_gid)
        if pid is not None and hierarchy.meters == "cgroup2":
            home = directory / "user"
            home.mkdir(exist_ok=True)
            _hand_over(home, owner.pw_uid, owner.pw_gid)
            (home / "cgroup.procs").write_text(str(pid))
    return [directory.parent for directory in hierarchy.directories]


def _hand_over(directory: Path, uid: int, gid: int) -> None:
    for name in ("", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "tasks"):
        if (directory / name).exists():
            os.chown(directory / name, uid, gid)


def main() -> int:
    """Run from the command line. Returns the exit status."""
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if len(sys.argv) not in (2, 3) or (len(sys.argv) == 3 and not sys.argv[2].isdigit()):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        directories = delegate(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else None)
    except (KeyError, OSError, cgroups.CgroupUnavailable) as error:
        print(f"cgroups could not be handed to {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    print(f"{sys.argv[1]} may now make cgroups below {', '.join(map(str, directories))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
