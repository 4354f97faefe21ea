from __future__ import annotations

import random
import time

import numpy as np
import pytest

from tests.unit.judging.evaluators.agreement import Pair, hold, hold_stricter, printed
from verifierd.errors import InvalidField
from verifierd.judging.checkers import choose
from verifierd.judging.evaluators import Taco
from verifierd.model import CheckerSpec, StdioTest


def taco_says(output: str, expected: str) -> bool:
    """compare_std_results, which gets the output as one text and the expected output as another."""
    if output.strip() == expected.strip():
        return True
    wanted = [line.strip() for line in expected.split("\n") if len(line)]
    try:
        digits, numbers = [float(character) for character in output], [float(line) for line in wanted]
        if len(digits) == len(numbers) and np.allclose(digits, numbers):
            return True
    except ValueError:
        pass
    lines, words = [set(line.split()) for line in wanted], set(output.split())
    if {frozenset(word) for word in words} == {frozenset(line) for line in lines}:
        return True
    try:
        return _rounded(words) == _rounded(lines)
    except ValueError:
        return False


def _rounded(groups: set[str] | list[set[str]]) -> set[frozenset[float]]:
    return {frozenset(round(float(each), 3) for each in group) for group in groups}


def rllm_says(output: str, expected: str) -> bool:
    """The same in rllm's copy, after clean_stdout."""
    return taco_says(output.rstrip("\n"), expected)


def digits(rng: random.Random) -> tuple[str, str]:
    """Return an expected output and one that is near it, most of them single characters."""
    words = (
        "1",
        "2",
        "3",
        "1",
        "2",
        "12",
        "21",
        "1.0",
        "1.0001",
        "0.9999",
        "7.0000001",
        "a",
        "ab",
        "-0",
        "٣",
    )
    expected, actual = printed(rng, words)
    if rng.random() < 0.4:
        actual = actual.replace("\n", rng.choice(("", " "))).replace(" ", rng.choice(("", " ")))
    return expected, actual


def in_text_mode(pair: Pair) -> Pair:
    """Return pairs as the rule sees them: text mode has made line feeds of carriage returns."""

    def translated(rng: random.Random) -> tuple[str, str]:
        expected, actual = (text.replace("\r\n", "\n").replace("\r", "\n") for text in pair(rng))
        return expected, actual

    return translated


@pytest.mark.parametrize("pair", [printed, digits], ids=["words", "digits"])
def test_it_agrees_with_the_evaluator(pair: Pair) -> None:
    hold(Taco(), taco_says, in_text_mode(pair))


def test_it_agrees_with_rllm_s_copy() -> None:
    hold(Taco(rstrip=True), rllm_says, in_text_mode(digits))


def test_strict_takes_less() -> None:
    hold_stricter(Taco(strict=True), Taco(), in_text_mode(digits))


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        (b"1 2\n", b" 1 2\r\n\n", True, True),
        (b"1\n2\n", b"2 1 1\n", True, False),
        (b"1\n2\n", b"1 2\n", True, True),
        (b"a b\n", b"ba\n", True, False),
        (b"1 2\n", b"1\n2\n", False, False),
        (b"1\n2\n", b"12", True, False),
        (b"1\n2\n", b"12\n", False, False),
        (b"1.0001\n2.0\n", b"1 2\n", True, False),
        (b"0.5\n", b"0.50\n", False, False),
        (b"nan\n", b"nan\n", True, True),
        (b"x\r\ny", b"x\r\ny\n", True, True),
        (b"", b"\n", True, True),
        (b"0", b"", False, False),
        (b"", b"0", False, False),
    ],
)
def test_texts_are_compared(expected: bytes, actual: bytes, accepted: bool, strictly: bool) -> None:
    result = Taco().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert Taco(strict=True).check(expected, actual).accepted is strictly


def test_line_feeds_at_the_end_do_not_count_with_rstrip() -> None:
    assert Taco(rstrip=True).check(b"1\n2\n", b"12\n\n").accepted
    assert not Taco(rstrip=True, strict=True).check(b"1\n2\n", b"12\n\n").accepted


def test_a_large_output_takes_little_time() -> None:
    started = time.process_time()
    for expected, actual in (
        (b"1\n", b"1 " * 5_000_000),
        (b"1\n2\n", b"1" * 10_000_000),
        (b"a b\n" * 10**6, b"ba"),
    ):
        Taco().check(expected, actual)
    assert time.process_time() - started < 30


def test_parameters_are_true_or_false() -> None:
    chosen = choose(CheckerSpec("taco", {"rstrip": "true", "strict": "true"}), (StdioTest,))
    assert chosen[StdioTest] == Taco(rstrip=True, strict=True)
    with pytest.raises(InvalidField, match="rstrip"):
        choose(CheckerSpec("taco", {"rstrip": "1"}), (StdioTest,))
