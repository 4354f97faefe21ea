"""Programs that are no candidates, and calls of a candidate's functions, to the service's own words."""

from __future__ import annotations

from sandboxes.inside import values
from sandboxes.model import CallRun, Program
from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.fields import identifier, shown, source_text, under
from verifierd.api.convert.values import value_from_proto
from verifierd.errors import InvalidField
from verifierd.model import CallProbe

# As a message, each list or object of a value takes 2 bytes or more: below this there are never too many.
UNCROWDED_BYTES = values.CONTAINERS_BOUND


def program_from_proto(message: problem_pb2.Program, path: str, bounds: AdmissionLimits) -> Program:
    """Return a program that is no candidate; whether its language is here is checked elsewhere.

    Raises:
        InvalidField: a field is malformed or missing.
    """
    source = source_text(message.source, under(path, "source"), bounds.max_source_bytes)
    if not source.strip():
        raise InvalidField(under(path, "source"), "it is empty", "a program")
    return Program(identifier(message.language, under(path, "language")), source)


def call_from_proto(
    message: problem_pb2.CallTest | problem_pb2.ProbeInput.Call, path: str, bounds: AdmissionLimits
) -> CallProbe:
    """Return what is called, with what.

    Raises:
        InvalidField: a name or a value is malformed, or there is too much of it.
    """
    size_bytes = message.ByteSize()
    if size_bytes > bounds.max_stdin_bytes:
        raise InvalidField(path, f"it is {size_bytes} bytes", f"up to {bounds.max_stdin_bytes} bytes")
    args = tuple(
        value_from_proto(value, under(path, f"args[{index}]")) for index, value in enumerate(message.args)
    )
    kwargs = {}
    for name in message.kwargs:
        at = under(path, f"kwargs[{identifier(name, under(path, 'kwargs'))!r}]")
        kwargs[name] = value_from_proto(message.kwargs[name], at)
    function = function_name(message.function, under(path, "function"))
    if size_bytes > UNCROWDED_BYTES:
        refuse_crowded(CallRun(function, args, kwargs).payload, under(path, "args" if args else "kwargs"))
    class_name = function_name(message.class_name, under(path, "class_name")) if message.class_name else ""
    return CallProbe(function, args, kwargs, class_name)


def refuse_crowded(text: bytes, path: str) -> None:
    """Refuse what a sandbox could not hand to any candidate, or no candidate could answer.

    Raises:
        InvalidField: the encoded values hold too many objects.
    """
    if values.crowded(text):
        raise InvalidField(
            path,
            f"there are more than {values.CONTAINERS_BOUND} lists and other objects in it",
            f"up to {values.CONTAINERS_BOUND} in all arguments together and in what is expected, where "
            "tuples and sets count twice",
        )


def function_name(name: str, path: str) -> str:
    """Return a name of the candidate's: it goes into the text of a harness, so it is nothing else.

    Raises:
        InvalidField: it is no identifier.
    """
    if name and not name.isidentifier():
        raise InvalidField(path, f"{shown(name)} is no name", "identifiers of the candidate's language")
    return identifier(name, path)
