"""What came of a run, as a message and back.

Words and values in it are a program's own and untrusted, as in every answer of a sandbox.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from sandboxes.inside import values
from sandboxes.model import AtPath, BrokenTestProgram, Compilation, Ending, Left, Outcome, Raised, Usage
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.errors import UnreadableMessage
from verifierd.judging.answers import Answer, Executed, ExecutionFailed

T = TypeVar("T")
HEAVY_BYTES = 64 << 10  # to read more at once would hold up everybody

ENDING_TO_WIRE = {ending: wire.Ending.Value(f"ENDING_{ending.name}") for ending in Ending}
ENDING_FROM_WIRE = {int(number): ending for ending, number in ENDING_TO_WIRE.items()}
AT_PATH_TO_WIRE = {what: wire.AtPath.Value(f"AT_PATH_{what.name}") for what in AtPath}
AT_PATH_FROM_WIRE = {int(number): what for what, number in AT_PATH_TO_WIRE.items()}


class _Encoder(values.Encoder):
    """Keeps what is known of an object without a value form: its class name."""

    def other(self, value: Any) -> Any:
        """Return the form of an object that is no built-in value."""
        return {"$opaque": value.class_name} if isinstance(value, values.Opaque) else super().other(value)


def answer_to_wire(answer: Answer | BrokenTestProgram) -> wire.Answer:
    """Return what came of a run as a message; its place is told beside it."""
    if isinstance(answer, BrokenTestProgram):
        return wire.Answer(broken_test_program=str(answer))
    if isinstance(answer, ExecutionFailed):
        return wire.Answer(failed=answer.cause, attempts=answer.attempts)
    executed = wire.Executed(
        outcome=_outcome_to_wire(answer.outcome),
        sandbox_id=answer.sandbox_id,
        backend=answer.backend,
        image_digest=answer.image_digest,
    )
    return wire.Answer(executed=executed, attempts=answer.attempts)


def answer_from_wire(message: wire.Answer, run_index: int) -> Answer | BrokenTestProgram:
    """Return what came of run `run_index`.

    Raises:
        UnreadableMessage: it is of a kind that this version does not know, or damaged.
    """
    what = message.WhichOneof("what")
    if what == "executed":
        told = message.executed
        outcome = _outcome_from_wire(told.outcome, run_index)
        return Executed(outcome, told.sandbox_id, told.backend, told.image_digest, message.attempts)
    if what == "failed":
        return ExecutionFailed(run_index, message.failed, message.attempts)
    if what == "broken_test_program":
        return BrokenTestProgram(message.broken_test_program)
    raise UnreadableMessage("an answer is of a kind that this version of verifierd does not know")


async def answer_read(message: bytes, run_index: int) -> Answer | BrokenTestProgram:
    """Return what came of run `run_index` from a message's bytes; others need not wait for large ones.

    Raises:
        UnreadableMessage: as `answer_from_wire`.
        DecodeError: the bytes are no such message.
    """
    if len(message) < HEAVY_BYTES:
        return answer_from_wire(wire.Answer.FromString(message), run_index)
    return await asyncio.to_thread(lambda: answer_from_wire(wire.Answer.FromString(message), run_index))


def _outcome_to_wire(outcome: Outcome) -> wire.Outcome:
    raised, value, compiled = outcome.raised, outcome.value, outcome.compilation
    return wire.Outcome(
        ending=ENDING_TO_WIRE[outcome.ending],
        exit_code=outcome.exit_code,
        term_signal=outcome.term_signal,
        raised_class_name=None if raised is None else _text_bytes(raised.class_name),
        raised_message=b"" if raised is None else _text_bytes(raised.message),
        stdout=outcome.stdout,
        stdout_total_bytes=outcome.stdout_total_bytes,
        stderr=outcome.stderr,
        stderr_total_bytes=outcome.stderr_total_bytes,
        value=None if value is None else values.dumps(value[0], _Encoder()).encode(),
        result_total_bytes=outcome.result_total_bytes,
        behaviour=outcome.behaviour,
        usage=_usage_to_wire(outcome.usage),
        started_at_ns=outcome.started_at_ns,
        ended_at_ns=outcome.ended_at_ns,
        compilation=None
        if compiled is None
        else wire.Compilation(
            usage=_usage_to_wire(compiled.usage),
            started_at_ns=compiled.started_at_ns,
            ended_at_ns=compiled.ended_at_ns,
        ),
        left=[wire.Left(what=AT_PATH_TO_WIRE[each.what], content=each.content) for each in outcome.left],
        left_total_bytes=outcome.left_total_bytes,
        interactor=None if outcome.interactor is None else _outcome_to_wire(outcome.interactor),
        is_deadlock=outcome.is_deadlock,
        numbers_are_one=outcome.numbers_are_one,
    )


def _outcome_from_wire(told: wire.Outcome, run_index: int) -> Outcome:
    compiled = told.compilation
    return Outcome(
        run_index=run_index,
        ending=_known(ENDING_FROM_WIRE, told.ending, "ending"),
        exit_code=told.exit_code if told.HasField("exit_code") else None,
        term_signal=told.term_signal if told.HasField("term_signal") else None,
        raised=Raised(_text(told.raised_class_name), _text(told.raised_message))
        if told.HasField("raised_class_name")
        else None,
        stdout=told.stdout,
        stdout_total_bytes=told.stdout_total_bytes,
        stderr=told.stderr,
        stderr_total_bytes=told.stderr_total_bytes,
        value=_value(told.value) if told.HasField("value") else None,
        behaviour=told.behaviour if told.HasField("behaviour") else None,
        usage=_usage_from_wire(told.usage),
        started_at_ns=told.started_at_ns,
        ended_at_ns=told.ended_at_ns,
        result_total_bytes=told.result_total_bytes,
        compilation=Compilation(
            _usage_from_wire(compiled.usage), compiled.started_at_ns, compiled.ended_at_ns
        )
        if told.HasField("compilation")
        else None,
        left=tuple(Left(_known(AT_PATH_FROM_WIRE, each.what, "path"), each.content) for each in told.left),
        left_total_bytes=told.left_total_bytes,
        interactor=_outcome_from_wire(told.interactor, run_index) if told.HasField("interactor") else None,
        is_deadlock=told.is_deadlock,
        numbers_are_one=told.numbers_are_one,
    )


def _value(text: bytes) -> tuple[Any]:
    try:
        return (values.loads(text),)
    except values.ValueFormError:  # as where a sandbox tells such a value
        return (values.Opaque("(a result out of protocol)"),)


def _usage_to_wire(usage: Usage) -> wire.Usage:
    return wire.Usage(
        cpu_time_ns=usage.cpu_time_ns,
        wall_time_ns=usage.wall_time_ns,
        peak_memory_bytes=usage.peak_memory_bytes,
    )


def _usage_from_wire(told: wire.Usage) -> Usage:
    return Usage(told.cpu_time_ns, told.wall_time_ns, told.peak_memory_bytes)


def _known(table: dict[int, T], number: int, what: str) -> T:
    if number not in table:
        raise UnreadableMessage(f"an {what} has the number {number}, which this version does not know")
    return table[number]


def _text_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(text: bytes) -> str:
    try:
        return text.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise UnreadableMessage("a text in an answer is not UTF-8") from None
