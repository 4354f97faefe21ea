"""A zygote: a warm interpreter that never sees a payload and forks a stage on demand.

The supervisor asks with one byte and one socket; everything secret (sources, inputs, test
programs) goes over that socket straight to the new stage. So no stage can find another's data in
memory that it inherited.
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence

from . import linux, programs, stage, walls
from .forking import ForkHooks
from .zygotes import ANSWERS, ASSERTS, NUMPY, PLAIN, REPLY

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
ONE_THREAD = "OPENBLAS_NUM_THREADS"  # a fork has none of its parent's threads


def serve(control: socket.socket, kind: str, paths: Sequence[str]) -> None:
    """Fork stages until the supervisor hangs up. `paths` are more folders of modules."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a stage is the supervisor's child, but under gVisor
    sys.path += paths
    LOADERS[kind]()
    refused = 0
    try:
        walls.cover(has_libraries=kind == ANSWERS)
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
        control.send(REPLY.pack(pid))


def _load_common_modules() -> None:
    for name in WARM_MODULES:
        importlib.import_module(name)
    for name in WARM_CODECS:
        codecs.lookup(name)
    programs.prepare_interpreter()


def _load_both_sides() -> None:
    for name in (".servant", ".tester"):
        importlib.import_module(name, __package__)
    _load_common_modules()


def _load_numpy() -> None:
    os.environ[ONE_THREAD] = "1"
    with contextlib.suppress(Exception):  # where it is not, or is broken, a program learns that by itself
        importlib.import_module("numpy")
    del os.environ[ONE_THREAD]
    _load_both_sides()


def _load_answers_reader() -> None:
    importlib.import_module(".equality", __package__).prepare()


LOADERS: dict[str, Callable[[], None]] = {
    PLAIN: _load_common_modules,
    ASSERTS: _load_both_sides,
    NUMPY: _load_numpy,
    ANSWERS: _load_answers_reader,
}
