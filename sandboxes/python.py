"""Find the Python interpreter that sandboxes run: one below /usr, which every sandbox sees."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .backends.base import BackendUnavailable

CHOICES = ("/usr/bin/python3", "/usr/local/bin/python3")
OLDEST = (3, 11)
PROBE = "import sys; print(*sys.version_info[:3])"


def find_python(configured: str | None) -> str:
    """Return the interpreter's path. Raises BackendUnavailable where there is none recent enough."""
    found = []
    for path in (configured,) if configured else CHOICES:
        version = python_version(path)
        if version >= OLDEST:
            return path
        found.append(f"{path} is {'.'.join(map(str, version))}" if version else f"{path} is not there")
    wanted = ".".join(map(str, OLDEST))
    raise BackendUnavailable(
        f"sandboxes need Python {wanted} or newer below /usr: {', '.join(found)}; "
        "install it: apt-get install python3"
    )


def python_version(path: str) -> tuple[int, ...]:
    """Return an interpreter's version, empty where it does not run."""
    if not path.startswith("/usr/") or not Path(path).exists():
        return ()
    try:
        answer = subprocess.run([path, "-I", "-S", "-c", PROBE], capture_output=True, timeout=20, check=True)
        return tuple(map(int, answer.stdout.split()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
