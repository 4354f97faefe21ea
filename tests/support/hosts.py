"""Hosts on one machine: network namespaces with addresses of their own, joined by a switch that is one, too.

Nothing here has a name on the machine: a namespace lives as long as a process that holds it, which ends with
whoever made it, and its interfaces with it. The machine's own interfaces and routes are not touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

SUBNET = "10.77.0"  # of the namespaces only, so it may be in use outside
HELD_WITHIN_S, COMMAND_S = 10.0, 20.0


class NoHosts(Exception):
    """This machine cannot have hosts within it. The text says what is missing."""


class Namespace:
    """A network namespace, from its making to `close`."""

    def __init__(self) -> None:
        """Make it. Raises NoHosts where the kernel refuses."""
        # It waits for the end of its input, which comes with our own end however that comes.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._place = Path(f"/proc/{self.pid}/ns/net")
        deadline = time.monotonic() + HELD_WITHIN_S
        while self._is_ours():
            if self._holder.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise NoHosts("the kernel gives no network namespace: unshare --net ends at once")
            time.sleep(0.005)

    def _is_ours(self) -> bool:
        """Say whether the holder is still where we are."""
        try:
            return self._place.readlink() == Path("/proc/self/ns/net").readlink()
        except OSError:
            return True

    @property
    def pid(self) -> int:
        """Return the process that holds it."""
        return self._holder.pid

    @property
    def enter(self) -> tuple[str, ...]:
        """Return what goes before a command that is to run in it; all else there is the machine's."""
        return ("nsenter", f"--net={self._place}", "--")

    def run(self, *command: str) -> None:
        """Run a command in it and wait for its end. Raises NoHosts where it fails."""
        done = subprocess.run(
            [*self.enter, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        if done.returncode != 0:
            raise NoHosts(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")

    def close(self) -> None:
        """Let it go; it is gone when the last process in it has ended."""
        assert self._holder.stdin is not None
        self._holder.stdin.close()
        self._holder.kill()
        self._holder.wait()


class Host:
    """One host: its name, its address, and its cable to the switch."""

    def __init__(self, name: str, address: str, place: Namespace, switch: Namespace) -> None:
        self.name = name
        self.address = address
        self._place = place
        self._switch = switch
        place.run("ip", "link", "set", "lo", "up")
        switch.run(
            *("ip", "link", "add", "name", name, "type", "veth"),
            *("peer", "name", "eth0", "netns", str(place.pid)),
        )
        switch.run("ip", "link", "set", name, "master", "switch", "up")
        place.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        place.run("ip", "link", "set", "eth0", "up")

    @property
    def enter(self) -> tuple[str, ...]:
        """Return what goes before a command that is to run on this host."""
        return self._place.enter

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a command on this host; `options` are those of `subprocess.Popen`."""
        return subprocess.Popen([*self.enter, *command], **options)

    def cut(self) -> None:
        """Pull its cable: what is on the way is lost, and nobody is told."""
        self._switch.run("ip", "link", "set", self.name, "down")

    def heal(self) -> None:
        """Put the cable back."""
        self._switch.run("ip", "link", "set", self.name, "up")

    def narrow(self, kbit: int) -> None:
        """Let no more than so many kilobits a second through, each way; more waits, up to a second."""
        shaped = ("root", "tbf", "rate", f"{kbit}kbit", "burst", "16kb", "latency", "1s")
        self._switch.run("tc", "qdisc", "replace", "dev", self.name, *shaped)
        self._place.run("tc", "qdisc", "replace", "dev", "eth0", *shaped)

    def widen(self) -> None:
        """Let everything through again."""
        self._switch.run("tc", "qdisc", "del", "dev", self.name, "root")
        self._place.run("tc", "qdisc", "del", "dev", "eth0", "root")


class Network:
    """Hosts that reach one another and nothing else, for the length of the block."""

    def __init__(self, *names: str) -> None:
        """Name them, in up to 15 letters each.

        Raises:
            NoHosts: we are not root, or a program is missing.
        """
        if os.geteuid() != 0:
            raise NoHosts("only root can make network namespaces")
        for program in ("ip", "tc", "unshare", "nsenter"):
            if shutil.which(program) is None:
                raise NoHosts(f"there is no {program} (Debian: apt-get install iproute2 util-linux)")
        self._names = names
        self._undo = ExitStack()
        self._hosts: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        """Return a host."""
        return self._hosts[name]

    def __enter__(self) -> Self:
        """Make them. Raises NoHosts where the kernel refuses."""
        with self._undo as undo:
            switch = self._namespace(undo)
            switch.run("ip", "link", "add", "name", "switch", "type", "bridge")
            switch.run("ip", "link", "set", "switch", "up")
            for number, name in enumerate(self._names, 1):
                self._hosts[name] = Host(name, f"{SUBNET}.{number}", self._namespace(undo), switch)
            self._undo = undo.pop_all()
        return self

    @staticmethod
    def _namespace(undo: ExitStack) -> Namespace:
        made = Namespace()
        undo.callback(made.close)
        return made

    def __exit__(self, *_: object) -> None:
        """Let them go; what runs on them is for whoever started it to end first."""
        self._undo.close()
