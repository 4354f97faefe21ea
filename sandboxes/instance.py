"""The name under which a worker's process makes things on the host, and whether that process still lives."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

from .launch import ID_BASE, ID_COUNT, ID_RANGES

STARTED = 19  # column of /proc/PID/stat after the name: the 22nd, starttime (proc(5))


def instance_name(pid: int | None = None) -> str:
    """Return a name that tells whether the process that made a thing still lives: PID-STARTED.

    It started so many clock ticks after the boot: a clock that is set meanwhile changes nothing. Raises
    OSError where there is no such process; `pid` None means the caller.
    """
    pid = pid or os.getpid()
    return f"{pid}-{_started_ticks(pid)}"


def is_instance(name: str) -> bool:
    """Tell whether the name is one of `instance_name`'s."""
    pid, _, created = name.partition("-")
    return pid.isdecimal() and created.isdecimal()


def lives(name: str) -> bool:
    """Tell whether the process of an instance is still there. Raises ValueError where it names none."""
    pid, _, created = name.partition("-")
    try:
        return _started_ticks(int(pid)) == int(created)
    except OSError:
        return False


def _started_ticks(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(after_name[STARTED])


def id_ranges() -> Iterator[int]:
    """Yield the first id of one range after another, from a random one on: neighbours begin elsewhere.

    The kernel counts some things for a uid on the whole host, so no two sandboxes are to share one.
    """
    number = random.SystemRandom().randrange(ID_RANGES)
    while True:
        yield ID_BASE + number * ID_COUNT
        number = (number + 1) % ID_RANGES
