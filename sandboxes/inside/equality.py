"""Answers of mathematics by math-verify: a text is read in one process, what was read is compared in another.

Who reads a candidate's text could be taken over by it, so that process holds no answer and its word decides
nothing: it gives expressions as data (`expressions`), and the process that compares has met no text.
The library's own timeouts are off: they raise by a signal what sympy may catch, and the run has limits.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import math_verify

from . import expressions, values
from .programs import report_raised, write_result

BOXED = "\\boxed{{{}}}"
MATHEMATICS = re.compile(r"(?<!\\)\$|\\boxed|\\\(|\\\[")  # what math-verify knows LaTeX by
CHOICES = math_verify.StringExtractionConfig(strings=tuple("ABCDEFGHIJ"))
LATEX, NUMBERS = math_verify.LatexExtractionConfig(), math_verify.ExprExtractionConfig()
RULES: dict[str, Any] = {
    "float_rounding": 6,
    "numeric_precision": 15,
    "strict": True,
    "allow_set_relation_comp": False,
}
LINES = 2  # of what was read of one text
EXPRESSIONS, STRINGS = 1, 2  # that are read of one text
EQUAL, DIFFERENT, UNREADABLE = "equal", "different", "unreadable"
# Compared once before the first fork, each with the next: what of sympy is loaded late would else be loaded
# for each pair anew, in a fifth of a second.
SAMPLES = (
    *(r"\frac{1}{2}", r"\sqrt{2}", r"3 + 4i", r"12.5\%", r"x^2 - 2x + 1", r"(x - 1)^2", r"\frac{x}{x + 1}"),
    *(
        r"\sin^2 x + \cos^2 x",
        r"2x < 5",
        r"x + y > 3",
        r"x^2 + y = 3",
        r"y = 2x",
        r"f(x) = \ln x",
        r"\text{no}",
    ),
    *(r"\{1, 2\}", r"(1, 2, 3)", r"[1, 2)", r"(-\infty, 1] \cup (2, 3)"),
    *(r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", r"\begin{pmatrix} 1 & x \\ 3 & 4 \end{pmatrix}"),
)


def prepare() -> None:
    """Load what reading and comparing need, once before any fork."""
    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns of the limits that are ours
    read = [_parsed(BOXED.format(sample), (LATEX, NUMBERS)) for sample in SAMPLES]
    for expected, answer in pairwise(read):
        math_verify.verify(expected, answer, timeout_seconds=None, **RULES)


def expected_text(answer: str) -> str:
    """Return an expected answer as math-verify takes it: one that is not marked as mathematics is boxed."""
    return answer if MATHEMATICS.search(answer) else BOXED.format(answer)


def read_text(text: str, *, is_choice: bool) -> bytes:
    """Return what math-verify finds in a text: a line of expressions, a line of the strings they were.

    `is_choice`: a letter is wanted, and no number.
    """
    found = _parsed(text, (CHOICES, LATEX) if is_choice else (LATEX, NUMBERS))
    read = [node for each in found if not isinstance(each, str) for node in _as_data(each)]
    strings = [each for each in found if isinstance(each, str)]
    return b"\n".join(json.dumps(part, ensure_ascii=True).encode() for part in (read, strings))


def compare(expected: bytes, answer: bytes) -> tuple[str, str]:
    """Return whether an answer is the expected one, and as what it was read; both as `read_text` gives."""
    try:
        found = _restored(answer)
    except (ValueError, RecursionError):
        return UNREADABLE, ""
    shown = next((each for each in reversed(found) if isinstance(each, str)), "")
    if math_verify.verify(_restored(expected), found, timeout_seconds=None, **RULES):
        return EQUAL, shown
    return DIFFERENT if any(not isinstance(each, str) for each in found) else UNREADABLE, shown


def run_reader(order: dict[str, Any]) -> int:
    """Read the text on standard input in this process. Returns the exit status."""

    def read() -> None:
        text = _standard_input().decode()
        found = read_text(expected_text(text) if order["is_expected"] else text, is_choice=order["is_choice"])
        write_result(found.decode())

    return _reported(read)


def run_comparer(order: dict[str, Any]) -> int:
    """Compare what standard input holds, the expected answer first. Returns the exit status."""

    def answer() -> None:
        *expected, found = _standard_input().split(b"\n", LINES)
        verdict, shown = compare(b"\n".join(expected), found)
        os.write(1, shown.encode("utf-8", "backslashreplace"))
        write_result('{"returned":' + values.dumps(verdict) + "}")

    return _reported(answer)


def _parsed(text: str, wanted: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = math_verify.parse(text, wanted, parsing_timeout=None)
    return found


def _as_data(expression: Any) -> list[expressions.Node]:
    """Return an expression's tree, in a list; none where it has none that leads back to it."""
    try:
        node = expressions.encode(expression)
        expressions.decode(node)
    except (expressions.NotAnExpression, RecursionError):
        return []
    return [node]


def _restored(read: bytes) -> list[Any]:
    """Return what was read. Raises ValueError, RecursionError."""
    nodes, strings = map(json.loads, read.split(b"\n"))
    if type(nodes) is not list or type(strings) is not list:
        raise ValueError("no lists of what was read")
    if len(nodes) > EXPRESSIONS or len(strings) > STRINGS:
        raise ValueError("more than what is read of one text: one of them might be right")
    try:
        return [*map(expressions.decode, nodes), *(each for each in strings if type(each) is str)]
    except expressions.NotAnExpression as error:
        raise ValueError(str(error)) from None


def _reported(action: Callable[[], None]) -> int:
    try:
        action()
    except BaseException as error:
        report_raised(error)
        return 1
    return 0


def _standard_input() -> bytes:
    with open(0, "rb", closefd=False) as file:
        return file.read()
