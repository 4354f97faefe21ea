"""Reads what a supervisor answers of a run. It lives beside hostile programs, so nothing in it is trusted."""

from __future__ import annotations

import json
import re
from typing import Any

from .inside import values
from .inside.left import STATES
from .model import AtPath, Compilation, Ending, Left, Outcome, Raised, Usage

LARGE_RESULT_BYTES = 1 << 16
COUNT_BOUND = 1 << 62  # of nanoseconds and bytes; what is above fits no message
STATUS_BOUND = 256  # of exit codes and signals
RETURNED = b'{"returned":'
SHA256 = re.compile("[0-9a-f]{64}")


class NotAnAnswer(Exception):
    """The frame is none that a supervisor answers of a run."""


def read_outcome(header: dict[str, Any], blobs: list[bytes], *, numbers_are_one: bool = False) -> Outcome:
    """Return the outcome that a frame tells; `numbers_are_one` is the language's. Raises NotAnAnswer."""
    try:
        stdout, stderr, result, *files = blobs
        interactor = None
        if "interactor" in header:
            interactor, files = read_outcome(_object(header["interactor"]), files), []
        raised, value = _result(result)
        return Outcome(
            run_index=_number(header["run"]),
            ending=Ending(header["ending"]),
            exit_code=_status(header["exit_code"]),
            term_signal=_status(header["term_signal"]),
            raised=raised,
            stdout=stdout,
            stdout_total_bytes=_number(header["stdout_total_bytes"]),
            stderr=stderr,
            stderr_total_bytes=_number(header["stderr_total_bytes"]),
            value=value,
            behaviour=_behaviour(header["behaviour"]),
            usage=_usage(header),
            started_at_ns=_number(header["started_at_ns"]),
            ended_at_ns=_number(header["ended_at_ns"]),
            result_total_bytes=_number(header.get("result_total_bytes", 0)),
            compilation=_compilation(header.get("compiled")),
            left=_left(header.get("left", []), b"".join(files)),
            left_total_bytes=_number(header.get("left_total_bytes", 0)),
            interactor=interactor,
            is_deadlock=header.get("deadlock") is True,
            numbers_are_one=numbers_are_one,
        )
    except KeyError as missing:
        raise NotAnAnswer(f"an answer without {missing}") from None
    except (ValueError, TypeError) as error:
        raise NotAnAnswer(f"an answer of another form: {str(error)[:200]}") from None


def _object(field: Any) -> dict[str, Any]:
    if type(field) is not dict or "interactor" in field:
        raise ValueError("the interactor's part is none")
    return field


def _compilation(told: Any) -> Compilation | None:
    if told is None:
        return None
    return Compilation(_usage(told), _number(told["started_at_ns"]), _number(told["ended_at_ns"]))


def _usage(told: Any) -> Usage:
    return Usage(
        _number(told["cpu_time_ns"]), _number(told["wall_time_ns"]), _number(told["peak_memory_bytes"])
    )


def _number(field: Any, bound: int = COUNT_BOUND) -> int:
    if type(field) is not int or not 0 <= field < bound:
        raise ValueError(f"{type(field).__name__} where a number from 0 to {bound} belongs")
    return field


def _status(field: Any) -> int | None:
    return None if field is None else _number(field, STATUS_BOUND)


def _behaviour(field: Any) -> str | None:
    if field is not None and not (type(field) is str and SHA256.fullmatch(field)):
        raise ValueError("the behaviour is no SHA-256")
    return field


def _left(told: list[Any], content: bytes) -> tuple[Left, ...]:
    """Read what a run left: for each path a state, or the size of a file; the contents follow each other."""
    left, offset = [], 0
    for each in told:
        if type(each) is str and each in STATES:
            left.append(Left(AtPath(each)))
        else:
            end = offset + _number(each)
            left.append(Left(AtPath.FILE, content[offset:end]))
            offset = end
    if offset != len(content):
        raise ValueError(f"files of {offset} bytes, of which {len(content)} came")
    return tuple(left)


def _result(text: bytes) -> tuple[Raised | None, tuple[Any] | None]:
    """Read what the program's process reported of itself: untrusted, so anything may stand there."""
    if not text:
        return None, None
    try:
        if text.startswith(RETURNED):
            return None, (values.loads(text[len(RETURNED) : -1]),)
        if len(text) > LARGE_RESULT_BYTES:
            raise ValueError("an exception of such length")
        report = json.loads(text)
        if "raised" in report:
            class_name, message = report["raised"]
            return Raised(str(class_name)[:200], str(message)), None
        return None, None
    except (ValueError, TypeError, RecursionError):
        return None, (values.Opaque("(a result out of protocol)"),)
