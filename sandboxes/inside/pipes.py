"""The pipes of a run: read here, written by a process of another uid that may open them by name too."""

from __future__ import annotations

import os

WRITABLE_BY_ALL = 0o622  # a candidate may open /dev/stdout, another user's pipe, and not read from it


def private_pipe() -> tuple[int, int]:
    """Return the reading end, which does not block, and the writing end."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    return reading, writing


def pipe_for(uid: int) -> tuple[int, int]:
    """Return the same for a run under this uid, which may open the writing end by its name in /dev.

    gVisor's pipes have no mode to change, but they are their maker's, so there it is made in the run's name.
    """
    reading, writing = private_pipe()
    try:
        os.fchmod(writing, WRITABLE_BY_ALL)
    except PermissionError:
        os.close(reading)
        os.close(writing)
        own_uid = os.geteuid()
        os.seteuid(uid)
        try:
            return private_pipe()
        finally:
            os.seteuid(own_uid)
    return reading, writing
