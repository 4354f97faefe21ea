from __future__ import annotations

import random
from typing import Any

import pytest

from tests.unit.judging.evaluators.agreement import hold, printed, value
from verifierd.judging.evaluators import Genesys, GenesysValue


def genesys_says(output: str, expected: str) -> bool:
    """The comparison of _verify_interpreted_code and _verify_compiled_code."""
    one, other = ("\n".join(line.strip() for line in text.strip().split("\n")) for text in (output, expected))
    return one == other


def genesys_says_of_a_call(returned: Any, expected: Any) -> bool:
    """The comparison of _verify_python_call_based_code, whose harness prints what a function returned."""
    return f"{returned}\n".strip() == str(expected).strip()


def returned(rng: random.Random) -> tuple[Any, Any]:
    """Return an expected value as JSON has it, and one that is printed like it or near it."""
    expected = _value(rng, 2)
    actual = _value(rng, 2) if rng.random() < 0.2 else expected
    if rng.random() < 0.3:
        actual = rng.choice((str, "{} ".format, lambda each: [each], tuple_of))(actual)
    return expected, actual


def tuple_of(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given


def _value(rng: random.Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice((0, 1, 1.0, True, None, "1", " 1", "None", "[1]", "ü", 2**70, 0.1 + 0.2, 1e100, ""))
    if rng.random() < 0.3:
        return {rng.choice("abc"): _value(rng, depth - 1) for _ in range(2)}
    return [_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]


def test_it_agrees_with_the_evaluator() -> None:
    hold(Genesys(), genesys_says, printed)


def test_it_agrees_with_the_evaluator_of_calls() -> None:
    hold(GenesysValue(), genesys_says_of_a_call, returned, value)


@pytest.mark.parametrize(
    ("expected", "actual", "accepted", "strictly"),
    [
        ([1, 2], "[1, 2]", True, False),
        ([1, 2], (1, 2), False, True),
        (1, 1.0, False, True),
        (1, "1 ", True, False),
        (1, True, False, True),
        ("a", "a", True, True),
        ({"a": [None]}, {"a": [None]}, True, True),
        (float("nan"), float("nan"), True, True),
    ],
)
def test_values_are_compared_as_they_are_printed(
    expected: Any, actual: Any, accepted: bool, strictly: bool
) -> None:
    result = GenesysValue().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted
    assert GenesysValue(strict=True).check(expected, actual).accepted is strictly


def test_numbers_of_more_digits_than_python_prints_are_printed_by_nobody() -> None:
    assert not GenesysValue().check(10**5000, 10**5000).accepted
    assert GenesysValue(strict=True).check(10**5000, 10**5000).accepted
