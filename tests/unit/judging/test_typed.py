from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside.values import Opaque, dumps, loads
from tests.unit.judging.values import values
from verifierd.judging.typed import ExactValue

NAN = math.nan
EXACT = ExactValue()


def equal(left: Any, right: Any) -> bool:
    return EXACT.check(left, right).accepted


def restated(left: Any, right: Any) -> bool:
    """The rule of equality in other words: slow, recursive, without digests."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, complex):
        return restated(left.real, right.real) and restated(left.imag, right.imag)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(restated(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, set | frozenset):
        return _matched(list(left), list(right))
    if isinstance(left, dict):
        return _matched(list(left.items()), list(right.items()))
    return bool(left == right)


def _matched(left: list[Any], right: list[Any]) -> bool:
    for item in left:
        same = next((other for other in right if restated(item, other)), None)
        if same is None and not any(restated(item, other) for other in right):
            return False
        right = [other for other in right if other is not same]
    return not right


@given(values)
def test_every_value_equals_a_copy_of_itself(value: Any) -> None:
    assert equal(value, loads(dumps(value)))


@given(values, values)
def test_equality_is_symmetric_and_as_restated(left: Any, right: Any) -> None:
    assert equal(left, right) == equal(right, left) == restated(left, right)


@given(
    st.lists(
        st.sampled_from([0, 0.0, -0.0, False, NAN, 1, True, "1", b"1", (1,), [1]]), min_size=3, max_size=3
    )
)
def test_equality_is_transitive(three: list[Any]) -> None:
    a, b, c = three
    assert not (equal(a, b) and equal(b, c)) or equal(a, c)


@given(values, values)
def test_a_refused_value_comes_with_its_first_difference_and_an_accepted_one_with_none(
    left: Any, right: Any
) -> None:
    result = EXACT.check(left, right)
    assert bool(result.detail) == (not result.accepted)
    assert (EXACT.difference(left, right) is None) == result.accepted


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (NAN, -NAN),
        (0.0, -0.0),
        (complex(0.0, NAN), complex(-0.0, NAN)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1, 2, 3}, {3, 2, 1}),
        ({NAN: [NAN]}, {float("nan"): [float("nan")]}),
    ],
    ids=repr,
)
def test_equal_by_rule(left: Any, right: Any) -> None:
    assert equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (1, 1.0),
        (1.0, 1 + 0j),
        (0, False),
        ("a", b"a"),
        ([1, 2], (1, 2)),
        ({1}, frozenset({1})),
        ({1}, {True}),
        ({1: "a"}, {1.0: "a"}),
        ([], {}),
        ([], [[]]),
        ([[1], [2]], [[1, 2]]),
        (["a", "b"], ["ab"]),
        (None, []),
        (2**70, 2.0**70),
        (math.inf, -math.inf),
        (10**400, 10**400 + 1),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_told_apart(left: Any, right: Any) -> None:
    assert not equal(left, right)


@pytest.mark.parametrize(
    "wrap", [lambda o: o, lambda o: [o], lambda o: {"k": (o,)}, lambda o: {o}], ids=range(4)
)
def test_an_object_without_a_value_form_equals_nothing_not_even_itself(wrap: Any) -> None:
    opaque = wrap(Opaque("Answer"))
    result = EXACT.check(opaque, opaque)
    assert not result.accepted
    assert "Answer" in result.detail
    assert EXACT.digest(opaque) is None


@pytest.mark.parametrize(
    ("expected", "actual", "detail"),
    [
        ([1, {"a": 2}], [1, {"a": True}], "at [1]['a']: expected int 2, got bool True"),
        ([1, 2], [1, 2, 3], "expected 2 items, got 3"),
        ({"a": 1}, {"b": 1}, "expected key str 'a', it is missing"),
        ({1, 2}, {1}, "expected int 2 in the set, it is missing"),
        ({1}, {1, 2}, "int 2 in the set was not expected"),
        ("x" * 1000, "y", f"expected '{'x' * 78}…, got 'y'"),
        (None, "\x1b[31m", "expected None, got str '\\x1b[31m'"),
        (10**9999, 0, "expected an integer of 33216 bits, got 0"),
    ],
    ids=lambda value: repr(type(value)),
)
def test_the_difference_says_where_and_what(expected: Any, actual: Any, detail: str) -> None:
    assert EXACT.check(expected, actual).detail == detail


def nested(depth: int, innermost: Any) -> Any:
    value = innermost
    for _ in range(depth):
        value = [value]
    return value


def test_deep_nesting_is_judged_without_recursion() -> None:
    deep, other = nested(50_000, 1), nested(50_000, 2)
    assert equal(deep, nested(50_000, 1))
    detail = EXACT.check(deep, other).detail
    assert detail.endswith("[0]: expected 1, got 2")
    assert len(detail) < 200


@pytest.mark.timeout(20)
def test_ten_megabytes_of_value_take_bounded_time() -> None:
    large = list(range(700_000))
    assert equal(large, list(large))
    assert EXACT.check(large, [*large[:-1], -1]).detail.startswith("at [699999]")


@pytest.mark.parametrize(
    ("expected", "actual", "accepted"),
    [
        (3.0, 3, True),
        ([{"a": 1.0}], [{"a": 1}], True),
        (3, 3.0, True),
        (3.5, 3, False),
        (1.0, True, False),
        (9007199254740992.0, 9007199254740993, False),
        ((1.0,), [1], False),
    ],
)
def test_where_numbers_are_one_an_int_is_the_float_that_is_the_same_number(
    expected: Any, actual: Any, accepted: bool
) -> None:
    assert ExactValue(numbers_are_one=True).check(expected, actual).accepted is accepted
    assert not equal(expected, actual)
