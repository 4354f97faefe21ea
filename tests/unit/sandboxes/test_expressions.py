"""Expressions cross as data and come back as they were; what an enemy writes in their place runs nothing."""

from __future__ import annotations

import json
from typing import Any

import math_verify
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside import equality
from sandboxes.inside.expressions import (
    HARMLESS_FUNCTION,
    HARMLESS_NAME,
    NotAnExpression,
    decode,
    encode,
)
from sandboxes.model import MathAnswer
from tests.conformance.answer_cases import PAIRS
from tests.security.fuzz.expressions import CODE, check_tree, trees

ALSO = (
    *("9**9**9", r"$\lim_{x\to0} \frac{\sin x}{x}$", r"$\frac{d}{dx} x^2$", r"$\int_0^1 x dx$", r"$f(x, y)$"),
    *(
        r"$\sum_{n=1}^{10} n$",
        r"$\mathbb{R} \setminus \{0\}$",
        r"$\lfloor x \rfloor + |y|$",
        r"$\binom{n}{2}$",
    ),
    *(r"$2\begin{pmatrix} 1 & x \end{pmatrix}$", r"$A \cap B$", r"$x \neq 3$", r"$\overline{z}$", r"$12:30$"),
    *(r"$\begin{bmatrix} 1.5 & 2 \end{bmatrix}^{-1}$", r"$5 \bmod 3$", r"$\log_2 8$", r"$a = 1, b = 2$"),
)
TEXTS = sorted(
    {text for _, _, text, _ in PAIRS} | {equality.expected_text(each[1]) for each in PAIRS} | {*ALSO}
)
EXPRESSIONS = [each for text in TEXTS for each in math_verify.parse(text) if not isinstance(each, str)]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_it_comes_back_as_it_was_written(expression: Any) -> None:
    restored = decode(json.loads(json.dumps(encode(expression))))
    assert type(restored) is type(expression)
    assert sympy.srepr(restored) == sympy.srepr(expression)
    assert getattr(restored, "_unsorted_args", None) == getattr(expression, "_unsorted_args", None)


@pytest.mark.parametrize(
    "node",
    [
        *(
            None,
            1,
            "x",
            [],
            [1],
            ["eval", "1"],
            ["Symbol", "x"],
            ["Integer", "1"],
            ["Lambda", ["symbol", "x", {}]],
        ),
        *(["Add", CODE], ["Add", ["integer", CODE]], ["integer", 10**9], ["integer"], ["rational", "0x1"]),
        *(["constant", "register"], ["constant", CODE], ["matrix", False, 10**9, 10**9, []]),
        *(["matrix", False, "2", 1, []], ["float", "0x1", "1", 53], ["float", "0x1", 0, CODE]),
        *(["symbol", 7, {}], ["symbol", "x", 7], ["function", 7]),
        ["FiniteSet", CODE],
        ["Tuple", [["symbol", "x", {}]]],
    ],
    ids=str,
)
def test_what_is_no_tree_is_refused(node: Any) -> None:
    with pytest.raises(NotAnExpression):
        decode(node)


def test_a_tree_too_deep_ends_by_an_error_that_is_caught() -> None:
    node: Any = ["integer", "0x1"]
    for _ in range(100_000):
        node = ["UnevaluatedExpr", node]
    with pytest.raises(RecursionError):
        decode(node)


@pytest.mark.parametrize("make", ["symbol", "function", "name"])
def test_no_name_that_could_be_code_is_left(make: str) -> None:
    node = [make, CODE, {}] if make == "symbol" else [make, CODE]
    restored = decode(node)
    name = getattr(restored, "name", type(restored).__name__)
    assert HARMLESS_NAME.fullmatch(name)
    assert not set("()'\"[];:=@") & set(name)
    assert "(" not in HARMLESS_FUNCTION.pattern + HARMLESS_NAME.pattern


@given(trees)
def test_no_text_of_a_tree_is_ever_parsed(tree: Any) -> None:
    check_tree(tree)


EXPECTED = equality.read_text(r"\boxed{\frac{355}{113}}", is_choice=False)


@given(st.binary(max_size=60) | trees.map(lambda tree: json.dumps(tree).encode()))
def test_a_reader_that_was_taken_over_says_right_of_nothing_that_it_did_not_know(forged: bytes) -> None:
    for said in (
        forged,
        forged + b"\n[]",
        b"[" + forged + b"]\n[]",
        b'[]\n["equal"]',
        b"[]\n[" + forged + b"]",
    ):
        assert equality.compare(EXPECTED, said)[0] != MathAnswer.EQUAL


def test_the_words_of_the_sandbox_are_those_of_the_worker() -> None:
    assert {equality.EQUAL, equality.DIFFERENT, equality.UNREADABLE} == {each.value for each in MathAnswer}
