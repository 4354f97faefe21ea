"""What is asked and answered arrives as it was sent: every kind of run, every ending, every odd value."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sandboxes.inside.values import Opaque
from sandboxes.model import (
    AnswerRun,
    AssertsRun,
    AtPath,
    BrokenTestProgram,
    CallRun,
    Compilation,
    Ending,
    File,
    InteractiveRun,
    Left,
    Outcome,
    Program,
    Raised,
    Run,
    StdioRun,
    Usage,
)
from tests.unit.execution.fakes import FINISHED, LIMITS
from verifier.worker.v1 import worker_pb2 as wire
from verifierd.fleet.answer_messages import answer_from_wire, answer_to_wire
from verifierd.fleet.errors import UnreadableMessage
from verifierd.fleet.run_messages import limits_from_wire, limits_to_wire, run_from_wire, run_to_wire
from verifierd.judging.answers import Executed, ExecutionFailed

FILES = (File("a/b.txt", b"\0\xff", is_executable=True), File("c", b""))
RUNS: list[Run] = [
    StdioRun(b"\0in", ("-x", ""), FILES, ("out",)),
    CallRun("f", (1, (2.5, {"a"}), None, math.inf, 1 << 90, "\ud800"), {"k": b"\xff"}, "C"),
    AssertsRun("assert f() == 1", ("f", "g")),
    AnswerRun("\\frac{1}{2}"),
    InteractiveRun(Program("cpp20", "int main(){}"), ("a",), FILES),
]


def sent(outcome: Outcome) -> Outcome:
    message = answer_to_wire(Executed(outcome, "s", "b", "d", attempts=2)).SerializeToString()
    answer = answer_from_wire(wire.Answer.FromString(message), outcome.run_index)
    assert isinstance(answer, Executed)
    assert (answer.sandbox_id, answer.backend, answer.image_digest, answer.attempts) == ("s", "b", "d", 2)
    return answer.outcome


@pytest.mark.parametrize("run", RUNS, ids=lambda run: type(run).__name__)
def test_a_run_arrives_as_it_was_asked(run: Run) -> None:
    assert run_from_wire(wire.Run.FromString(run_to_wire(run).SerializeToString())) == run


def test_limits_arrive_as_they_were_given() -> None:
    assert limits_from_wire(limits_to_wire(LIMITS)) == LIMITS


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_arrives(ending: Ending) -> None:
    assert sent(replace(FINISHED, ending=ending)).ending is ending


@pytest.mark.parametrize("what", AtPath)
def test_everything_that_may_be_left_arrives(what: AtPath) -> None:
    left = (Left(what, b"x"), Left(what))
    assert sent(replace(FINISHED, left=left, left_total_bytes=1)).left == left


def test_an_outcome_arrives_whole() -> None:
    outcome = replace(
        FINISHED,
        run_index=7,
        exit_code=None,
        term_signal=9,
        raised=Raised("E\ud800", "m\0"),
        stdout=b"o",
        stderr=b"e",
        behaviour="ab" * 32,
        compilation=Compilation(Usage(1, 2, 3), 4, 5),
        interactor=replace(FINISHED, run_index=7, exit_code=3),
        is_deadlock=True,
        numbers_are_one=True,
        result_total_bytes=11,
    )
    assert sent(outcome) == outcome


@pytest.mark.parametrize("value", [None, 0, (1, [2.5]), {"a": {1}}, {(1, 2): b"x"}, 1 << 100, "\ud800"])
def test_a_returned_value_arrives_with_its_type(value: object) -> None:
    assert sent(replace(FINISHED, value=(value,))).value == (value,)


def test_what_has_no_value_form_stays_equal_to_nothing_and_keeps_its_name() -> None:
    told = sent(replace(FINISHED, value=([Opaque("Node")],))).value
    assert told is not None
    assert told[0][0].class_name == "Node"
    assert told[0][0] != told[0][0]


def test_our_failures_and_broken_test_programs_arrive_as_what_they_are() -> None:
    failed = ExecutionFailed(4, "the disk is full", 3)
    assert answer_from_wire(answer_to_wire(failed), 4) == failed
    broken = answer_from_wire(answer_to_wire(BrokenTestProgram("no assert")), 0)
    assert isinstance(broken, BrokenTestProgram)
    assert str(broken) == "no assert"


@pytest.mark.parametrize("message", [wire.Answer(), wire.Answer(executed=wire.Executed())])
def test_an_answer_of_another_version_is_told_apart(message: wire.Answer) -> None:
    with pytest.raises(UnreadableMessage, match="does not know"):
        answer_from_wire(message, 0)


@pytest.mark.parametrize("message", [wire.Run(), wire.Run(call=wire.CallRun(arguments=b"{"))])
def test_a_run_of_another_version_or_a_damaged_one_is_told_apart(message: wire.Run) -> None:
    with pytest.raises(UnreadableMessage):
        run_from_wire(message)
