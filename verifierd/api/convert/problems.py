"""Problems: `verifier.v1.Problem` to the service's own words, with the server's defaults filled in."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any

from sandboxes.inside import values
from sandboxes.model import Limits
from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.enums import TEST_ROLE_FROM_PROTO
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
from verifierd.api.convert.probes import probes_from_proto
from verifierd.api.convert.programs import (
    UNCROWDED_BYTES,
    call_from_proto,
    function_name,
    program_from_proto,
    refuse_crowded,
)
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


def problem_from_proto(message: problem_pb2.Problem, path: str, bounds: AdmissionLimits) -> Problem:
    """Return the problem that a message gives.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(message, path, "id", "tests", "limits", "checker", "probes")
    tests = tuple(
        test_from_proto(test, under(path, f"tests[{index}]"), bounds)
        for index, test in enumerate(message.tests)
    )
    return Problem(
        id=identifier(message.id, under(path, "id")),
        tests=tests,
        limits=limits_from_proto(message.limits, under(path, "limits"), bounds),
        checker=checker_from_proto(message.checker, under(path, "checker"), bounds),
        probes=probes_from_proto(message.probes, under(path, "probes"), bounds)
        if message.HasField("probes")
        else None,
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


def test_from_proto(message: problem_pb2.TestCase, path: str, bounds: AdmissionLimits) -> TestCase:
    """Return one test case.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(
        message, path, "id", "role", *(f.name for f in message.DESCRIPTOR.oneofs_by_name["body"].fields)
    )
    known_enum(message.role, under(path, "role"), problem_pb2.TestRole.DESCRIPTOR)
    kind = chosen(message, path, "body")
    reader = TEST_READERS.get(kind)
    if reader is None:
        raise InvalidField(
            under(path, kind), "this server does not run this kind of test", ", ".join(TEST_READERS)
        )
    body = reader(getattr(message, kind), under(path, kind), bounds)
    return TestCase(identifier(message.id, under(path, "id")), body, TEST_ROLE_FROM_PROTO[message.role])


def _call(message: problem_pb2.CallTest, path: str, bounds: AdmissionLimits) -> CallTest:
    refuse_others(message, path, "function", "args", "kwargs", "expected", "class_name")
    called = call_from_proto(message, path, bounds)
    expected = value_from_proto(message.expected, under(path, "expected"))
    if message.ByteSize() > UNCROWDED_BYTES:
        refuse_crowded(values.dumps(expected).encode(), under(path, "expected"))
    return CallTest(called.function, called.args, called.kwargs, expected, called.class_name)


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
        names.append(function_name(name, at))
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


TEST_READERS: dict[str, Callable[[Any, str, AdmissionLimits], TestBody]] = {
    "stdio": stdio_from_proto,
    "call": _call,
    "asserts": _asserts,
    "files": files_from_proto,
    "answer": _answer,
    "interactive": _interactive,
}
