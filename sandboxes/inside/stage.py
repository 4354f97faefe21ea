"""A stage: process 1 of one candidate's PID namespace. It compiles once and forks every run.

It locks itself down before it reads a byte of the candidate's, never runs the candidate's code in
its own process, and holds no test's input: each run's data comes in files that only the fork reads.
Being process 1, it cannot be signalled from inside, adopts every orphan, and takes all with it.
"""

from __future__ import annotations

import gc
import json
import marshal
import os
import signal
import socket
from types import CodeType
from typing import Any

from . import artifacts, left, walls
from .becoming import fork_run, limit_all_runs
from .forking import ForkHooks
from .kinds import OF_ONE_CANDIDATE, Beginnings
from .numbers import ProcessNumbers
from .programs import SOURCE_NAME, keep_source
from .scratch import Scratch
from .walls import SCRATCH

MESSAGE_BYTES = 1 << 16
FDS_ROOM = socket.CMSG_LEN(8 * 4)
READY = {"ready": True}
PACKED = [
    (each, json.dumps(each).encode())
    for each in (READY, {"exit_code": 0, "term_signal": None, "clean": True})
]
ITSELF = b"0"  # to a cgroup, the process that writes it
AGAIN = b"="  # the order before this one
ANY_PROGRAM = "def f(numbers):\n    return [each + 1 for each in numbers if each]\nprint(f(input()))\n"
NO_CODE = compile("", "", "exec")  # of a program that is no Python


class Line:
    """The line to the supervisor.

    An order that is given again is not read again, and what is said most is packed before any fork: after
    each, each page that is touched costs a fault.
    """

    def __init__(self, control: socket.SocketType) -> None:
        """Talk over a socket."""
        self._receive, self._send = control.recvmsg, control.send
        self.let_go = control.detach  # in a fork that is to find nothing of it
        self._heard: dict[str, Any] = {}

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Return the next order with its files. Ends the process where the supervisor has hung up."""
        message, beside, _, _ = self._receive(MESSAGE_BYTES, FDS_ROOM)
        if not message:
            os._exit(0)
        if message != AGAIN:
            self._heard = marshal.loads(message)  # noqa: S302 - it is the supervisor's
        return self._heard, list(memoryview(beside[0][2]).cast("i")) if beside else []

    def send(self, message: dict[str, Any]) -> None:
        """Answer."""
        for known, packed in PACKED:
            if message == known:
                self._send(packed)
                return
        self._send(json.dumps(message).encode())


def main(control: socket.SocketType, hooks: ForkHooks) -> None:
    """Serve the supervisor until it hangs up; never returns. `hooks` are set aside."""
    line = Line(control)
    try:
        setup, fds = line.receive()
        is_python = setup["program"] is None
        seccomp, *entrances = fds
        folder = None if is_python else entrances.pop(0)
        _enter(entrances)
        walls.close_in(setup, _drain(seccomp), None if folder is None else _drain(folder))
        scratch, numbers = Scratch(SCRATCH), ProcessNumbers()
        code: CodeType | None = NO_CODE
        if is_python:
            compile(ANY_PROGRAM, SOURCE_NAME, "exec", dont_inherit=True)  # which brings its pages
            _, fds = line.receive()
            code = _compile(line, _drain(fds[0]))
        else:
            line.send(READY)
        uid = setup["uid"] if setup["own_uid"] else None
        is_limited, beginnings = False, Beginnings()
        gc.freeze()  # a run that looks for what it has left looks at no object that is not its own
        while code is not None:
            order, fds = line.receive()
            if order["kind"] == "collect":
                _collect(line, order["artifacts"], fds[0])
                continue
            if order["kind"] == "look":
                _look(line, order["limits"]["output_bytes"], fds, uid)
                continue
            if order["kind"] in OF_ONE_CANDIDATE:
                is_limited = is_limited or limit_all_runs(order["limits"])
            scratch.begin()
            begin = beginnings.of(code, order, fds[0])
            pid = fork_run(begin, order, fds, uid, hooks, line.let_go, is_limited=is_limited)
            exit_status = _ended(pid, numbers)
            clean = numbers.restore(pid) and scratch.is_untouched()
            line.send({**exit_status, "clean": clean})
    except BaseException as error:
        line.send({"failed": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _enter(entrances: list[int]) -> None:
    """Put itself under its limits, by these files of cgroups, where the supervisor has not."""
    for fd in entrances:
        os.write(fd, ITSELF)
        os.close(fd)


def _ended(pid: int, numbers: ProcessNumbers) -> dict[str, Any]:
    """Wait for a run's end, end all that it left, and return how it ended."""
    _, status = os.waitpid(pid, 0)
    if not numbers.are_one(pid):
        _end_everything_else()
    code_or_signal = os.waitstatus_to_exitcode(status)
    return {
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


def _compile(line: Line, source: bytes) -> CodeType | None:
    try:
        text = source.decode().removeprefix("\ufeff")
        code = compile(text, SOURCE_NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        number = getattr(error, "lineno", None)
        where = f" (line {number})" if number else ""
        message = getattr(error, "msg", None) or str(error)
        line.send({"compile_failed": [type(error).__name__, f"{message}{where}"[:500]]})
        return None
    keep_source(text)
    line.send(READY)
    return code


def _collect(line: Line, patterns: list[str], fd: int) -> None:
    """Write what a compiler left into the supervisor's file."""
    answer: dict[str, Any] = {"collected": True}
    with open(fd, "wb") as file:
        try:
            file.write(artifacts.collect(patterns))
        except artifacts.NotCollected as error:
            answer = {"not_collected": str(error)}
    line.send(answer)


def _look(line: Line, room_bytes: int, fds: list[int], uid: int | None) -> None:
    """Tell what the run left at the paths in the first file, by a fork under the run's uid."""
    pid = os.fork()
    if pid == 0:
        walls.become_run(uid)
        paths = _drain(fds[0]).split(left.SEPARATOR)
        line.send({"left": left.look(paths, SCRATCH[0], room_bytes, output=fds[3])})
        os._exit(0)
    for fd in fds:
        os.close(fd)
    _, status = os.waitpid(pid, 0)
    if status:
        raise ChildProcessError(f"what looks for files ended with {os.waitstatus_to_exitcode(status)}")


def _drain(fd: int) -> bytes:
    """Return what a file in memory holds, and close it."""
    content = os.pread(fd, os.fstat(fd).st_size, 0)
    os.close(fd)
    return content
