"""Who runs a command, as it is recorded in the store."""

from __future__ import annotations

import getpass
import os


def who() -> str:
    """Return the user's name and this host's; the user's number where it has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"user {os.getuid()}"
    return f"{user}@{os.uname().nodename}"
