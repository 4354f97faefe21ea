"""Find the Python interpreter that sandboxes run: one below /usr, which every sandbox sees."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .backends.base import BackendUnavailable

CHOICES = ("/usr/bin/python3", "/usr/local/bin/python3")
OLDEST = (3, 11)
WANTED = f"Python {'.'.join(map(str, OLDEST))} or newer below /usr"
PROBE = "import sys; print(*sys.version_info[:3])"


def find_python(configured: str | None) -> str:
    """Return the interpreter's path. Raises BackendUnavailable where there is none recent enough."""
    found = []
    for path in (configured,) if configured else CHOICES:
        version = python_version(path)
        if version >= OLDEST:
            return path
        found.append(f"{path} is {'.'.join(map(str, version))}" if version else f"{path} {_lack(path)}")
    raise BackendUnavailable(f"sandboxes need {WANTED}: {', '.join(found)}")


def python_version(path: str) -> tuple[int, ...]:
    """Return an interpreter's version, empty where it does not run."""
    if not path.startswith("/usr/") or not Path(path).exists():
        return ()
    try:
        answer = subprocess.run([path, "-I", "-S", "-c", PROBE], capture_output=True, timeout=20, check=True)
        return tuple(map(int, answer.stdout.split()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def _lack(path: str) -> str:
    if not path.startswith("/usr/"):
        return "is not below /usr"
    return "does not run" if Path(path).exists() else "is not there"
