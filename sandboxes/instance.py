"""The name under which a worker's process makes things on the host, and whether that process still lives."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import psutil

from .launch import ID_BASE, ID_COUNT, ID_RANGES


def instance_name() -> str:
    """Return a name that tells whether the process that made a thing still lives: PID-STARTED."""
    return f"{os.getpid()}-{int(psutil.Process().create_time())}"


def is_instance(name: str) -> bool:
    """Tell whether the name is one of `instance_name`'s."""
    pid, _, created = name.partition("-")
    return pid.isdecimal() and created.isdecimal()


def lives(name: str) -> bool:
    """Tell whether the process of an instance is still there. Raises ValueError where it names none."""
    pid, _, created = name.partition("-")
    try:
        return int(psutil.Process(int(pid)).create_time()) == int(created)
    except psutil.Error:
        return False


def id_ranges() -> Iterator[int]:
    """Yield the first id of one range after another, from a random one on: neighbours begin elsewhere.

    The kernel counts some things for a uid on the whole host, so no two sandboxes are to share one.
    """
    number = random.SystemRandom().randrange(ID_RANGES)
    while True:
        yield ID_BASE + number * ID_COUNT
        number = (number + 1) % ID_RANGES
