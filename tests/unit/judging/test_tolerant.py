from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.judging.values import values
from verifierd.errors import InvalidField
from verifierd.judging.tolerant import FloatTokens, FloatValue, Tolerance
from verifierd.judging.typed import ExactValue

NAN, INF = math.nan, math.inf
TEXT = FloatTokens(Tolerance(abs=1e-3, rel=1e-3))
VALUE = FloatValue(Tolerance(abs=1e-3, rel=1e-3))


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        (b"1.0 2", b"1.0005 2", True),
        (b"1.0", b"1.01", False),
        (b"1000000.0", b"1000900", True),
        (b"0", b"0.0005", True),
        (b"1e3", b"1000.5", True),
        (b".5", b"0.5", True),
        (b"7", b"+7", True),
        (b"1000000", b"1000001", False),
        (b"yes 1.0", b"no 1.0", False),
        (b"1.0", b"1.0 2.0", False),
        (b"1.0 2.0", b"1.0", False),
        (b"1.0", b"nan", False),
        (b"nan", b"nan", True),
        (b"1.0", b"1e999", False),
        (b"1e999", b"1e998", False),
        (b"1.0", b"1_0", False),
        (b"1.0", b"0x1", False),
        (b"1", "\u0661".encode(), False),
        (b"1", b"1" * 500, False),
    ],
)
def test_tokens_within_the_tolerance_pass(expected: bytes, actual: bytes, accepted: bool) -> None:
    assert TEXT.check(expected, actual).accepted == accepted


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        (1.0, 1.0005, True),
        (2.0, 2, True),
        (2, 2.0000001, True),
        (1000, 1001, False),
        (1.0, True, False),
        (0.0, False, False),
        (NAN, NAN, True),
        (NAN, 1.0, False),
        (INF, INF, True),
        (INF, 1e308, False),
        (1e308, INF, False),
        (1 + 1j, 1.0005 + 1j, True),
        (1 + 1j, 1 + 2j, False),
        ([1.0, "a"], [1.0005, "a"], True),
        ([1.0], (1.0,), False),
        ({"a": 1.0}, {"a": 1.0005}, True),
        ({1.0}, {1.0005}, False),
        (1.0, 10**400, False),
        (10**400, 10**400, True),
        (1.0, "1.0", False),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_values_within_the_tolerance_pass(expected: Any, actual: Any, accepted: bool) -> None:
    assert VALUE.check(expected, actual).accepted == accepted


@given(values, values)
def test_what_is_exactly_equal_passes_with_any_tolerance(left: Any, right: Any) -> None:
    if ExactValue().check(left, right).accepted:
        assert FloatValue(Tolerance(0.0, 0.0)).check(left, right).accepted


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite)
def test_printed_numbers_are_judged_as_the_numbers_are(expected: float, actual: float) -> None:
    printed = TEXT.check(repr(expected).encode(), repr(actual).encode())
    assert printed.accepted == TEXT.tolerance.close(expected, actual)


def test_the_difference_says_by_how_much() -> None:
    assert TEXT.check(b"1 2.0", b"1 2.5").detail == "token 2: expected '2.0', got '2.5' (off by 0.5)"


@pytest.mark.parametrize("checker", [FloatTokens, FloatValue])
def test_parameters_are_read_and_their_range_is_kept(checker: type[FloatTokens | FloatValue]) -> None:
    assert checker.from_parameters({"abs": "1e-9"}, "p").tolerance == Tolerance(abs=1e-9)
    for good in ("0", "1.", ".5", "+2.5E-3"):
        assert checker.from_parameters({"abs": good}, "p").tolerance.abs == float(good)
    for bad in ("-1", "-0", "nan", "inf", "1e999", "x", "", "1_0", " 1", "1\n", "\u0663", "0x1", "1e"):
        with pytest.raises(InvalidField) as caught:
            checker.from_parameters({"rel": bad}, "checker.params")
        assert caught.value.field == "checker.params['rel']"
    with pytest.raises(InvalidField, match="eps"):
        checker.from_parameters({"eps": "1"}, "p")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("output", [b"9" * 10_000_000, b"1.0 " * 1_000_000, b"1e999 " * 500_000], ids=len)
def test_hostile_output_takes_bounded_time(output: bytes) -> None:
    assert not TEXT.check(output + b" 1.0", output + b" 2.0").accepted
    assert not TEXT.check(b"1.0 " + output, b"1.0005 " + output + b" 3.5").accepted
