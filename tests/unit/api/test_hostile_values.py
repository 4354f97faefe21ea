"""Typed values that would be costly to build, or that Python would change on the way, are refused by name."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandboxes.inside.values import SAME_HASH_BOUND
from verifier.v1.values_pb2 import Entries, Items, Value
from verifierd.api.convert.values import value_from_proto, value_to_proto
from verifierd.errors import InvalidField

HASHED_TO_ZERO = [k * (2**61 - 1) for k in range(20_000)]


def _set(*members: Any) -> Value:
    return Value(set_value=Items(items=map(value_to_proto, members)))


def _frozenset(*members: Any) -> Value:
    return Value(frozenset_value=Items(items=map(value_to_proto, members)))


def _dict(*keys: Any) -> Value:
    nothing = value_to_proto(None)
    entries = (Entries.Entry(key=value_to_proto(key), value=nothing) for key in keys)
    return Value(dict_value=Entries(entries=entries))


def _refused(message: Value) -> InvalidField:
    with pytest.raises(InvalidField) as caught:
        value_from_proto(message, "v")
    return caught.value


TABLES = [
    (_set, "v.set_value.items[{}]"),
    (_frozenset, "v.frozenset_value.items[{}]"),
    (_dict, "v.dict_value.entries[{}].key"),
]


@pytest.mark.parametrize(("table", "field"), TABLES)
def test_a_flood_of_equal_hashes_is_refused_before_it_costs(table: Any, field: str) -> None:
    message = table(*HASHED_TO_ZERO)
    started = time.process_time()
    error = _refused(message)
    assert time.process_time() - started < 1
    assert error.field == field.format(SAME_HASH_BOUND)
    assert error.allowed == f"up to {SAME_HASH_BOUND}"


@pytest.mark.parametrize(("table", "field"), TABLES)
def test_as_many_equal_hashes_as_a_sandbox_reads_are_taken(table: Any, field: str) -> None:
    assert len(value_from_proto(table(*HASHED_TO_ZERO[:SAME_HASH_BOUND]), "v")) == SAME_HASH_BOUND


@pytest.mark.parametrize(("table", "field"), TABLES)
@pytest.mark.parametrize("pair", [(1, True), (1.0, 1), (0, False), ((2, 1j), (2.0, 1j)), (1 + 0j, 1)])
def test_keys_that_python_takes_for_one_are_refused(table: Any, field: str, pair: tuple[Any, Any]) -> None:
    error = _refused(table("first", *pair))
    assert error.field == field.format(2)
    assert f"{type(pair[1]).__name__} {pair[1]!r} equals {type(pair[0]).__name__}" in error.problem


def test_a_key_given_twice_is_refused_and_a_member_given_twice_is_there_once() -> None:
    assert _refused(_dict("a", "b", "a")).field == "v.dict_value.entries[2].key"
    assert value_from_proto(_set(*["a"] * 100, 2**70, 2**70), "v") == {"a", 2**70}


def test_a_value_deep_in_others_is_named_by_its_whole_path() -> None:
    message = value_to_proto([0, ("x", {"k": [None, {7}]})])
    inner = message.list_value.items[1].tuple_value.items[1].dict_value.entries[0].value.list_value
    inner.items[1].set_value.items.add()
    path = "v.list_value.items[1].tuple_value.items[1].dict_value.entries[0].value"
    assert _refused(message).field == f"{path}.list_value.items[1].set_value.items[1].kind"
