"""Typed values survive the wire, and no text that is not one gets through."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside.values import Opaque, ValueFormError, decode, dumps, encode, loads

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5
)
typed_values = st.recursive(
    hashables | st.sets(hashables, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(hashables, inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


def identity(value: Any) -> Any:
    """What makes two typed values the same: types told apart, nan the same as itself, signs of zero too."""
    if isinstance(value, float):
        return float, "nan" if math.isnan(value) else value.hex()
    if isinstance(value, complex):
        return complex, identity(value.real), identity(value.imag)
    if isinstance(value, (list, tuple)):
        return type(value), tuple(map(identity, value))
    if isinstance(value, (set, frozenset)):
        return type(value), frozenset(map(identity, value))
    if isinstance(value, dict):
        return dict, frozenset((identity(key), identity(item)) for key, item in value.items())
    return type(value), value


@given(typed_values)
def test_every_typed_value_comes_back_as_it_was(value: Any) -> None:
    text = dumps(value)
    assert text.isascii()
    assert identity(loads(text)) == identity(value)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ((1, 2), {"$tuple": [1, 2]}),
        ({"a": 1}, {"a": 1}),
        ({"$a": 1}, {"$dict": [["$a", 1]]}),
        ({1: "x"}, {"$dict": [[1, "x"]]}),
        (b"\x00", {"$bytes": "AA=="}),
        (1j, {"$complex": [0.0, 1.0]}),
        (2**63, {"$int": "8000000000000000"}),
        (float("-inf"), {"$float": "-inf"}),
        ("\ud800", {"$str": [0xD800]}),
    ],
)
def test_the_form_of_a_value_is_the_documented_one(value: Any, form: Any) -> None:
    assert encode(value) == form
    assert decode(form) == value


@pytest.mark.parametrize("base", [int, str, list, dict, tuple, float, bytes])
def test_a_subclass_has_no_value_form(base: type) -> None:
    assert encode(type("Sub", (base,), {})()) == {"$opaque": "Sub"}


def test_an_opaque_equals_nothing_not_even_itself() -> None:
    opaque = decode({"$opaque": "Thing"})
    assert isinstance(opaque, Opaque)
    assert opaque != opaque
    assert opaque != 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "Infinity",
        '{"$tuple": 1}',
        '{"$tuple": {"a": 1}}',
        '{"$unknown": 1}',
        '{"$tuple": [], "b": 1}',
        '{"$set": [[]]}',
        '{"$dict": [[1]]}',
        '{"$dict": [[[], 1]]}',
        '{"$bytes": "?"}',
        '{"$int": "0x"}',
        '{"$float": "huge"}',
        '{"$complex": [1]}',
        '{"$complex": ["1", "2"]}',
        '{"$str": [1114112]}',
        "1" * 5000,
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"$tuple":[' * 20_000 + "]}" * 20_000,
    ],
)
def test_a_text_that_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(ValueFormError):
        loads(text)


TAGS = ("$tuple", "$set", "$dict", "$bytes", "$int", "$float", "$complex", "$str", "$opaque", "a")
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json_like = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(TAGS), inner))


@given(json_like)
def test_any_json_is_a_value_or_refused(form: Any) -> None:
    try:
        value = loads(json.dumps(form))
    except ValueFormError:
        return
    assert isinstance(dumps(value), str)


@pytest.mark.parametrize("form", ['{{"$set": [{}]}}', '{{"$frozenset": [{}]}}', '{{"$dict": [{}]}}'])
def test_a_flood_of_equal_hashes_is_refused_before_it_costs(form: str) -> None:
    numbers = [
        str(k * (2**61 - 1)) if k * (2**61 - 1) < 2**63 else f'{{"$int": "{k * (2**61 - 1):x}"}}'
        for k in range(20_000)
    ]
    members = ",".join(f"[{number}, 1]" if "dict" in form else number for number in numbers)
    started = time.process_time()
    with pytest.raises(ValueFormError, match="have the same hash"):
        loads(form.format(members))
    assert time.process_time() - started < 2


def test_more_containers_than_a_value_may_hold_are_refused_before_they_are_made() -> None:
    with pytest.raises(ValueFormError, match="more than 500000"):
        loads(b"[" + b"[]," * 600_000 + b"[]]")
    assert loads(dumps("[" * 600_000)) == "[" * 600_000


def test_a_value_that_nests_too_deeply_is_opaque() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert json.loads(dumps(value)) == {"$opaque": "list (nests too deeply)"}
