"""Problems: `verifier.v1.Problem` to the service's own words, with the server's defaults filled in."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any

from sandboxes.inside import values
from sandboxes.model import CallRun, Limits, Program
from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.fields import (
    chosen,
    duration_ns,
    identifier,
    known_enum,
    refuse_others,
    shown,
    source_text,
    under,
)
from verifierd.api.convert.files import files_from_proto, stdio_from_proto
from verifierd.api.convert.values import value_from_proto
from verifierd.errors import InvalidField
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallTest,
    CheckerSpec,
    InteractiveTest,
    Problem,
    TestBody,
    TestCase,
)

# As a message, each list or object of a value takes 2 bytes or more: below this there are never too many.
UNCROWDED_BYTES = values.CONTAINERS_BOUND

HONOURED_ROLES = (problem_pb2.TEST_ROLE_UNSPECIFIED, problem_pb2.TEST_ROLE_JUDGE)


def problem_from_proto(message: problem_pb2.Problem, path: str, bounds: AdmissionLimits) -> Problem:
    """Return the problem that a message gives.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(message, path, "id", "tests", "limits", "checker")
    tests = tuple(
        test_from_proto(test, under(path, f"tests[{index}]"), bounds)
        for index, test in enumerate(message.tests)
    )
    return Problem(
        id=identifier(message.id, under(path, "id")),
        tests=tests,
        limits=limits_from_proto(message.limits, under(path, "limits"), bounds),
        checker=checker_from_proto(message.checker, under(path, "checker"), bounds),
    )


def limits_from_proto(message: problem_pb2.Limits, path: str, bounds: AdmissionLimits) -> Limits:
    """Return limits as asked for, absent ones by default; their range is checked elsewhere.

    Raises:
        InvalidField: a duration is none.
    """
    default = bounds.default_limits

    def duration(name: str, otherwise: int) -> int:
        if not message.HasField(name):  # type: ignore[arg-type]
            return otherwise
        return duration_ns(getattr(message, name), under(path, name))

    def count(name: str) -> int:
        given: int = getattr(message if message.HasField(name) else default, name)  # type: ignore[arg-type]
        return given

    cpu_time_ns = duration("cpu_time", default.cpu_time_ns)
    return Limits(
        cpu_time_ns=cpu_time_ns,
        wall_time_ns=duration("wall_time", bounds.derived_wall_time_ns(cpu_time_ns)),
        memory_bytes=count("memory_bytes"),
        output_bytes=count("output_bytes"),
        processes=count("processes"),
        open_files=count("open_files"),
        disk_bytes=count("disk_bytes"),
    )


def limits_to_proto(limits: Limits) -> problem_pb2.Limits:
    """Return the message of limits, each field set; a wall time of 0, which is derived, left out."""
    message = problem_pb2.Limits(
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        processes=limits.processes,
        open_files=limits.open_files,
        disk_bytes=limits.disk_bytes,
    )
    message.cpu_time.FromNanoseconds(limits.cpu_time_ns)
    if limits.wall_time_ns:
        message.wall_time.FromNanoseconds(limits.wall_time_ns)
    return message


def checker_from_proto(message: problem_pb2.CheckerSpec, path: str, bounds: AdmissionLimits) -> CheckerSpec:
    """Return the checker that is asked for; whether there is such a one is checked elsewhere.

    Raises:
        InvalidField: a name is malformed, or a field is not supported.
    """
    refuse_others(message, path, "name", "params", "program")
    program = None
    if message.HasField("program"):
        program = program_from_proto(message.program, under(path, "program"), bounds)
    return CheckerSpec(
        name=identifier(message.name, under(path, "name"), required=False),
        params=dict(message.params),
        program=program,
    )


def program_from_proto(message: problem_pb2.Program, path: str, bounds: AdmissionLimits) -> Program:
    """Return a program that is no candidate; whether its language is here is checked elsewhere.

    Raises:
        InvalidField: a field is malformed or missing.
    """
    source = source_text(message.source, under(path, "source"), bounds.max_source_bytes)
    if not source.strip():
        raise InvalidField(under(path, "source"), "it is empty", "a program")
    return Program(identifier(message.language, under(path, "language")), source)


def test_from_proto(message: problem_pb2.TestCase, path: str, bounds: AdmissionLimits) -> TestCase:
    """Return one test case.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(
        message, path, "id", "role", *(f.name for f in message.DESCRIPTOR.oneofs_by_name["body"].fields)
    )
    if known_enum(message.role, under(path, "role"), problem_pb2.TestRole.DESCRIPTOR) not in HONOURED_ROLES:
        raise InvalidField(
            under(path, "role"), "this server does not support it yet", "TEST_ROLE_JUDGE, or leave it out"
        )
    kind = chosen(message, path, "body")
    reader = TEST_READERS.get(kind)
    if reader is None:
        raise InvalidField(
            under(path, kind), "this server does not run this kind of test", ", ".join(TEST_READERS)
        )
    body = reader(getattr(message, kind), under(path, kind), bounds)
    return TestCase(id=identifier(message.id, under(path, "id")), body=body)


def _call(message: problem_pb2.CallTest, path: str, bounds: AdmissionLimits) -> CallTest:
    refuse_others(message, path, "function", "args", "kwargs", "expected", "class_name")
    size_bytes = message.ByteSize()
    if size_bytes > bounds.max_stdin_bytes:
        raise InvalidField(path, f"it is {size_bytes} bytes", f"up to {bounds.max_stdin_bytes} bytes")
    args: tuple[Any, ...] = tuple(
        value_from_proto(value, under(path, f"args[{index}]")) for index, value in enumerate(message.args)
    )
    kwargs = {}
    for name in message.kwargs:
        at = under(path, f"kwargs[{identifier(name, under(path, 'kwargs'))!r}]")
        kwargs[name] = value_from_proto(message.kwargs[name], at)
    function = _name(message.function, under(path, "function"))
    expected = value_from_proto(message.expected, under(path, "expected"))
    if size_bytes > UNCROWDED_BYTES:
        _refuse_crowded(CallRun(function, args, kwargs).payload, under(path, "args" if args else "kwargs"))
        _refuse_crowded(values.dumps(expected).encode(), under(path, "expected"))
    class_name = _name(message.class_name, under(path, "class_name")) if message.class_name else ""
    return CallTest(function, args, kwargs, expected, class_name)


def _refuse_crowded(text: bytes, path: str) -> None:
    """Refuse what a sandbox could not hand to any candidate, or no candidate could answer."""
    if values.crowded(text):
        raise InvalidField(
            path,
            f"there are more than {values.CONTAINERS_BOUND} lists and other objects in it",
            f"up to {values.CONTAINERS_BOUND} in all arguments together and in what is expected, where "
            "tuples and sets count twice",
        )


def _asserts(message: problem_pb2.AssertsTest, path: str, bounds: AdmissionLimits) -> AssertsTest:
    refuse_others(message, path, "source", "candidate_names")
    source = source_text(message.source, under(path, "source"), bounds.max_source_bytes)
    if not source.strip():
        raise InvalidField(under(path, "source"), "it is empty", "a test program")
    names = []
    for index, name in enumerate(message.candidate_names):
        at = under(path, f"candidate_names[{index}]")
        if keyword.iskeyword(name):
            raise InvalidField(at, f"{shown(name)} is no name", "identifiers of the candidate's language")
        names.append(_name(name, at))
    return AssertsTest(source=source, candidate_names=tuple(names))


def _answer(message: problem_pb2.AnswerTest, path: str, bounds: AdmissionLimits) -> AnswerTest:
    at = under(path, "expected")
    expected = source_text(message.expected.encode(), at, bounds.max_source_bytes)
    if not expected.strip():
        raise InvalidField(at, "it is empty", "the right answer, LaTeX allowed")
    return AnswerTest(expected)


def _interactive(message: problem_pb2.InteractiveTest, path: str, bounds: AdmissionLimits) -> InteractiveTest:
    refuse_others(message, path, "interactor", "input", "answer")
    if not message.HasField("interactor"):
        raise InvalidField(under(path, "interactor"), "it is absent", "a program")
    for name, data in (("input", message.input), ("answer", message.answer)):
        if len(data) > bounds.max_stdin_bytes:
            raise InvalidField(
                under(path, name), f"it is {len(data)} bytes", f"up to {bounds.max_stdin_bytes} bytes"
            )
    interactor = program_from_proto(message.interactor, under(path, "interactor"), bounds)
    return InteractiveTest(interactor, message.input, message.answer)


def _name(name: str, path: str) -> str:
    """Return a name of the candidate's: it goes into the text of a harness, so it is nothing else."""
    if name and not name.isidentifier():
        raise InvalidField(path, f"{shown(name)} is no name", "identifiers of the candidate's language")
    return identifier(name, path)


TEST_READERS: dict[str, Callable[[Any, str, AdmissionLimits], TestBody]] = {
    "stdio": stdio_from_proto,
    "call": _call,
    "asserts": _asserts,
    "files": files_from_proto,
    "answer": _answer,
    "interactive": _interactive,
}
