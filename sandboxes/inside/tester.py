"""The test program's side of an `asserts` run: its process holds the answers, the candidate's is elsewhere.

Names that the test program uses but does not define are the candidate's: modules of the standard
library are imported here, values cross by copy, everything else becomes a `CandidateObject`.
"""

from __future__ import annotations

import builtins
import importlib
import json
import os
import sys
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from .candidate import CandidateModule
from .channel import Channel, PeerGone
from .names import FreeNames, free_names
from .objects import CandidateObject, checked_isinstance
from .probe import Probe, ProbeUsed
from .programs import PEER_FD, new_module, write_result
from .raising import MESSAGE_CHARACTERS
from .values import class_name

BROKEN_STATUS = 1
NOTHING_READ = (
    "it asks nothing of the candidate: every name that it reads is its own or Python's. Does it define "
    "check(candidate) and not call it? A name of the candidate's that is also a built-in's or a standard "
    "module's is declared in candidate_names"
)
NOTHING_ASKED = (
    "it came to its end and had called nothing of the candidate's. Does it define test functions and call "
    "none of them?"
)


@dataclass(frozen=True)
class TestProgram:
    """A test program, compiled, and which of the names in it are the candidate's."""

    code: CodeType
    names: FreeNames


def read_tests(source: bytes, candidate_names: list[str]) -> TestProgram:
    """Compile a test program. Raises SyntaxError, ValueError, RecursionError and MemoryError."""
    text = source.decode()
    code = compile(text, "<tests>", "exec", dont_inherit=True)
    return TestProgram(code, free_names(text, candidate_names))


class KnownTest:
    """The one test program that a stage keeps compiled, once a fork has compiled it under its limits."""

    def __init__(self) -> None:
        """Know none."""
        self._program: TestProgram | None = None

    def known(self, order: dict[str, Any], fd: int) -> TestProgram | None:
        """Return the test program in a file, if the order says that the last one was the same and went well.

        It is read to its end then, as a fork would have.
        """
        if not order["is_known"]:
            return None
        try:
            source = os.pread(fd, os.lseek(fd, 0, os.SEEK_END), 0)
            self._program = self._program or read_tests(source, order["candidate_names"])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            os.lseek(fd, 0, os.SEEK_SET)  # a fork says what is wrong with it
        return self._program


def run_tests(known: TestProgram | None, candidate_names: list[str]) -> int:
    """Run the test program against the candidate and report how it ended. Returns the exit status.

    It is that on standard input, unless it is `known`, from an earlier run.
    """
    try:
        program = known or read_tests(sys.stdin.buffer.read(), candidate_names)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _report_broken(f"{class_name(error)}: {str(error)[:MESSAGE_CHARACTERS]}")
    code, names = program.code, program.names
    if not names.of_candidate:
        return _report_broken(NOTHING_READ)
    candidate = CandidateModule(Channel(PEER_FD))
    report: dict[str, Any] = {}
    try:
        resolved = candidate.resolve(names.of_candidate)
        ended = _run(code, _namespace(candidate, names, resolved))
        if candidate.was_used:
            report = _judged(candidate, ended)
        else:
            report = _idle(candidate, code, names, resolved, ended)
    except PeerGone:
        pass
    except BaseException as error:
        if error is not candidate.last_raised and error is not candidate.refused:
            raise
        # The candidate's: by a hash while names were resolved, by the truth of an exit status.
        report = _raised(candidate, error)
    if candidate.refused is not None:
        report = {"raised": ["HandleError", str(candidate.refused)]}
    if candidate.gone is not None:
        report["gone"] = candidate.gone
    return _report({"behaviour": candidate.behaviour.hexdigest(), "by_candidate": False, **report})


def _run(code: CodeType, namespace: dict[str, Any]) -> BaseException | None:
    """Run a test program as a main program. Returns what it ended with; None: it came to its end."""
    module = new_module("__main__")
    vars(module).update(namespace)
    try:
        exec(code, vars(module))  # noqa: S102 - running the test program is the purpose
    except BaseException as error:
        return error
    return None


def _report_broken(why: str) -> int:
    _report({"broken": why})
    return BROKEN_STATUS


def _report(report: dict[str, Any]) -> int:
    write_result(json.dumps(report))
    return 0


def _judged(candidate: CandidateModule, ended: BaseException | None) -> dict[str, Any]:
    """Return the report of a test program that used the candidate."""
    if ended is None:
        return {}
    if isinstance(ended, SystemExit) and all(ended is not each for each in candidate.exits):
        if not ended.code:
            return {}
        status = int(ended.code) if isinstance(ended.code, int) else 1
        return {"raised": ["AssertionError", f"the test program ended with exit status {status}"]}
    return _raised(candidate, ended)


def _idle(
    candidate: CandidateModule,
    code: CodeType,
    names: FreeNames,
    resolved: dict[str, Any],
    ended: BaseException | None,
) -> dict[str, Any]:
    """Return the report of a test program that has not used the candidate: it found none of it, or is broken.

    Whether it is broken is seen without the candidate, so that no candidate has a say in it.
    """
    missing = [name for name in names.of_candidate if name not in resolved]
    if missing:
        if ended is not None:
            return _raised(candidate, ended)
        return {"raised": ["NameError", f"the program does not define {', '.join(missing[:5])}"]}
    probed = _run(code, dict.fromkeys(names.of_candidate, Probe()))
    if isinstance(probed, ProbeUsed):
        return {"raised": ["NameError", "the test program ended without having used the program"]}
    if probed is None or (isinstance(probed, SystemExit) and not probed.code):
        return {"broken": NOTHING_ASKED}
    return {
        "broken": f"before it asks anything of the candidate: {class_name(probed)}: {_message(probed, False)}"
    }


def _raised(candidate: CandidateModule, error: BaseException) -> dict[str, Any]:
    candidate.is_silent = True
    by_candidate = error is candidate.last_raised
    return {"raised": [class_name(error), _message(error, by_candidate)], "by_candidate": by_candidate}


def _namespace(candidate: CandidateModule, names: FreeNames, found: dict[str, Any]) -> dict[str, Any]:
    """Return the test program's globals. A name that the candidate lacks is nobody's, built-in or not."""
    stand_ins = {name: what for name, what in found.items() if _stands_in(what)}
    own = _Builtins(candidate, {name: what for name, what in found.items() if name not in stand_ins})
    own.update((name, what) for name, what in vars(builtins).items() if name not in names.of_candidate)
    if "isinstance" in own:
        own["isinstance"] = checked_isinstance
    modules = {name: importlib.import_module(name) for name in names.modules}
    return {"__builtins__": own, **modules, **stand_ins}


class _Builtins(dict[str, Any]):
    """Python's built-ins, and behind them the candidate's plain values: to read one is to use it."""

    def __init__(self, candidate: CandidateModule, values: dict[str, Any]) -> None:
        super().__init__()
        self._candidate = candidate
        self._values = values

    def __missing__(self, name: str) -> Any:
        value = self._values[name]
        self._candidate.was_used = True
        return value if isinstance(value, (ModuleType, type)) else self._candidate.resolve([name]).get(name)


def _stands_in(what: Any) -> bool:
    """Tell whether a name's meaning is no value: naming it in passing is no use of the candidate."""
    return CandidateObject in type(what).__mro__


def _message(error: BaseException, by_candidate: bool) -> str:
    if isinstance(error, AssertionError) and not error.args and not by_candidate:
        return _asserted_line(error)
    try:
        return str(error)[:MESSAGE_CHARACTERS]
    except Exception as unspeakable:  # an integer of too many digits among its arguments, say
        return f"(its message cannot be had: {class_name(unspeakable)})"


def _asserted_line(error: BaseException) -> str:
    """Say which assertion failed; the line itself stays here, since it holds the answer."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        line = trace.tb_lineno
        trace = trace.tb_next
    return f"the assertion on line {line} of the test program failed"
