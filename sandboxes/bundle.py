"""The code that runs inside a sandbox, as one zip file that an interpreter can start from."""

from __future__ import annotations

import io
import struct
import zipfile
from importlib import resources

BOOT = "import sys; sys.path.insert(0, {path!r}); from inside.boot import main; main()"
OPTIONS = ("-S", "-s", "-P", "-B", "-X", "utf8")
LENGTH = struct.Struct(">I")
UNPACKED = "/run/verifierd.zip"  # a tmpfs that candidates do not see
# Nothing of the worker's host is in the container, so the bundle comes over the line, its length first.
BOOT_FROM_STDIN = f"""
import os, sys
def take(count):
    parts = []
    while count:
        parts.append(os.read(0, count) or os._exit(1))
        count -= len(parts[-1])
    return b"".join(parts)
with open({UNPACKED!r}, "wb") as file:
    file.write(take(int.from_bytes(take({LENGTH.size}), "big")))
sys.path.insert(0, {UNPACKED!r})
from inside.entry import main
main()
"""


def build() -> bytes:
    """Return the zip file's bytes: the package `inside`, the same bytes for the same sources."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry in sorted(resources.files("sandboxes.inside").iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                archive.writestr(zipfile.ZipInfo(f"inside/{entry.name}"), entry.read_bytes())
    return buffer.getvalue()


def command(python: str, path: str) -> list[str]:
    """Return the command line that starts the supervisor from the bundle at `path`.

    No site packages (-S, -s), no unsafe path (-P); environment variables are read, since
    PYTHONHASHSEED among them makes runs repeatable.
    """
    return [python, *OPTIONS, "-c", BOOT.format(path=path)]


def command_from_stdin(python: str) -> list[str]:
    """Return the command line that starts the supervisor from the bundle as `packed` sends it."""
    return [python, *OPTIONS, "-c", BOOT_FROM_STDIN]


def packed(bundle: bytes) -> bytes:
    """Return what `command_from_stdin` waits for on its standard input."""
    return LENGTH.pack(len(bundle)) + bundle
