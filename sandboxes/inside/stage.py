"""A stage: process 1 of one candidate's PID namespace. It compiles once and forks every run.

It locks itself down before it reads a byte of the candidate's, never runs the candidate's code in
its own process, and holds no test's input: each run's data comes in files that only the fork reads.
Being process 1, it cannot be signalled from inside, adopts every orphan, and takes all with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import socket
from types import CodeType
from typing import Any

from . import artifacts, given, left, linux, walls
from .forking import ForkHooks
from .kinds import perform
from .numbers import ProcessNumbers
from .programs import SOURCE_NAME, Files, keep_source
from .tester import KnownTest, TestProgram
from .walls import SCRATCH

MESSAGE_BYTES = 1 << 16
MAX_FDS = 8
NO_CODE = compile("", "", "exec")  # of a program that is no Python


def main(control: socket.socket, hooks: ForkHooks) -> None:
    """Serve the supervisor until it hangs up; never returns. `hooks` are set aside."""
    try:
        setup, fds = _receive(control)
        if setup["program"] is None:
            walls.close_in(setup, seccomp=_drain(fds[0]))
            _, fds = _receive(control)  # the stage may have to wait for its candidate here
            code = _compile(control, _drain(fds[0]))
        else:
            walls.close_in(setup, seccomp=_drain(fds[0]), program=_drain(fds[1]))
            code = NO_CODE
            _send(control, {"ready": True})
        untouched, numbers, tests = _scratch_state(), ProcessNumbers(), KnownTest()
        uid = setup["uid"] if setup["own_uid"] else None
        gc.freeze()  # a run that collects garbage at its end copies no page for what is not its own
        while code is not None:
            order, fds = _receive(control)
            if order["kind"] == "collect":
                _collect(control, order["artifacts"], fds[0])
                continue
            if order["kind"] == "look":
                _look(control, order["limits"]["output_bytes"], fds, uid)
                continue
            program = tests.known(order, fds[0]) if order["kind"] == "tester" else code
            pid, exit_status = _run(control, program, order, fds, uid, hooks)
            clean = numbers.restore(pid) and _scratch_state() == untouched
            _send(control, {**exit_status, "clean": clean})
    except BaseException as error:
        _send(control, {"failed": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _run(
    control: socket.socket,
    code: CodeType | TestProgram | None,
    order: dict[str, Any],
    fds: list[int],
    uid: int | None,
    hooks: ForkHooks,
) -> tuple[int, dict[str, Any]]:
    if order["kind"] == "execute" and not os.access(order["command"][0], os.X_OK):
        raise FileNotFoundError(f"{order['command'][0]} is not in this sandbox")
    hooks.seed()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        linux.set_signal_handler(signal.SIGINT, signal.default_int_handler)
        _limit(order["limits"])
        if "cpu" in order:
            with contextlib.suppress(OSError):  # where it was taken from the sandbox meanwhile
                os.sched_setaffinity(0, {order["cpu"]})
        walls.become_run(uid)
        arguments = given.take(fds.pop(0), SCRATCH[0]) if order["is_given"] else []
        if order["kind"] != "execute":
            hooks.restore()
        control.detach()  # no sooner: what fails up to here is the stage's failure, which `main` tells
        perform(code, order, Files(*fds), arguments)
    for fd in fds:
        os.close(fd)
    _, status = os.waitpid(pid, 0)
    _end_everything_else()
    code_or_signal = os.waitstatus_to_exitcode(status)
    return pid, {
        "exit_code": code_or_signal if code_or_signal >= 0 else None,
        "term_signal": -code_or_signal if code_or_signal < 0 else None,
    }


def _end_everything_else() -> None:
    """Kill whatever the run left behind and reap it; process 1 itself is never signalled by -1."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _compile(control: socket.socket, source: bytes) -> CodeType | None:
    try:
        text = source.decode("utf-8-sig")
        code = compile(text, SOURCE_NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        message = getattr(error, "msg", None) or str(error)
        _send(control, {"compile_failed": [type(error).__name__, f"{message}{where}"[:500]]})
        return None
    keep_source(text)
    _send(control, {"ready": True})
    return code


def _collect(control: socket.socket, patterns: list[str], fd: int) -> None:
    """Write what a compiler left into the supervisor's file."""
    answer: dict[str, Any] = {"collected": True}
    with open(fd, "wb") as file:
        try:
            file.write(artifacts.collect(patterns))
        except artifacts.NotCollected as error:
            answer = {"not_collected": str(error)}
    _send(control, answer)


def _look(control: socket.socket, room_bytes: int, fds: list[int], uid: int | None) -> None:
    """Tell what the run left at the paths in the first file, by a fork under the run's uid."""
    pid = os.fork()
    if pid == 0:
        walls.become_run(uid)
        paths = _drain(fds[0]).split(left.SEPARATOR)
        _send(control, {"left": left.look(paths, SCRATCH[0], room_bytes, output=fds[3])})
        os._exit(0)
    for fd in fds:
        os.close(fd)
    _, status = os.waitpid(pid, 0)
    if status:
        raise ChildProcessError(f"what looks for files ended with {os.waitstatus_to_exitcode(status)}")


def _limit(limits: dict[str, Any]) -> None:
    """Set the forked run's own limits; those that a cgroup holds are not repeated here."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["open_files"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
    if limits["ends_by_clock"]:
        cpu_s = -(-limits["cpu_time_ns"] // 1_000_000_000) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    if limits["without_cgroup"]:
        resource.setrlimit(resource.RLIMIT_DATA, (limits["memory_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)


def _scratch_state() -> list[object]:
    """Everything of the scratch directories that a run could leave a mark in.

    Times alone would not do: two changes within one tick of the kernel's clock look the same.
    """
    state: list[object] = []
    for directory in SCRATCH:
        found = os.stat(directory)
        times = (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)
        state.append((found.st_mode, found.st_uid, found.st_gid, times))
        try:
            state.append((os.listdir(directory), os.listxattr(directory)))
        except OSError as error:  # it was made unreadable
            state.append(error.errno)
    return state


def _drain(fd: int) -> bytes:
    with open(fd, "rb") as file:
        return file.read()


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    message, fds, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MAX_FDS)
    if not message:
        os._exit(0)
    return json.loads(message), fds


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())
