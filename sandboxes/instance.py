"""The name under which a worker's process makes things on the host, and whether that process still lives."""

from __future__ import annotations

import os

import psutil


def instance_name() -> str:
    """Return a name that tells whether the process that made a thing still lives: PID-STARTED."""
    return f"{os.getpid()}-{int(psutil.Process().create_time())}"


def is_instance(name: str) -> bool:
    """Tell whether the name is one of `instance_name`'s."""
    pid, _, created = name.partition("-")
    return pid.isdigit() and created.isdigit()


def lives(name: str) -> bool:
    """Tell whether the process of an instance is still there. Raises ValueError where it names none."""
    pid, _, created = name.partition("-")
    try:
        return int(psutil.Process(int(pid)).create_time()) == int(created)
    except psutil.Error:
        return False
