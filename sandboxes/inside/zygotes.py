"""The zygotes of a sandbox, by what they have loaded: processes of which each stage is forked.

They are forked before the supervisor loads anything of its own, since a fork copies a page table for all that
its parent holds. Those that few candidates need load nothing until they are first asked for a stage.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import select
import socket
import struct
from collections.abc import Collection, Sequence
from typing import NoReturn

PLAIN = "plain"  # the modules that most programs import
ASSERTS = "asserts"  # and both sides of a run of `asserts`
NUMPY = "numpy"  # and numpy, which takes a hundred forks' time to load
ANSWERS = "answers"  # math-verify, which takes a second, and 64 MB
FIRST_FREE_FD = 8  # below it, a run finds its files' places free
REPLY = struct.Struct(">i")


class Zygote:
    """The supervisor's handle on one."""

    def __init__(self, control: socket.socket) -> None:
        """Talk over a socket; where it is closed, the zygote ends."""
        self._control = control

    def forget(self) -> None:
        """Let go of it, in another process than the supervisor's."""
        self._control.close()

    def spawn(self) -> tuple[int, socket.socket]:
        """Have a stage forked. Returns its process id and our end of its socket. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        answer = self._control.recv(REPLY.size)
        pid = REPLY.unpack(answer)[0] if answer else 0
        if pid <= 0:
            ours.close()
            raise OSError(
                -pid,
                f"the zygote made no stage: {os.strerror(-pid)}" if answer else "the zygote is gone",
            )
        return pid, ours


def start(packages: Sequence[str], libraries: Sequence[str]) -> dict[str, Zygote]:
    """Fork the zygotes. Programs find `packages`; math-verify is in `libraries`, where there are some."""
    folders = {PLAIN: packages, ASSERTS: packages, NUMPY: packages}
    if libraries:
        folders[ANSWERS] = libraries
    started: dict[str, Zygote] = {}
    for kind, paths in folders.items():
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            ours.close()
            for other in started.values():
                other.forget()
            _become(theirs, kind, paths)
        theirs.close()
        started[kind] = Zygote(ours)
    return started


def fitting(source: bytes, kinds: Collection[str]) -> str:
    """Return the kind of zygote for a Python program, of which runs of these kinds are asked."""
    if NUMPY.encode() in source:
        return NUMPY
    return ASSERTS if "asserts" in kinds else PLAIN


def _become(control: socket.socket, kind: str, paths: Sequence[str]) -> NoReturn:
    """Be a zygote until the supervisor hangs up."""
    try:
        control = _alone_with(control)
        if kind != PLAIN:
            select.select([control], [], [])
        importlib.import_module(".zygote", __package__).serve(control, kind, paths)
    finally:
        os._exit(0)


def _alone_with(control: socket.socket) -> socket.socket:
    """Leave nothing open but the control socket, whose new self is returned, and ends of /dev/null."""
    kept = fcntl.fcntl(control, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE_FD)
    control.close()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(FIRST_FREE_FD):
        os.dup2(null, fd)
    os.closerange(FIRST_FREE_FD, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=kept)
