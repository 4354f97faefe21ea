"""A clean checkout in a folder of its own with a new HOME: the README's commands as a stranger runs them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

KEPT_VARIABLES = ("PATH", "LANG", "TERM")
KEPT_PREFIXES = ("PIP_", "PROVING_", "http_", "https_", "HTTP_", "HTTPS_", "no_", "NO_")
TAIL_CHARACTERS = 40_000


@dataclass(frozen=True, slots=True)
class Command:
    """How a command of the checkout ended; `status` is None if it had to be stopped."""

    status: int | None
    took_s: float
    tail: str


class Checkout:
    """A copy of what git would hand out, with the real programs beside it where they are here."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.root = folder / "checkout"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=repository,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (repository / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(repository / name, self.root / name)
        if (shared := repository.parent / "shared").is_dir():
            (folder / "shared").symlink_to(shared)

    def run(self, *command: str, limit_s: float) -> Command:
        """Run a command in the checkout, without standard input; it is stopped after `limit_s` seconds."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in KEPT_VARIABLES or name.startswith(KEPT_PREFIXES)
        }
        started = time.monotonic()
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=kept | {"HOME": str(self.home), "CI": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=limit_s)
                status: int | None = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output, _ = process.communicate()
                status = None
        return Command(status, time.monotonic() - started, output[-TAIL_CHARACTERS:].strip())
