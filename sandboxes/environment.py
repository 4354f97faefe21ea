"""The environment that programs get, whatever the container: nothing of the host's."""

from __future__ import annotations

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - the candidate's own tmpfs
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
}
