"""Where the service is, for frameworks that are started by a command rather than by code."""

from __future__ import annotations

import os

VARIABLE = "VERIFIERD_ADDRESS"
DEFAULT = "127.0.0.1:50051"


def server_address() -> str:
    """Return the address that the environment names, else the one at which a daemon listens by default."""
    return os.environ.get(VARIABLE) or DEFAULT
