"""The control groups of a daemon, of all hierarchies, as they come and go while somebody looks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")


def below(folder: Path) -> Iterator[Path]:
    """Yield all groups below one. `os.walk` passes over what is gone by then, where `glob` would raise."""
    for path, names, _ in os.walk(folder):
        yield from (Path(path, name) for name in names)


def of_instance(name: str) -> list[Path]:
    """Return an instance's own groups, one of each hierarchy; `name` may hold `*`."""
    return [group for group in below(MOUNT) if group.match(name)]
