"""JSON inside of fields is read whatever its numbers are, within bounds."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.datasets.embedded import MAX_DIGITS, PLAIN_DIGITS, read_json


def in_decimal(number: int) -> str:
    """Return the digits of any number, which Python's own `str` bounds."""
    if number < 0:
        return "-" + in_decimal(-number)
    if number < 10**PLAIN_DIGITS:
        return str(number)
    high, low = divmod(number, 10**PLAIN_DIGITS)
    return in_decimal(high) + f"{low:0{PLAIN_DIGITS}d}"


@given(st.integers(min_value=3900, max_value=13_000), st.integers(), st.sampled_from([1, -1]))
def test_whole_numbers_of_many_digits_are_read_exactly(power: int, offset: int, sign: int) -> None:
    number = sign * (10**power + offset)
    assert read_json(f'{{"a": [1, {in_decimal(number)}, 2.5, "x"]}}') == {"a": [1, number, 2.5, "x"]}


def test_numbers_around_where_python_stops_are_read() -> None:
    for digits in (PLAIN_DIGITS, PLAIN_DIGITS + 1, 4300, 4301):
        assert read_json("9" * digits) == 10**digits - 1


def test_the_most_digits_take_little_time_and_more_are_refused() -> None:
    started = time.process_time()
    assert read_json("9" * MAX_DIGITS) == 10**MAX_DIGITS - 1
    assert time.process_time() - started < 2
    with pytest.raises(ValueError, match="a number has 100001 digits; up to 100000 are read"):
        read_json("9" * (MAX_DIGITS + 1))


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nope", "1 2", "9" * 5000 + "x"])
def test_what_is_not_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_json(text)
