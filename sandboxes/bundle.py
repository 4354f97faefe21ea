"""The code that runs inside a sandbox, as one zip file that an interpreter can start from."""

from __future__ import annotations

import io
import zipfile
from importlib import resources

BOOT = "import sys; sys.path.insert(0, {path!r}); from inside.supervisor import main; main()"


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
    return [python, "-S", "-s", "-P", "-B", "-X", "utf8", "-c", BOOT.format(path=path)]
