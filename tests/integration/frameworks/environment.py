"""Throwaway environments: a set of frameworks, pinned, with this checkout's client beside it.

`python -m tests.integration.frameworks.environment NAME` makes one if need be and prints its Python. A set is
`NAME.txt` in this folder, and beside it `NAME.no-deps.txt` for what is installed without what it requires.
Its environment is kept in `build/frameworks/` until what it is made of changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parents[2]
KEPT_IN = REPOSITORY / "build" / "frameworks"
DISTRIBUTIONS = (REPOSITORY / "proto", REPOSITORY / "clients" / "python")
ASKED = "TEST_FRAMEWORKS"  # without the prefix of the settings, which the daemon reads and refuses
READY = "ready"  # a file that is there once all is installed
LIMIT_S = 1500.0
LAST_WORDS = 1500
# What pip says of an index that it does not get through to.
UNREACHABLE = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Connection timed out",
    "Read timed out",
    "Cannot connect to proxy",
)


class NotHere(Exception):
    """There is no environment of the set. Nothing is known of its frameworks, and nothing is wrong."""


class NotAsked(NotHere):
    """Making it takes minutes, and nobody asked for it."""


class Unreachable(NotHere):
    """No package index answered."""


def environment(name: str, *, is_asked: bool = False) -> Path:
    """Return the Python of the environment of a set, made now if it is not there and asked for.

    It is asked for by `is_asked`, or by its name or `all` in TEST_FRAMEWORKS (separated by commas).
    The client and its stubs are installed as they stand in the checkout, so that their changes count at once.

    Raises:
        NotAsked: it is not there, and not asked for.
        Unreachable: no package index answered.
        RuntimeError: pip could not install the set beside the client; its last words are in it.
    """
    folder = _folder(name)
    python = folder / "bin" / "python"
    if not (folder / READY).exists():
        asked = os.environ.get(ASKED, "").split(",")
        if not (is_asked or name in asked or "all" in asked):
            raise NotAsked(f"the environment of {name}.txt is not made; {ASKED}={name} makes it, in minutes")
        for stale in KEPT_IN.glob(f"{name}-*"):
            shutil.rmtree(stale)
        _run(sys.executable, "-m", "venv", str(folder))
        editable = [argument for each in DISTRIBUTIONS for argument in ("-e", str(each))]
        install = (str(python), "-m", "pip", "install", "--quiet")
        pins, alone = _pins(name)
        _run(*install, "--requirement", str(pins), *editable)
        if alone.exists():
            _run(*install, "--no-deps", "--requirement", str(alone))
        (folder / READY).touch()
    return python


def _folder(name: str) -> Path:
    return KEPT_IN / f"{name}-{_digest(name)}"


def _pins(name: str) -> tuple[Path, Path]:
    """Return the files of a set; the second need not be there."""
    return FOLDER / f"{name}.txt", FOLDER / f"{name}.no-deps.txt"


def _digest(name: str) -> str:
    """Return what changes with anything that an environment is made of."""
    made_of = [each for each in _pins(name) if each.exists()]
    made_of += [each / "pyproject.toml" for each in DISTRIBUTIONS]
    contents = [sys.version.encode(), str(REPOSITORY).encode(), *(each.read_bytes() for each in made_of)]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode == 0:
        return
    words = f"{done.stdout}\n{done.stderr}".strip()
    if any(each in words for each in UNREACHABLE):
        raise Unreachable(f"no package index answered: {words[-LAST_WORDS:]}")
    raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {words[-LAST_WORDS:]}")


if __name__ == "__main__":
    sys.stdout.write(f"{environment(sys.argv[1], is_asked=True)}\n")
