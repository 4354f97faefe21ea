"""A real nats-server with JetStream, for tests: in a folder of its own, restarted at will."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

from tests.support.hosts import Host
from verifierd.fleet.settings import JetStreamSettings

START_S = 20.0
USUAL_PORT = 4222
READY = b"Server is ready"

needs_nats = pytest.mark.skipif(
    shutil.which("nats-server") is None, reason="needs nats-server (apt-get install nats-server)"
)


class NatsServer:
    """Started by `start` or as a context; what it stored outlives `stop` and `kill`."""

    def __init__(self, folder: Path, *options: str, host: Host | None = None) -> None:
        """Keep its files in `folder`; it listens on a port of loopback that was free a moment ago.

        Or on the usual port of a host of its own.
        """
        self._folder = folder
        self.options = options
        self._enter = () if host is None else host.enter
        self.host = "127.0.0.1" if host is None else host.address
        self.port = free_port() if host is None else USUAL_PORT
        self.process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def address(self) -> str:
        """Return where it listens."""
        return f"nats://{self.host}:{self.port}"

    def settings(self, **changes: object) -> JetStreamSettings:
        """Return settings that lead here."""
        return JetStreamSettings(servers=(self.address,), **changes)  # type: ignore[arg-type]

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = ["nats-server", "-js", "-a", self.host, "-p", str(self.port), "-sd", str(self._folder)]
        with (self._folder / "nats.log").open("ab") as log:
            self._said_before = log.tell()
            self.process = subprocess.Popen([*self._enter, *command, *self.options], stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nats-server does not start: {(self._folder / 'nats.log').read_text()}")
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        """Say whether it listens, by its own words: another host's address cannot be asked from here."""
        with (self._folder / "nats.log").open("rb") as log:
            log.seek(self._said_before)
            return READY in log.read()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait for its end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_S)
            self.process = None

    def kill(self) -> None:
        """End it as a power failure would."""
        self.stop(signal.SIGKILL)

    def forget_everything(self) -> None:
        """Remove what it stored, as a lost disk would; it does not run meanwhile."""
        shutil.rmtree(self._folder / "jetstream")

    def kept_messages(self) -> dict[Path, bytes]:
        """Restart it, and return the files of its streams' messages as they are."""
        self.stop()
        kept = {file: file.read_bytes() for file in self._folder.glob("jetstream/*/streams/*/msgs/*")}
        self.start()
        return kept

    def have_back(self, kept: Mapping[Path, bytes]) -> None:
        """Restart it with messages that were there before, as after a power failure: removals come late."""
        self.stop()
        for file, content in kept.items():
            file.write_bytes(content)
        self.start()

    def restart(self) -> None:
        """End it and start it again in the same place."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.stop()


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
