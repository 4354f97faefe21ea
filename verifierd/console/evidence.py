"""What there is to see of one execution: its input, what was expected, what came, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from verifierd.console.differences import Line, compared
from verifierd.console.text import Cut, cut, decoded
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallProbe,
    CallTest,
    ExecutionResult,
    FilesTest,
    InteractiveTest,
    Problem,
    StdinProbe,
    StdioTest,
    TestBody,
    TestCase,
)

SHOWN_CHARS = 20_000
LINE_WIDTH = 100
LAID_OUT_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A text with its heading.

    `total_bytes` is what came, where that is not what was kept; `is_redacted` tells that redaction took it,
    and not the output limit.
    """

    heading: str
    text: Cut
    total_bytes: int | None = None
    is_redacted: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is of an execution.

    `difference` is None where expected or actual is not known; `is_same` tells that both read alike.
    """

    given: tuple[Shown, ...]
    expected: Shown | None
    actual: Shown | None
    difference: tuple[Line, ...] | None
    is_same: bool
    outputs: tuple[Shown, ...]
    role: str = ""


def evidence(
    execution: ExecutionResult,
    problem: Problem | None,
    lost: Sequence[str] = (),
    redacted_to_bytes: int | None = None,
) -> Evidence:
    """Return what there is of an execution.

    Args:
        execution: it.
        problem: where it was kept, its test is shown too.
        lost: what cannot be read; if there is any, no output is shown.
        redacted_to_bytes: the output limit, if places of the record were redacted: an output within it was
            not cut, whatever it lacks.
    """
    test = test_of(problem, execution.test_id)
    expected = None if test is None else _expected(test.body)
    actual = None if lost else _actual(execution, test)
    difference = None
    if expected is not None and actual is not None:
        difference = tuple(compared(expected.text.shown, actual.text.shown))
    outputs = (
        []
        if lost
        else [
            _output("Standard output", execution.stdout, execution.stdout_total_bytes, redacted_to_bytes),
            _output("Standard error", execution.stderr, execution.stderr_total_bytes, redacted_to_bytes),
        ]
    )
    return Evidence(
        given=() if test is None else given(test.body),
        expected=expected,
        actual=actual,
        difference=difference,
        is_same=bool(expected and actual and expected.text == actual.text),
        outputs=tuple(each for each in outputs if each.text.shown),
        role="" if test is None else test.role.name.lower(),
    )


def test_of(problem: Problem | None, test_id: str) -> TestCase | None:
    """Return a test of a problem by its id; None where it is not known."""
    tests = () if problem is None else problem.tests
    return next((each for each in tests if each.id == test_id), None)


def given(body: TestBody | StdinProbe | CallProbe) -> tuple[Shown, ...]:
    """Return what a test or a probe gives to a program."""
    if isinstance(body, CallTest | CallProbe):
        return (_text("Call", call_text(body)),)
    if isinstance(body, AssertsTest):
        return (_text("Test program", body.source),)
    if isinstance(body, InteractiveTest):
        return (_bytes("Input of the interactor", body.input),) if body.input else ()
    if isinstance(body, AnswerTest):
        return ()
    parts = [_bytes("Standard input", body.stdin)] if body.stdin else []
    if isinstance(body, StdioTest) and body.arguments:
        parts.insert(0, _text("Arguments", " ".join(body.arguments)))
    if isinstance(body, FilesTest):
        parts += [_bytes(f"File {each.path}", each.content) for each in body.files]
    return tuple(parts)


def call_text(body: CallTest | CallProbe) -> str:
    """Return a call as its language would write it."""
    name = f"{body.class_name}().{body.function}" if body.class_name else body.function
    arguments = [value_text(each) for each in body.args]
    arguments += [f"{name}={value_text(value)}" for name, value in body.kwargs.items()]
    one_line = ", ".join(arguments)
    if len(one_line) <= LINE_WIDTH and "\n" not in one_line:
        return f"{name}({one_line})"
    return f"{name}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"


def value_text(value: Any) -> str:
    """Return a typed value as text, one of some length over several lines."""
    try:
        text = repr(value)
        # Laying it out takes a hundred times as long as writing it.
        return (
            text
            if len(text) > LAID_OUT_CHARS
            else pformat(value, width=LINE_WIDTH, compact=True, sort_dicts=False)
        )
    except (RecursionError, ValueError):  # nested too deeply, or a number of more digits than Python writes
        return f"a value of class {type(value).__name__} that is too large to be shown"


def _expected(body: TestBody) -> Shown | None:
    if isinstance(body, StdioTest):
        return _bytes("Expected", body.expected_stdout)
    if isinstance(body, CallTest):
        return _text("Expected", value_text(body.expected))
    if isinstance(body, AnswerTest):
        return _text("Expected", body.expected)
    if isinstance(body, FilesTest):
        files = {each.path: each.content for each in body.expected}
        return _text("Expected files", value_text(files))
    return None


def _actual(execution: ExecutionResult, test: TestCase | None) -> Shown | None:
    if execution.actual is not None:
        return _text("Actual", value_text(execution.actual[0]))
    if test is None or isinstance(test.body, StdioTest):
        text = cut(decoded(execution.stdout), SHOWN_CHARS)
        return Shown("Actual", text) if test is not None else None
    return None


def _output(heading: str, data: bytes, total_bytes: int, redacted_to_bytes: int | None) -> Shown:
    text = cut(decoded(data), SHOWN_CHARS)
    if redacted_to_bytes is not None and total_bytes <= redacted_to_bytes:
        # A mark may be longer than what it stands for.
        return Shown(heading, text, total_bytes if total_bytes != len(data) else None, is_redacted=True)
    return Shown(heading, text, total_bytes if total_bytes > len(data) else None)


def _bytes(heading: str, data: bytes) -> Shown:
    # A character takes up to four bytes: no more are decoded than may be shown.
    shown = cut(decoded(data[: 4 * SHOWN_CHARS]), SHOWN_CHARS)
    return Shown(heading, Cut(shown.shown, max(shown.left_out, len(data) - 4 * SHOWN_CHARS)))


def _text(heading: str, text: str) -> Shown:
    return Shown(heading, cut(text, SHOWN_CHARS))
