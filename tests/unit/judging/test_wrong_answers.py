"""Wrong outputs that look right to some parser: no checker takes them, if it is strict."""

from __future__ import annotations

from typing import Any

import pytest

from verifierd.judging.checker import Checker
from verifierd.judging.checkers import CHECKERS
from verifierd.model import CallTest, StdioTest

PRINTED: list[tuple[bytes, bytes]] = [
    (b"1", b""),
    (b"", b"1"),
    (b"0", b" \n"),
    (b"0", b"\0"),
    (b"1", b"1\0"),
    (b"1", b"1 1"),
    (b"1 1", b"1"),
    (b"1 2", b"2 1"),
    (b"1 2", b"12"),
    (b"1\n1\n2\n", b"1\n2\n"),
    (b"16", b"0x10"),
    (b"1e999", b"1e998"),
    (b"1e999", b"inf"),
    (b"1", b"nan"),
    (b"nan", b"1"),
    (b"1", b"snan"),
    (b"1000000", b"1000001"),
    (b"9007199254740993", b"9007199254740992"),
    (b"9007199254740993", b"9007199254740994"),
    (b"1" * 40, b"1" * 39 + b"2"),
    (b"1" * 5000, b"1" * 4999 + b"2"),
    (b"9" * 400, b"8" + b"9" * 399),
    (b"A", "\u0410".encode()),
    (b"\xff", b"\xfe"),
    (b"\xff", b"\xed\xb3\xbf"),
    (b"\xe9", "\u00e9".encode()),
    (b"e\xcc\x81", "\u00e9".encode()),
    (b'{"a": 1}', b'{"a": 2, "a": 1}'),
    (b"[1, 2]", b"[2, 1]"),
    (b"true", b"1"),
]
OTHER_DIGITS = [(b"1", "\u0661".encode()), (b"1000", b"1_000"), (b"1", "\uff11".encode())]
# Close, for a checker that was told how close is close.
WITHIN_A_TOLERANCE = [(b"1000000", b"1000001.0"), (b"9007199254740993", b"9007199254740992.0")]

RETURNED: list[tuple[Any, Any]] = [
    (1, None),
    (None, 0),
    (None, False),
    (1, "1"),
    ("a", b"a"),
    ("", None),
    ([], None),
    ([], {}),
    ([], [[]]),
    ([[1], []], [[1]]),
    ([1, 2], [1]),
    ([1, 2], 1),
    ([1, 2], [2, 1, 1]),
    ([1], {1}),
    ({"a": 1}, {"a": 1, "b": 1}),
    ({1: 2}, {"1": 2}),
    (2**53 + 1, 2**53),
    (10**400, 10**400 + 1),
    (10**400, float("inf")),
    (1.0, float("nan")),
    (1.0, float("inf")),
    (float("inf"), float("-inf")),
    ("\u00e9", "e\u0301"),
    ("\ud800", "\ud801"),
]


def _checkers(kind: type) -> list[Checker[Any]]:
    return [
        checker.from_parameters({"strict": "true"} if "strict" in checker.parameters else {}, "params")
        for checker in CHECKERS[kind].values()
    ]


@pytest.mark.parametrize("checker", _checkers(StdioTest), ids=lambda checker: checker.name)
@pytest.mark.parametrize(("expected", "actual"), PRINTED, ids=lambda output: repr(output)[:30])
def test_it_is_wrong_to_print(checker: Checker[bytes], expected: bytes, actual: bytes) -> None:
    result = checker.check(expected, actual)
    assert not result.accepted
    assert result.detail


@pytest.mark.parametrize("checker", _checkers(StdioTest), ids=lambda checker: checker.name)
def test_digits_of_another_kind_are_no_number(checker: Checker[bytes]) -> None:
    taken = [checker.check(*pair).accepted for pair in OTHER_DIGITS]
    assert not any(taken)


@pytest.mark.parametrize("checker", _checkers(StdioTest), ids=lambda checker: checker.name)
def test_a_wrong_count_is_not_mended_by_a_fraction(checker: Checker[bytes]) -> None:
    taken = [checker.check(*pair).accepted for pair in WITHIN_A_TOLERANCE]
    assert taken == [checker.name == "float"] * len(taken)


@pytest.mark.parametrize("checker", _checkers(CallTest), ids=lambda checker: checker.name)
@pytest.mark.parametrize(("expected", "actual"), RETURNED, ids=lambda value: repr(value)[:30])
def test_it_is_wrong_to_return(checker: Checker[Any], expected: Any, actual: Any) -> None:
    result = checker.check(expected, actual)
    assert not result.accepted
    assert result.detail
