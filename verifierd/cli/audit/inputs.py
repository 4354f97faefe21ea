"""What a test or a probe gives to a program, for a person; never what it expects."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from rich.console import Group, RenderableType
from rich.text import Text

from verifier.v1 import problem_pb2
from verifierd.api.convert.values import value_from_proto
from verifierd.cli.audit.texts import readable
from verifierd.cli.output import plain
from verifierd.errors import InvalidField
from verifierd.judging.showing import show_value

SHOWN_BYTES = 2000


def problem_in(content: bytes) -> problem_pb2.Problem | None:
    """Return a problem as it was recorded; None where it was not kept, or is none."""
    try:
        return problem_pb2.Problem.FromString(content) if content else None
    except DecodeError:
        return None


def test_input(problem: problem_pb2.Problem | None, test_id: str) -> RenderableType | None:
    """Return what a test gives to a program; None where that is not known."""
    test = next((each for each in problem.tests if each.id == test_id), None) if problem else None
    if test is None:
        return None
    match test.WhichOneof("body"):
        case "stdio":
            return _bytes(test.stdio.stdin)
        case "call":
            return _call(test.call)
        case "files":
            names = ", ".join(each.path for each in test.files.files)
            return Group(Text.assemble(("files ", "dim"), plain(names)), _bytes(test.files.stdin))
        case "interactive":
            return _bytes(test.interactive.input)
        case "asserts":
            return Text("a test program, which has the answers in it", style="dim")
        case _:
            return None


def probe_input(problem: problem_pb2.Problem | None, probe_id: str) -> RenderableType | None:
    """Return what a given probe gives to a program; None where it was made and not given."""
    inputs = problem.probes.inputs if problem else ()
    probe = next((each for each in inputs if each.id == probe_id), None)
    if probe is None:
        return None
    return _bytes(probe.stdin) if probe.WhichOneof("body") == "stdin" else _call(probe.call)


def _call(call: problem_pb2.CallTest | problem_pb2.ProbeInput.Call) -> Text:
    try:
        shown = [show_value(value_from_proto(each, "")) for each in call.args]
        shown += [f"{name}={show_value(value_from_proto(each, ''))}" for name, each in call.kwargs.items()]
    except InvalidField as error:
        shown = [str(error)]
    of = f"{call.class_name}()." if call.class_name else ""
    return readable(f"{of}{call.function}({', '.join(shown)})")


def _bytes(content: bytes) -> Text:
    text = readable(content[:SHOWN_BYTES])
    if len(content) > SHOWN_BYTES:
        text.append(f"\n... {len(content) - SHOWN_BYTES} more bytes", style="dim")
    return text
