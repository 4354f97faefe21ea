"""Processes of a fleet on hosts of their own: started, killed, frozen, slowed, and started again."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

from tests.prove.harness import NotMeasured
from tests.support.hosts import Host

READY_WITHIN_S = 300.0  # on a machine that others keep busy
STARTS, AGAIN_AFTER_S = 20, 1.0  # of what does not start while NATS or the database is away
END_S = 20.0
SLICE_S = 0.1  # of a slowed process: for a share of it, it runs


class Member:
    """A front end or a worker. `name` is for the reader, `log` has what it said on standard error."""

    def __init__(
        self, name: str, host: Host | None, command: list[str], settings: Mapping[str, str], log: Path
    ) -> None:
        """Say what it is; without a host it runs on the machine itself."""
        self.name = name
        self.host = host
        self.log = log
        self._command = [*(host.enter if host else ()), sys.executable, "-m", "verifierd", *command]
        self._environment = os.environ | settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return its process."""
        assert self._process is not None, f"{self.name} does not run"
        return self._process.pid

    def start(self) -> None:
        """Start it, and do not wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def wait_ready(self) -> str:
        """Wait until it says that it is ready, and return what it says.

        Raises:
            NotMeasured: it ended, or said nothing for too long.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        said = first_line(self._process.stdout)
        if not said:
            raise NotMeasured(f"{self.name} did not start: {self.log.read_text(errors='replace')[-800:]}")
        return said

    def bring_up(self) -> None:
        """Start it until it is ready, as a supervisor of services would. Raises NotMeasured in the end."""
        for left in reversed(range(STARTS)):
            self.start()
            try:
                self.wait_ready()
                return
            except NotMeasured:
                self.kill()
                if not left:
                    raise
                time.sleep(AGAIN_AFTER_S)

    def kill(self) -> None:
        """Kill it, and leave what it started to look after itself."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal and wait for its end; kill it where that does not come."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_S)
        assert process.stdout is not None
        process.stdout.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it and all that it started, as where the whole host stands still, for the block."""
        tree = self._tree()
        _signal(tree, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(tree, signal.SIGCONT)

    @contextmanager
    def slowed(self, share: float) -> Iterator[None]:
        """Let it and all that it started run for a share of the time only, for the block."""
        over = threading.Event()

        def alternate() -> None:
            while not over.is_set():
                with self.frozen():
                    over.wait((1 - share) * SLICE_S)
                over.wait(share * SLICE_S)

        thread = threading.Thread(target=alternate, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _tree(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.pid)
            return [first, *first.children(recursive=True)]
        return []


def _signal(tree: list[psutil.Process], number: signal.Signals) -> None:
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def first_line(stream: IO[bytes]) -> str:
    """Return the first line that comes within the time for a start; empty where none does."""
    said, deadline = b"", time.monotonic() + READY_WITHIN_S
    while not said.endswith(b"\n"):
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        read = os.read(stream.fileno(), 4096) if ready else b""
        if not read:
            return ""
        said += read
    return said.decode(errors="replace").strip()
