from __future__ import annotations

import math
from decimal import Decimal

import pytest

from tests.unit.judging.evaluators.agreement import hold, hold_stricter, printed
from verifierd.judging.evaluators import LiveCodeBench, LiveCodeBenchValue


def live_code_bench_says(output: str, expected: str) -> bool:
    """The rule for standard output of lcb_runner/evaluation/testing_util.py, line by line."""
    one, other = ([line.strip() for line in text.strip().split("\n")] for text in (output, expected))
    if len(one) != len(other):
        return False
    for line, wanted in zip(one, other, strict=True):
        if line == wanted:
            continue
        try:
            if [Decimal(word) for word in line.split()] == [Decimal(word) for word in wanted.split()]:
                continue
        except ArithmeticError:
            return False
        return False
    return True


def test_it_agrees_with_the_evaluator() -> None:
    hold(LiveCodeBench(), live_code_bench_says, printed)


def test_a_signalling_nan_fails_the_test_and_not_the_checker() -> None:
    assert not LiveCodeBench().check(b"1", b"snan").accepted
    assert LiveCodeBench().check(b"snan 1", b"snan 1").accepted


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        ([1, 2], (1, 2), True, True),
        ([[1], [2]], [(1,), (2,)], False, False),
        (1, 1.0, True, True),
        (1, True, True, False),
        (False, 0.0, True, False),
        ([1], [1.0], True, True),
        ([0.1, 1], [0.1 + 1e-18, 1], True, True),
        ([0.1], [0.1 + 1e-15], False, False),
        ({1}, frozenset([1.0]), True, False),
        ({"a": 1}, {"a": True}, True, False),
        (2**53 + 1, float(2**53), False, False),
        (math.nan, float("nan"), True, True),
        ("1", 1, False, False),
        (None, 0, False, False),
    ],
)
def test_values_are_compared_as_python_does(
    expected: object, actual: object, accepted: bool, strictly: bool
) -> None:
    for checker, taken in ((LiveCodeBenchValue(), accepted), (LiveCodeBenchValue(strict=True), strictly)):
        result = checker.check(expected, actual)
        assert result.accepted is taken
        assert bool(result.detail) is not taken


def test_strict_takes_less() -> None:
    strict, numbers = LiveCodeBench(strict=True), ("1", "1_0", "10", "1e1", "\u0661", "-0", "0.0")
    hold_stricter(strict, LiveCodeBench(), lambda rng: printed(rng, numbers))
    assert strict.check(b"10 0", b"1e1 -0.0").accepted
    assert not strict.check(b"10 0", b"1_0 0").accepted
