from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.unit.judging.evaluators.agreement import hold, hold_stricter, printed, value
from verifierd.judging.evaluators import Apps, AppsValue


def apps_says(output: str, expected: str) -> bool:
    """run_test for standard input, from where the output is captured to the last comparison."""
    return output.strip() == expected.strip() or _cascade(output.splitlines(), expected)


def _cascade(output: list[str], truth: str) -> bool:
    for lines in (output, [line.strip() for line in output]):
        if "\n".join(lines).strip() == truth.strip():
            return True
    wanted = [line.strip() for line in truth.split("\n") if len(line)]
    if output == wanted:
        return True
    output = [line for line in output if len(line)]
    if output == wanted:
        return True
    try:
        floats, wanted_floats = [float(line) for line in output], [float(line) for line in wanted]
        if len(floats) == len(wanted_floats) and np.allclose(floats, wanted_floats):
            return True
    except ValueError:
        pass
    sets = [set(line.split()) for line in output if line.split()]
    wanted_sets = [set(line.split()) for line in wanted]
    if {frozenset(words) for words in sets} == {frozenset(words) for words in wanted_sets}:
        return True
    try:
        return _rounded(sets) == _rounded(wanted_sets)
    except ValueError:
        return False


def _rounded(sets: list[set[str]]) -> set[frozenset[float]]:
    return {frozenset(round(float(word), 3) for word in words) for words in sets}


def apps_says_of_a_call(output: Any, expected: Any) -> bool:
    """run_test for a function's value."""
    if isinstance(output, tuple):
        output = list(output)
    right = output == expected
    if isinstance(expected, list) and expected:
        right = right or output == expected[0]
    try:
        if isinstance(output[0], tuple):
            right = right or [list(item) for item in output] == expected[0]
    except (TypeError, IndexError, KeyError):
        pass
    return bool(right)


def called(rng: random.Random) -> tuple[Any, Any]:
    """Return an expected value as JSON has it, and one that is near it."""
    expected = _json_value(rng, 2)
    actual = expected[0] if isinstance(expected, list) and expected and rng.random() < 0.4 else expected
    actual = _changed(actual, rng)
    if rng.random() < 0.5:
        actual = _tuples(actual, rng)
    return ([expected] if rng.random() < 0.4 else expected), actual


def _json_value(rng: random.Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice((0, 1, 1.0, True, False, 2, "a", "ab", "", None, 2**53 + 1, float(2**53)))
    if rng.random() < 0.15:
        return {rng.choice((0, 1, "a")): _json_value(rng, depth - 1) for _ in range(2)}
    return [_json_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]


def _changed(given: Any, rng: random.Random) -> Any:
    if isinstance(given, list) and rng.random() < 0.9:
        return [_changed(item, rng) for item in given]
    return _json_value(rng, 1) if rng.random() < 0.1 else given


def _tuples(given: Any, rng: random.Random) -> Any:
    if not isinstance(given, list):
        return given
    items = [_tuples(item, rng) for item in given]
    return tuple(items) if rng.random() < 0.5 else items


def test_it_agrees_with_the_evaluator() -> None:
    hold(Apps(), apps_says, printed)


def test_it_agrees_with_the_evaluator_of_calls() -> None:
    hold(AppsValue(), apps_says_of_a_call, called, value)


def test_strict_takes_less() -> None:
    hold_stricter(Apps(strict=True), Apps(), printed)
    hold_stricter(AppsValue(strict=True), AppsValue(), called, value)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        (b"1 2 3", b"3 1 2", True, False),
        (b"1\n2\n", b"2\n1\n", True, False),
        (b"1 1", b"1", True, False),
        (b"0", b"0.0004", True, False),
        (b"1000000", b"1000001", True, False),
        (b"1.0\n2.0\n", b"1.000005\n2", True, True),
        (b"0.5 0.25", b"0.500000 0.250", True, True),
        (b"a\n\nb\n", b" a\nb ", True, True),
        (b"1 2", b"1\n2", False, False),
        (b"nan", b"nan", True, True),
        (b"nan 1", b"1 nan", True, False),
        (b"nan 1.0", b"1 nan", False, False),
        (b"1\x0c2", b"1\x0c2", True, True),
        (b"", b"\n", True, True),
        (b"", b"0", False, False),
        (b"0", b"", False, False),
    ],
)
def test_lines_are_compared(expected: bytes, actual: bytes, accepted: bool, strictly: bool) -> None:
    result = Apps().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert Apps(strict=True).check(expected, actual).accepted is strictly


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        ([1], 1, True, True),
        ([1, 2], 1, True, False),
        ([[1, 2]], (1, 2), True, True),
        ([[[1, 2], [3, 4]]], [(1, 2), (3, 4)], True, True),
        ([[1, 2], [3, 4]], [(1, 2), (3, 4)], False, False),
        ([[[1]], [[2]]], [(1,)], True, False),
        ([], (), True, True),
        ([True], 1, True, True),
        ([None], None, True, True),
        ([1], None, False, False),
        ([{1: 2}], {1: 2.0}, True, True),
        (float("nan"), float("nan"), True, True),
    ],
)
def test_values_are_compared(expected: Any, actual: Any, accepted: bool, strictly: bool) -> None:
    result = AppsValue().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert AppsValue(strict=True).check(expected, actual).accepted is strictly
