"""Run a command with a Docker engine: `python -m tests.support.engine COMMAND...`.

An engine that answers already is used. Where none does, and we are root, a private one is installed, started
for the length of the command on a socket of its own, without touching the host's network, and ended. The
toolchain images are made where they are missing; gVisor joins where it can be had.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sandboxes.backends.base import BackendUnavailable
from sandboxes.backends.docker.engine import Engine
from sandboxes.images.build import NAME
from sandboxes.settings import DEFAULT_IMAGE
from sandboxes.toolchain import MANIFEST

REPOSITORY = Path(__file__).resolve().parents[2]
HOST_SCRIPTS = REPOSITORY / "deploy" / "host"
IMAGES = REPOSITORY / "build" / "images"
START_S, END_S, POLL_S = 60.0, 30.0, 0.2
# No bridge, no rules: containers have no network, and the host's is left as it is.
OPTIONS = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false")


class NoEngine(Exception):
    """There is no engine and none can be started; the message says why."""


def main(command: list[str]) -> int:
    """Run the command. Returns its exit status, or 3 where there is no engine for it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)  # through the blocks, so that the engine ends too
    try:
        with engine() as address:
            make_images(address)
            return subprocess.run(command, env=os.environ | {"DOCKER_HOST": address}, check=False).returncode
    except NoEngine as reason:
        print(f"engine: {reason}", file=sys.stderr)
        return 3


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


@contextmanager
def engine() -> Iterator[str]:
    """The address of an engine that answers for the length of the block. Raises NoEngine."""
    answering = Engine(None)
    if _answers(answering):
        yield answering.address
        return
    if os.getuid() != 0:
        raise NoEngine(
            f"no Docker engine answers at {answering.address}, and only root can start a private one"
        )
    _install("docker.io")
    # Not named after the service, so that its own mounts are not taken for the service's.
    scratch = tempfile.TemporaryDirectory(prefix="ve-", ignore_cleanup_errors=True)
    with scratch as folder:
        private = PrivateEngine(Path(folder))
        private.start()
        try:
            yield private.address
        finally:
            private.stop()


def make_images(address: str) -> None:
    """Make the toolchain images where the directory or the engine's image is missing. Raises NoEngine."""
    asked = Engine(address)
    asked.connect()
    have_image = asked.image(DEFAULT_IMAGE) is not None
    asked.close()
    if have_image and (IMAGES / NAME / MANIFEST).is_file():
        return
    _install("mmdebstrap")
    made = subprocess.run(
        [sys.executable, "-m", "sandboxes.images.build", "--engine", address, str(IMAGES)],
        cwd=REPOSITORY,
        check=False,
    )
    if made.returncode:
        raise NoEngine("the toolchain images could not be made")


class PrivateEngine:
    """An engine with everything of it in one folder; `folder/data` is its disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"unix://{folder}/docker.sock"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "daemon.json").write_text(json.dumps({"runtimes": _runtimes()}))

    @staticmethod
    def why_not() -> str:
        """Why this host cannot start one; empty where it can."""
        if os.getuid() != 0:
            return "only root can start one"
        return "" if shutil.which("dockerd") else "dockerd is not installed; `make test-docker` installs it"

    def start(self) -> None:
        """Start it and wait until it answers. Raises NoEngine."""
        folder = self.folder
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("dockerd", f"--config-file={folder}/daemon.json", *OPTIONS, f"--host={self.address}"),
                    *(f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid"),
                ],
                stdout=log,
                stderr=log,
            )
        ends_at = time.monotonic() + START_S
        while not _answers(Engine(self.address)):
            if self._process.poll() is not None or time.monotonic() > ends_at:
                self.stop()
                raise NoEngine(f"the private engine did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """End it, with every container."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(END_S)
            self._process = None


def _runtimes() -> Mapping[str, object]:
    """gVisor, where the host has one or can install one; an engine knows runc of itself."""
    found = subprocess.run(
        ["sh", str(HOST_SCRIPTS / "gvisor.sh")], capture_output=True, text=True, check=False
    )
    if found.returncode:
        print(f"engine: without gVisor: {found.stderr.strip()}", file=sys.stderr)
        return {}
    return {"runsc": {"path": found.stdout.strip().splitlines()[-1], "runtimeArgs": ["--network=none"]}}


def _answers(asked: Engine) -> bool:
    try:
        asked.connect()
    except BackendUnavailable:
        return False
    finally:
        asked.close()
    return True


def _install(package: str) -> None:
    """Install a system package where the command it brings is missing. Raises NoEngine."""
    if shutil.which({"docker.io": "dockerd"}.get(package, package)) is not None:
        return
    if subprocess.run(["sh", str(HOST_SCRIPTS / "install.sh"), package], check=False).returncode:
        raise NoEngine(f"{package} is missing")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
