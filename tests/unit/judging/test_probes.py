"""What is told of a probe input: whether there was an answer, and the beginning of it for people to read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.entries import execution
from verifierd.judging.probes import MAX_ANSWER_CHARS, seen
from verifierd.model import CallProbe, ProbeInput, StdinProbe, Verdict

STDIN = ProbeInput("t0", StdinProbe(b"1"))
CALL = ProbeInput("t0", CallProbe("total", (1,), {}))


@pytest.mark.parametrize(
    ("stdout", "total_bytes", "answer", "is_cut"),
    [
        (b"7\n", 2, "7\n", False),
        (b"", 0, "", False),
        (b"\xff7", 2, "\\xff7", False),
        (b"7" * MAX_ANSWER_CHARS, MAX_ANSWER_CHARS, "7" * MAX_ANSWER_CHARS, False),
        (b"7" * 1000, 1000, "7" * MAX_ANSWER_CHARS, True),
        (b"7", 1000, "7", True),
    ],
)
def test_of_what_was_printed_the_beginning_is_told(
    stdout: bytes, total_bytes: int, answer: str, is_cut: bool
) -> None:
    probe = seen(execution(stdout=stdout, stdout_total_bytes=total_bytes), STDIN)
    assert (probe.answer, probe.answer_is_cut) == (answer, is_cut)


@pytest.mark.parametrize(
    ("actual", "answer", "is_cut"),
    [
        (([1, "a"],), "[1, 'a']", False),
        ((None,), "None", False),
        (("b" * 300,), f"'{'b' * (MAX_ANSWER_CHARS - 1)}", True),
        ((list(range(10_000)),), "", True),
        ((10**5000,), "", True),
        (None, "", True),
    ],
)
def test_of_what_was_returned_the_beginning_is_told_and_nothing_of_what_is_large(
    actual: tuple[Any] | None, answer: str, is_cut: bool
) -> None:
    probe = seen(execution(actual=actual, stdout=b"debugging"), CALL)
    assert (probe.answer, probe.answer_is_cut) == (answer, is_cut)


def test_who_came_to_no_answer_has_none() -> None:
    probe = seen(execution(verdict=Verdict.RUNTIME_ERROR, stdout=b"half of"), STDIN)
    assert (probe.failed, probe.answer, probe.answer_is_cut) == (True, "", False)
