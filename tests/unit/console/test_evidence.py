"""What a test gives, expects and got is shown whatever it is made of, in bounded time."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from sandboxes.inside.values import Opaque
from sandboxes.model import File, Program
from tests.support.console_entries import LIMITS, execution
from verifierd import model
from verifierd.console.evidence import SHOWN_CHARS, evidence, given, value_text
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallTest,
    ExpectedFile,
    FilesTest,
    InteractiveTest,
    Problem,
    StdioTest,
    TestBody,
    Verdict,
)

RUN = replace(execution(0, Verdict.WRONG_ANSWER, 10**18, Random(1)), test_id="t", stdout=b"7\n")


def _problem(body: TestBody) -> Problem:
    return Problem("p", (model.TestCase("t", body, model.TestRole.EXAMPLE),), LIMITS)


@pytest.mark.parametrize(
    ("body", "actual", "headings", "expected", "got"),
    [
        (StdioTest(b"1 2\n", b"3\n", ("-v",)), None, ["Arguments", "Standard input"], "3\n", "7\n"),
        (CallTest("f", (1, [2]), {"k": "x"}, {3}), (7,), ["Call"], "{3}", "7"),
        (AssertsTest("assert f() == 3"), None, ["Test program"], None, None),
        (AnswerTest("\\frac12"), None, [], "\\frac12", None),
        (InteractiveTest(Program("python", ""), b"5"), None, ["Input of the interactor"], None, None),
        (
            FilesTest((File("a", b"x"),), b"in", (ExpectedFile("b", b"y"),)),
            ({"b": b"z"},),
            ["Standard input", "File a"],
            "{'b': b'y'}",
            "{'b': b'z'}",
        ),
    ],
)
def test_each_kind_of_test_is_shown(
    body: TestBody, actual: tuple[Any] | None, headings: list[str], expected: str | None, got: str | None
) -> None:
    found = evidence(replace(RUN, actual=actual), _problem(body))
    assert [each.heading for each in found.given] == headings
    assert (found.expected and found.expected.text.shown) == expected
    assert (found.actual and found.actual.text.shown) == got
    assert (found.difference is not None) == (expected is not None and got is not None)
    assert found.role == "example"


def test_a_call_is_written_as_its_language_would() -> None:
    [shown] = given(CallTest("add", (1, "a"), {"k": None}, 3, class_name="Sum"))
    assert shown.text.shown == "Sum().add(1, 'a', k=None)"


def test_without_its_problem_an_execution_still_has_its_outputs() -> None:
    found = evidence(replace(RUN, stderr=b"oops", stderr_total_bytes=900), None)
    assert (found.given, found.expected, found.difference) == ((), None, None)
    assert [(each.heading, each.total_bytes) for each in found.outputs] == [
        ("Standard output", 4),
        ("Standard error", 900),
    ]


def test_lost_outputs_are_not_shown_as_empty_ones() -> None:
    found = evidence(RUN, _problem(StdioTest(b"", b"3\n")), ["the outputs cannot be read"])
    assert (found.actual, found.difference, found.outputs) == (None, None, ())


@pytest.mark.parametrize(
    "value",
    [list(range(400_000)), "x" * 10**7, 10**10_000, Opaque("<b>"), [[[[[]]]]] * 50_000],
    ids=["long", "text", "number", "opaque", "nested"],
)
def test_any_value_is_shown_in_bounded_time(value: Any) -> None:
    began = time.process_time()
    assert value_text(value)
    body = CallTest("f", (), {}, value)
    found = evidence(replace(RUN, actual=(value,)), _problem(body))
    assert found.expected is not None
    assert len(found.expected.text.shown) <= SHOWN_CHARS
    assert time.process_time() - began < 1


def test_a_value_that_nests_without_end_is_named() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert value_text(value) == "a value of class list that is too large to be shown"
    while value:  # taken apart from the outside, or its end would nest as deeply
        value = value[0]


@pytest.mark.parametrize(
    ("total_bytes", "redacted_to_bytes", "told"),
    [
        (2, None, (None, False)),
        (210, None, (210, False)),
        (210, 1000, (210, True)),
        (1, 1000, (1, True)),
        (2000, 1000, (2000, False)),
    ],
)
def test_what_redaction_took_is_not_called_cut(
    total_bytes: int, redacted_to_bytes: int | None, told: tuple[int | None, bool]
) -> None:
    run = replace(RUN, stdout_total_bytes=total_bytes)
    output = evidence(run, None, (), redacted_to_bytes).outputs[0]
    assert (output.total_bytes, output.is_redacted) == told
