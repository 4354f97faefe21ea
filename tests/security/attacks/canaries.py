"""Canaries: things on the host that no candidate may see, reach or end, and the secrets that they hold."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "verifierd-canary"
# The daemon refuses to start with a variable VERIFIERD_... that it does not know.
VARIABLE = "SECRET_VERIFIERD_CANARY"
PROCESS_S = 1 << 20
# A name in /dev/shm that begins with the service's own would be taken for a leftover of any test's.
FOLDERS = {Path("/tmp"): f"{NAME}-", Path("/dev/shm"): f"host-{NAME}-"}


@dataclass(frozen=True, slots=True)
class Canaries:
    """What is planted: all `secrets` are one per place, so that a found one tells where from."""

    secrets: dict[str, str]
    files: tuple[Path, ...]
    process: subprocess.Popen[bytes]
    listeners: tuple[socket.socket, ...]
    daemon_folder: Path

    @property
    def port(self) -> int:
        return int(self.listeners[0].getsockname()[1])

    def touched(self) -> list[str]:
        """What happened to them; nothing may."""
        found = [f"{path} was changed" for path in self.files if not self._is_whole(path)]
        if self.process.poll() is not None:
            found.append(f"the process ended with {self.process.returncode}")
        for listener in self.listeners:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                continue
            found.append(f"somebody connected to {listener.getsockname()!r}")
        return found

    def told_in(self, output: bytes) -> list[str]:
        """The places whose secret stands in an output."""
        return [place for place, secret in self.secrets.items() if secret.encode() in output]

    def _is_whole(self, path: Path) -> bool:
        try:
            return path.read_text("utf-8") == self.secrets["file"]
        except OSError:
            return False


@contextmanager
def planted(user: str | None) -> Iterator[Canaries]:
    """Plant them for the length of the block. The process and the daemon's folder belong to `user`."""
    words = {place: f"{place}-{secrets.token_hex(16)}" for place in ("file", "environment", "answer")}
    with ExitStack() as stack:
        files = []
        for folder, prefix in FOLDERS.items():
            inside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix, dir=folder)))
            inside.chmod(0o755)  # readable, so that only the wall hides it
            files.append(inside / NAME)
        daemon_folder = files[0].parent / "daemon"
        daemon_folder.mkdir()
        if user is not None:
            shutil.chown(daemon_folder, user)
        plain = files[0].parent.with_suffix(".txt")
        stack.callback(plain.unlink, missing_ok=True)
        for path in [*files, plain]:
            path.write_text(words["file"], "utf-8")
        listeners = (stack.enter_context(_listener()), stack.enter_context(_abstract_listener()))
        # As the same user: one that may signal it is kept from it by the wall alone.
        process = subprocess.Popen(
            [NAME, str(PROCESS_S)], executable="/bin/sleep", user=user, env={VARIABLE: words["environment"]}
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        yield Canaries(words, (*files, plain), process, listeners, daemon_folder)


def _listener() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


def _abstract_listener() -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(f"\0{NAME}")
    except OSError:  # another canary on this host has the name, and would see a visitor
        listener.bind(f"\0{NAME}-{secrets.token_hex(4)}")
    listener.listen()
    listener.setblocking(False)
    return listener
