"""What is asked of a program, as messages and back: runs, limits, and a candidate's request."""

from __future__ import annotations

from dataclasses import fields

from sandboxes.inside import values
from sandboxes.model import (
    AnswerRun,
    AssertsRun,
    CallRun,
    File,
    InteractiveRun,
    Limits,
    Program,
    Run,
    StdioRun,
)
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.errors import UnreadableMessage

_LIMITS = tuple(field.name for field in fields(Limits))


def limits_to_wire(limits: Limits) -> wire.Limits:
    """Return limits as a message."""
    return wire.Limits(**{name: getattr(limits, name) for name in _LIMITS})


def limits_from_wire(message: wire.Limits) -> Limits:
    """Return the limits of a message."""
    return Limits(**{name: getattr(message, name) for name in _LIMITS})


def run_to_wire(run: Run) -> wire.Run:
    """Return a run as a message."""
    match run:
        case StdioRun(stdin, arguments, files, asked):
            stdio = wire.StdioRun(stdin=stdin, arguments=arguments, files=_files(files), asked=asked)
            return wire.Run(stdio=stdio)
        case CallRun(function, class_name=class_name):
            called = wire.CallRun(function=function, arguments=run.payload, class_name=class_name)
            return wire.Run(call=called)
        case AssertsRun(test_source, names):
            return wire.Run(asserts=wire.AssertsRun(test_source=test_source, candidate_names=names))
        case AnswerRun(expected):
            return wire.Run(answer=wire.AnswerRun(expected=expected))
        case InteractiveRun(interactor, arguments, files):
            return wire.Run(
                interactive=wire.InteractiveRun(
                    interactor_language=interactor.language,
                    interactor_source=interactor.source,
                    arguments=arguments,
                    files=_files(files),
                )
            )


def run_from_wire(message: wire.Run) -> Run:
    """Return the run of a message.

    Raises:
        UnreadableMessage: it is of a kind that this version does not know, or damaged.
    """
    kind = message.WhichOneof("kind")
    if kind == "stdio":
        stdio = message.stdio
        return StdioRun(stdio.stdin, tuple(stdio.arguments), _files_of(stdio.files), tuple(stdio.asked))
    if kind == "call":
        return _call(message.call)
    if kind == "asserts":
        return AssertsRun(message.asserts.test_source, tuple(message.asserts.candidate_names))
    if kind == "answer":
        return AnswerRun(message.answer.expected)
    if kind == "interactive":
        asked = message.interactive
        interactor = Program(asked.interactor_language, asked.interactor_source)
        return InteractiveRun(interactor, tuple(asked.arguments), _files_of(asked.files))
    raise UnreadableMessage("a run is of a kind that this version of verifierd does not know")


def _call(message: wire.CallRun) -> CallRun:
    try:
        args, kwargs = values.loads(message.arguments)
        run = CallRun(message.function, tuple(args), dict(kwargs), message.class_name)
    except (TypeError, ValueError) as error:
        raise UnreadableMessage(f"the arguments of a call cannot be read: {error}") from None
    vars(run)["payload"] = message.arguments  # as they came: to pack them again would cost as much
    return run


def _files(files: tuple[File, ...]) -> list[wire.File]:
    return [
        wire.File(path=file.path, content=file.content, is_executable=file.is_executable) for file in files
    ]


def _files_of(messages: object) -> tuple[File, ...]:
    return tuple(File(each.path, each.content, each.is_executable) for each in messages)  # type: ignore[attr-defined]
