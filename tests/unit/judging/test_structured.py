from __future__ import annotations

import time
from typing import Any

import pytest

from verifierd.judging.structured import Json, UnorderedLines, UnorderedValue


@pytest.mark.parametrize(
    ("expected", "actual", "difference"),
    [
        (b"b\na\n", b"a\nb", ""),
        (b"1  2\n3\n", b"3\n1 2 \n\n", ""),
        (b"", b"\n\n", ""),
        (b"a\na\nb", b"a\nb\nb", "expected line b'a ' 2 times, got it once"),
        (b"a", b"a\na", "line b'a ' is there once more than expected"),
        (b"1 2", b"2 1", "expected line b'1 2 ' once, got it 0 times"),
    ],
)
def test_lines_come_in_any_order(expected: bytes, actual: bytes, difference: str) -> None:
    result = UnorderedLines().check(expected, actual)
    assert (result.accepted, result.detail.replace('"', "b'").count("line")) == (
        not difference,
        bool(difference),
    )


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        ([1, 2, 2], [2, 1, 2], True),
        ([1, 2, 2], [1, 1, 2], False),
        ([1, 2], [1, 2, 3], False),
        ([1], [1.0], False),
        ([[1, 2]], [[2, 1]], False),
        ((1, 2), (2, 1), True),
        ([1, 2], (2, 1), False),
        ("ab", "ba", False),
        ({1, 2}, {2, 1}, True),
    ],
)
def test_items_come_in_any_order(expected: Any, actual: Any, accepted: bool) -> None:
    result = UnorderedValue().check(expected, actual)
    assert result.accepted is accepted
    assert bool(result.detail) is not accepted


@pytest.mark.parametrize(
    ("expected", "actual", "detail"),
    [
        (b'{"a": [1, 2], "b": null}', b'{"b":null,\n"a":[1,2]}\n', None),
        (b"[1]", b"[1.0]", "at [0]"),
        (b'{"a": 1}', b'{"a": 2}', 'at ["a"]'),
        (b'"\\u00e9"', '"é"'.encode(), None),
        (b"1", b"1 2", "no JSON"),
        (b"1", b"", "no JSON"),
        (b"1", b"NaN", "no JSON"),
        (b"1", b"\xff", "no JSON"),
        (b"1", b"[" * 1_000_000, "nested too deeply"),
        (b"1", b"9" * 10_000_000, "no JSON"),
        (b"1e999", b"1e999", "beyond every double"),
        (b"1", b"-1e999", "beyond every double"),
        (b'{"a": 1}', b'{"a": 2, "a": 1}', "a key twice"),
        (b'{"a": 1}', b'{"a": 1, "\\u0061": 1}', "a key twice"),
        (b"9007199254740993", b"9007199254740992", "expected"),
        (b"1", b"\xef\xbb\xbf1", "no JSON"),
        (b"1", "\u0661".encode(), "no JSON"),
        (b"1000", b"1_000", "no JSON"),
        (b"", b"", "the expected output is no JSON"),
        (b"nonsense", b"nonsense", "the expected output is no JSON"),
    ],
)
def test_json_is_compared_by_what_it_says(expected: bytes, actual: bytes, detail: str | None) -> None:
    began_s = time.process_time()
    result = Json().check(expected, actual)
    assert time.process_time() - began_s < 5.0
    assert result.accepted is (detail is None)
    assert (detail or "") in result.detail.replace("'", '"')
