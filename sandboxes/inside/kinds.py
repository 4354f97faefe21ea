"""What a forked run becomes, by its kind."""

from __future__ import annotations

import importlib
import os
import signal
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any, NoReturn

from .programs import Files, introduce, make_streams, quietly, run_call, run_script, take_files
from .servant import serve
from .tester import TestProgram, run_tests

KINDS: dict[str, Callable[[Any, dict[str, Any]], int]] = {
    "stdio": lambda code, order: run_script(code),
    "call": lambda code, order: run_call(code, order["function"], order["class_name"]),
    "candidate": lambda code, order: serve(code),
    "tester": lambda program, order: run_tests(program, order["candidate_names"]),
}


# These read answers and run no program; the module that has them is loaded where its library is.
ANSWER_KINDS = {"read": "run_reader", "compare": "run_comparer"}


def execute(order: dict[str, Any], arguments: list[str]) -> NoReturn:
    """Become another program. Raises OSError where it cannot be started."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored stays so
        signal.signal(number, signal.SIG_DFL)
    os.chdir(order["directory"])
    command: list[str] = [*order["command"], *arguments]
    os.execve(command[0], command, {**os.environ, **order["environment"]})  # noqa: S606 - its purpose


def perform(
    code: CodeType | TestProgram | None, order: dict[str, Any], files: Files, arguments: list[str]
) -> NoReturn:
    """Run the order in this process and end the process. `code` is what it runs, if it is compiled."""
    status = 1
    try:
        take_files(files, leaves_result=order.get("leaves_result", False))
        if order["kind"] == "execute":
            execute(order, arguments)
        if order["kind"] in ANSWER_KINDS:
            status = _answer_kind(order["kind"])(order)
        else:
            if order["talks"]:
                make_streams()
            introduce(arguments)
            status = KINDS[order["kind"]](code, order)
    except BaseException:
        quietly(traceback.print_exc)
    finally:
        os._exit(status)


def _answer_kind(kind: str) -> Callable[[dict[str, Any]], int]:
    equality = importlib.import_module(".equality", __package__)
    action: Callable[[dict[str, Any]], int] = getattr(equality, ANSWER_KINDS[kind])
    return action
