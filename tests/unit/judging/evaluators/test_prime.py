from __future__ import annotations

import random

import numpy as np
import pytest

from tests.unit.judging.evaluators.agreement import hold, hold_stricter, printed
from verifierd.judging.evaluators import Prime


def prime_says(output: str, expected: str) -> bool:
    """run_test for standard input, from the captured lines to the last comparison."""
    lines = output.splitlines()
    for some in (lines, [line.strip() for line in lines]):
        if "\n".join(some).strip() == expected.strip():
            return True
    if output.strip() == expected.strip():  # where both are torn alike
        return True
    wanted = [line.strip() for line in expected.split("\n") if len(line)]
    if lines == wanted:
        return True
    lines = [line for line in lines if len(line)]
    if lines == wanted:
        return True
    try:
        if all(a.isdigit() and b.isdigit() for a, b in zip(lines, wanted, strict=True)):
            return False
        floats, numbers = [float(line) for line in lines], [float(line) for line in wanted]
        return len(floats) == len(numbers) and bool(np.allclose(floats, numbers))
    except ValueError:
        return False


def numbers(rng: random.Random) -> tuple[str, str]:
    """Return outputs of numbers, most of them one a line."""
    words = (
        "1",
        "2",
        "1000000",
        "1000001",
        "-5",
        "1.0",
        "1.000001",
        "007",
        "7",
        "1e6",
        "nan",
        "inf",
        "²",
        "٣",
    )
    expected, actual = printed(rng, words)
    return (text.replace(" ", "\n") if rng.random() < 0.7 else text for text in (expected, actual))  # type: ignore[return-value]


def test_it_agrees_with_the_evaluator() -> None:
    hold(Prime(), prime_says, printed)
    hold(Prime(), prime_says, numbers)


def test_strict_takes_less() -> None:
    hold_stricter(Prime(strict=True), Prime(), numbers)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        (b"1000000\n", b"1000001\n", False, False),
        (b"1000000\n0.5\n", b"1000001\n0.5\n", True, False),
        (b"1000000\n-1\n", b"1000001\n-1\n", True, False),
        (b"1.0\n2.0\n", b"1.000005\n2\n", True, True),
        (b"7\n", b"007\n", False, False),
        (b"7.0\n", b"007\n", True, True),
        (b"1 2 3\n", b"3 1 2\n", False, False),
        (b"a\n\nb\n", b"a\nb\n", True, True),
        (b"0.5 0.25\n", b"0.50 0.25\n", False, False),
        (b"", b"\n", True, True),
        (b"0", b"", False, False),
    ],
)
def test_lines_are_compared(expected: bytes, actual: bytes, accepted: bool, strictly: bool) -> None:
    result = Prime().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert Prime(strict=True).check(expected, actual).accepted is strictly
