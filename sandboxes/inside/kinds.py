"""What a forked run becomes, by its kind; as much of it as can be is made ready before the fork."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from types import CodeType
from typing import Any, NoReturn

from .becoming import Begin
from .programs import call, script

KINDS: dict[str, Callable[[CodeType, dict[str, Any]], Begin]] = {
    "stdio": lambda code, order: script(code),
    "call": lambda code, order: call(code, order["function"], order["class_name"]),
    "candidate": lambda code, order: _serving(code),
    "execute": lambda code, order: partial(execute, order),
    # These read answers and run no program.
    "read": lambda code, order: _of_an_answer("run_reader", order),
    "compare": lambda code, order: _of_an_answer("run_comparer", order),
}
# Those of the candidate's own program, whose stage serves nobody else and so has its limits.
OF_ONE_CANDIDATE = frozenset({"stdio", "call", "candidate"})


class Beginnings:
    """What the runs of one stage do first; of its own program made ready once."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._known: dict[tuple[str, ...], Begin] = {}
        self._known_test: Any = None  # of a stage that runs test programs

    def of(self, code: CodeType, order: dict[str, Any], given_fd: int) -> Begin:
        """Return what a fork is to do for an order. `code` is the program's; a file holds what it is given.

        Raises FileNotFoundError where the program that it is to become is not there.
        """
        kind = order["kind"]
        if kind == "tester":
            return self._testing(order, given_fd)
        if kind == "execute" and not os.access(order["command"][0], os.X_OK):
            raise FileNotFoundError(f"{order['command'][0]} is not in this sandbox")
        if kind not in OF_ONE_CANDIDATE:
            return KINDS[kind](code, order)
        key = (kind, order.get("function", ""), order.get("class_name", ""))
        if key not in self._known:
            self._known[key] = KINDS[kind](code, order)
        return self._known[key]

    def _testing(self, order: dict[str, Any], given_fd: int) -> Begin:
        tester = _loaded("tester")
        self._known_test = self._known_test or tester.KnownTest()
        program = self._known_test.known(order, given_fd)
        return lambda arguments: int(tester.run_tests(program, order["candidate_names"]))


def execute(order: dict[str, Any], arguments: Sequence[str]) -> NoReturn:
    """Become another program. Raises OSError where it cannot be started."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored stays so
        signal.signal(number, signal.SIG_DFL)
    os.chdir(order["directory"])
    command: list[str] = [*order["command"], *arguments]
    os.execve(command[0], command, {**os.environ, **order["environment"]})  # noqa: S606 - its purpose


def _serving(code: CodeType) -> Begin:
    serve: Callable[[CodeType], int] = _loaded("servant").serve
    return lambda arguments: serve(code)


def _of_an_answer(action: str, order: dict[str, Any]) -> Begin:
    run: Callable[[dict[str, Any]], int] = getattr(_loaded("equality"), action)
    return lambda arguments: run(order)


def _loaded(module: str) -> Any:
    """Return a module that the zygote of such stages has loaded; others never need it."""
    return importlib.import_module(f".{module}", __package__)
