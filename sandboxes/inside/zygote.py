"""The zygote: a warm interpreter that never sees a payload and forks a stage on demand.

The supervisor asks with one byte and one socket; everything secret (sources, inputs, test
programs) goes over that socket straight to the new stage. So no stage can find another's data in
memory that it inherited.
"""

from __future__ import annotations

import codecs
import fcntl
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence

from . import linux, programs, stage, walls
from .forking import ForkHooks

# What most candidates import: loaded once here, shared by every fork.
WARM_MODULES = (
    "bisect",
    "collections",
    "copy",
    "functools",
    "heapq",
    "itertools",
    "linecache",
    "math",
    "operator",
    "random",
    "re",
    "string",
    "threading",
    "traceback",
    "typing",
)
WARM_CODECS = ("ascii", "latin-1")
ANSWER = struct.Struct(">i")
FIRST_FREE_FD = 8  # below it, a run finds its files' places free


def start(packages: Sequence[str]) -> socket.socket:
    """Fork the zygote and return the supervisor's end of its socket. Programs find `packages` too."""
    return _start(packages, _load_common_modules, reads_answers=False)


def _start(packages: Sequence[str], load: Callable[[], None], *, reads_answers: bool) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            ours.close()
            _serve(theirs, packages, load, reads_answers=reads_answers)
        finally:
            os._exit(0)
    theirs.close()
    return ours


def start_for_answers() -> socket.socket:
    """Fork a zygote whose stages read answers, and return the supervisor's end of its socket.

    It loads math-verify when the first stage is asked for: that takes it a second, and 64 MB.
    """
    return _start([walls.LIBRARIES_DIRECTORY], _load_answers_reader, reads_answers=True)


def spawn(zygote: socket.socket) -> tuple[int, socket.socket]:
    """Have a stage forked. Returns its process id and our end of its socket. Raises OSError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        socket.send_fds(zygote, [b"f"], [theirs.fileno()])
    answer = zygote.recv(ANSWER.size)
    pid = ANSWER.unpack(answer)[0] if answer else 0
    if pid <= 0:
        ours.close()
        raise OSError(
            -pid,
            f"the zygote made no stage: {os.strerror(-pid)}" if answer else "the zygote is gone",
        )
    return pid, ours


def _load_common_modules() -> None:
    for name in WARM_MODULES:
        importlib.import_module(name)
    for name in WARM_CODECS:
        codecs.lookup(name)
    programs.prepare_interpreter()


def _load_answers_reader() -> None:
    importlib.import_module(".equality", __package__).prepare()


def _serve(
    control: socket.socket, packages: Sequence[str], load: Callable[[], None], *, reads_answers: bool
) -> None:
    control = _alone_with(control)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a stage is the supervisor's child, but under gVisor
    sys.path += packages
    if reads_answers:
        select.select([control], [], [])
    load()
    refused = 0
    try:
        walls.cover(has_libraries=reads_answers)
    except OSError as error:
        refused = error.errno or 1
    hooks = ForkHooks()
    hooks.set_aside()
    gc.collect()
    gc.freeze()
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        try:
            pid = -refused or linux.clone_into_namespaces()
        except OSError as error:
            pid = -(error.errno or 1)
        if pid == 0:
            os.close(control.detach())
            linux.set_signal_handler(linux.SIGCHLD, linux.SIG_DFL)
            stage.main(socket.SocketType(fileno=fds[0]), hooks)
        os.close(fds[0])
        control.send(ANSWER.pack(pid))


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
