"""Inside a forked run: become the candidate's Python process, run it, and leave.

Nothing here is trusted by the outside: the candidate shares this process and may rewrite all of it.
What it writes to the result file is its own claim about its answer, no more than an answer.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import io
import json
import linecache
import os
import site
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType, ModuleType, TracebackType

from . import values
from .leaving import Origin, World, flush_streams

FOLDER = "/tmp"  # noqa: S108 - the candidate's own tmpfs
SOURCE_NAME = f"{FOLDER}/program.py"  # a name for tracebacks; no such file is made
MODULE_NAME = "candidate"
STAGE_FDS = 256  # more than a stage ever has open
RESULT_FD, PEER_FD = 3, 4
RAISED_BYTES = 2000
WORLD = World()
UNFLUSHED_STATUS = 120


@dataclass(frozen=True, slots=True)
class Files:
    """File descriptors of one run, in the order in which the supervisor sends them."""

    stdin: int
    stdout: int
    stderr: int
    result: int
    peer: int = -1


def run_script(code: CodeType) -> int:
    """Run the program as `__main__`, as `python3 program.py` does. Returns the exit status."""
    status = finish(partial(_execute, code))
    quietly(WORLD.restore)
    quietly(lambda: sys.stdout.flush())  # what finalizers printed
    quietly(lambda: sys.stderr.flush())
    return status


def _execute(code: CodeType) -> None:
    exec(code, new_module("__main__").__dict__)  # noqa: S102 - running the candidate is the purpose


def run_call(code: CodeType, function: str, class_name: str) -> int:
    """Load the program as a module, call one function, report its typed value.

    With a class name the function is a method of an object of that class, made without arguments.
    """
    arguments = values.loads(sys.stdin.buffer.read())
    sys.stdin = open(os.devnull, encoding="utf-8")

    def call() -> None:
        module = new_module(MODULE_NAME)
        exec(code, module.__dict__)  # noqa: S102
        holder = getattr(module, class_name)() if class_name else module
        answer = getattr(holder, function)(*arguments[0], **arguments[1])
        write_result('{"returned":' + values.dumps(answer) + "}")

    return finish(call)


def new_module(name: str) -> ModuleType:
    """Return a fresh module, findable by its name as dataclasses and pickle expect."""
    module = ModuleType(name)
    module.__dict__["__builtins__"] = builtins
    module.__dict__["__file__"] = SOURCE_NAME
    module.__dict__["__loader__"] = Origin()
    sys.modules[name] = module
    return module


def finish(action: Callable[[], object]) -> int:
    """Run an action and everything that Python runs at exit. Returns the exit status.

    Follows Python's own order (Py_RunMain, Py_FinalizeEx): report the exception, join threads, run
    atexit functions, flush.
    """
    status = 0
    try:
        action()
    except SystemExit as leaving:
        status = _exit_status(leaving)
        if status:
            report_raised(leaving)
    except BaseException as error:
        report_raised(error)
        status = _print_exception(error)
    if _has_threads_or_exit_functions():
        quietly(threading._shutdown)  # type: ignore[attr-defined]
        quietly(atexit._run_exitfuncs)
    return status if flush_streams() else UNFLUSHED_STATUS


def _has_threads_or_exit_functions() -> bool:
    """Tell whether there is anything to join or to call: in a fork, looking alone costs less than asking."""
    try:
        waiting = threading._shutdown_locks or threading._threading_atexits  # type: ignore[attr-defined]
        return bool(waiting or atexit._ncallbacks())
    except BaseException:  # the program may have changed any of it
        return True


def report_raised(error: BaseException) -> None:
    """Tell the exception's class and message, as far as they can be had."""
    try:
        message = str(error)[:RAISED_BYTES]
    except BaseException:
        message = ""
    write_result(json.dumps({"raised": [values.class_name(error), message]}))


def write_result(text: str) -> None:
    """Write all of a text to the result file."""
    data = memoryview(text.encode("utf-8", "backslashreplace"))
    while data:
        data = data[os.write(RESULT_FD, data) :]


def take_files(files: Files, leaves_result: bool) -> None:
    """Put the run's files where the program expects them and close everything else.

    `leaves_result`: the result's is there for a program that this process becomes, too.
    """
    wanted = [files.stdin, files.stdout, files.stderr, files.result]
    if files.peer >= 0:
        wanted.append(files.peer)
    for place, fd in enumerate(wanted):  # none of them is below `zygote.FIRST_FREE_FD`
        os.dup2(fd, place, inheritable=place <= (RESULT_FD if leaves_result else 2))
    os.closerange(len(wanted), STAGE_FDS)


def prepare_interpreter() -> None:
    """Do once, before any fork, what is the same for all programs: site's built-ins, what is not theirs."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
    with _files_like_a_run_s():
        make_streams()
    sys.path[:] = [entry for entry in sys.path if entry.startswith("/usr")]
    WORLD.remember()


@contextlib.contextmanager
def _files_like_a_run_s() -> Iterator[None]:
    """Have an empty file as standard input and pipes as the others, as streams look at what they are for."""
    reading, writing = os.pipe()
    like = (os.memfd_create("stdin", os.MFD_CLOEXEC), writing, writing)
    before = [os.dup(fd) for fd in range(len(like))]
    try:
        for fd, each in enumerate(like):
            os.dup2(each, fd)
        yield
    finally:
        for fd, each in enumerate(before):
            os.dup2(each, fd)
        for each in (*before, like[0], reading, writing):
            os.close(each)


def introduce(arguments: list[str]) -> None:
    """Tell the program its name and arguments, and have it find modules beside it.

    In a run alone: process 1 may never import what a program has put there.
    """
    sys.argv = [SOURCE_NAME, *arguments]
    sys.path.insert(0, FOLDER)


def make_streams() -> None:
    """Give the program the standard streams that a started Python would, for what files there are."""
    sys.stdin = _stream(0, "stdin", "r")
    sys.stdout = _stream(1, "stdout", "w")
    sys.stderr = _stream(2, "stderr", "w")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _stream(fd: int, name: str, mode: str) -> io.TextIOWrapper:
    """Return a standard stream as create_stdio of CPython's Python/pylifecycle.c makes it."""
    binary = open(fd, mode + "b", closefd=False)
    binary.raw.name = f"<{name}>"  # type: ignore[attr-defined]
    stream = io.TextIOWrapper(
        binary,
        encoding="utf-8",
        errors="backslashreplace" if name == "stderr" else "surrogateescape",
        newline="\n",
        line_buffering=name == "stderr",
    )
    stream.mode = mode  # type: ignore[misc]
    return stream


def _exit_status(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        fits = -(1 << 63) <= leaving.code < 1 << 63
        return int(leaving.code) & 0xFF if fits else 255  # as PyLong_AsLong has it
    quietly(lambda: print(leaving.code, file=sys.stderr))
    return 1


def _print_exception(error: BaseException) -> int:
    """Have the program's hook, or Python's, print what nobody caught. Returns the exit status."""
    error.__traceback__ = _below_this_file(error.__traceback__)
    try:
        if sys.excepthook is sys.__excepthook__:
            traceback.print_exception(error)  # Python's own would look for the lines in a file
        else:
            sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit as leaving:
        return _exit_status(leaving)
    except BaseException as failed:
        quietly(partial(_print_failed_hook, failed, error))
    return 1


def _print_failed_hook(failed: BaseException, error: BaseException) -> None:
    failed.__context__ = None  # it is the original exception, which follows
    print("Error in sys.excepthook:", file=sys.stderr)
    traceback.print_exception(failed.with_traceback(_below_this_file(failed.__traceback__)))
    print("\nOriginal exception was:", file=sys.stderr)
    traceback.print_exception(error)


def _below_this_file(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename != SOURCE_NAME:
        trace = trace.tb_next
    return trace


def quietly(action: Callable[[], object]) -> None:
    """Do what may fail without harm."""
    try:
        action()
    except BaseException:
        return


def keep_source(source: str) -> None:
    """Let tracebacks and `inspect` show the program's lines."""
    linecache.cache[SOURCE_NAME] = (len(source), None, source.splitlines(keepends=True), SOURCE_NAME)
