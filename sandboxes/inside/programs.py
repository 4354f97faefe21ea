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
from collections.abc import Callable, Iterator, Sequence
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


def script(code: CodeType) -> Callable[[Sequence[str]], int]:
    """Return what runs the program as `__main__`, as `python3 program.py` does, and returns the exit status.

    It is made before any fork, and its way is short where the program leaves nothing to see to.
    """
    namespace, left_nothing = new_module("__main__").__dict__, WORLD.left_nothing()

    def run(arguments: Sequence[str]) -> int:
        nonlocal namespace
        try:
            exec(code, namespace)  # noqa: S102 - running the candidate is the purpose
        except BaseException as error:
            status = _status_after(error)
        else:
            if left_nothing():
                return 0
            status = 0
        status = _finished(status)
        namespace = {}  # or it would outlive its module
        quietly(WORLD.restore)
        quietly(lambda: sys.stdout.flush())  # what finalizers printed
        quietly(lambda: sys.stderr.flush())
        return status

    return run


def call(code: CodeType, function: str, class_name: str) -> Callable[[Sequence[str]], int]:
    """Return what loads the program as a module, calls one function, and reports its typed value.

    With a class name the function is a method of an object of that class, made without arguments.
    """
    module, left_nothing = new_module(MODULE_NAME), WORLD.left_nothing()

    def load_and_call(args: list[object], kwargs: dict[str, object]) -> None:
        exec(code, module.__dict__)  # noqa: S102
        holder = getattr(module, class_name)() if class_name else module
        answer = getattr(holder, function)(*args, **kwargs)
        write_result('{"returned":' + values.dumps(answer) + "}")

    def run(arguments: Sequence[str]) -> int:
        sys.modules[MODULE_NAME] = module  # another function's own may be there
        args, kwargs = values.loads(sys.stdin.buffer.read())
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return finish(partial(load_and_call, args, kwargs), left_nothing)

    return run


def new_module(name: str) -> ModuleType:
    """Return a fresh module, findable by its name as dataclasses and pickle expect."""
    module = ModuleType(name)
    module.__dict__["__builtins__"] = builtins
    module.__dict__["__file__"] = SOURCE_NAME
    module.__dict__["__loader__"] = Origin()
    sys.modules[name] = module
    return module


def finish(action: Callable[[], object], left_nothing: Callable[[], bool] = lambda: False) -> int:
    """Run an action and everything that Python runs at exit. Returns the exit status.

    Follows Python's own order (Py_RunMain, Py_FinalizeEx): report the exception, join threads, run
    atexit functions, flush.
    """
    try:
        action()
    except BaseException as error:
        return _finished(_status_after(error))
    return 0 if left_nothing() else _finished(0)


def _status_after(error: BaseException) -> int:
    """Report what ended the program. Returns the exit status."""
    if isinstance(error, SystemExit):
        status = _exit_status(error)
        if status:
            report_raised(error)
        return status
    report_raised(error)
    return _print_exception(error)


def _finished(status: int) -> int:
    """Have all run that Python runs at exit. Returns the exit status, which that may change."""
    quietly(threading._shutdown)  # type: ignore[attr-defined]
    quietly(atexit._run_exitfuncs)
    return status if flush_streams() else UNFLUSHED_STATUS


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
    linecache.cache[SOURCE_NAME] = (lambda: source,)  # which a run splits when it needs its lines
