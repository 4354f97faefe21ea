from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest

from verifierd.model import CallProbe, CallTest, StdinProbe, StdioTest
from verifierd.selection.probing.identity import identity, input_identity, size

DIFFERENT = [
    *(None, True, False, 1, 0, 1.0, 0.0, -0.0, 1 + 0j, "1", b"1", "", b"", 10**5000),
    *([], (), {}, set(), frozenset(), [1], (1,), {1}, frozenset({1}), {1: 1}, {1: 1.0}, {True: 1}),
    *([[1], 2], [[1, 2]], [1, [2]], ["ab", "c"], ["a", "bc"], math.nan, math.inf, "\ud800"),
]


def test_values_of_other_types_or_contents_differ() -> None:
    same = [pair for pair in combinations(DIFFERENT, 2) if identity(pair[0]) == identity(pair[1])]
    assert same == []


def test_a_value_is_itself() -> None:
    for value in DIFFERENT:
        assert identity([value]) == identity([value])


def test_sets_and_dicts_have_no_order() -> None:
    assert identity({"a": 1, "b": 2}) == identity({"b": 2, "a": 1})
    assert identity({8, 0, 16}) == identity({16, 8, 0})


def test_a_test_and_a_probe_with_the_same_input_are_the_same() -> None:
    assert input_identity(StdioTest(b"1\n", b"2\n")) == input_identity(StdinProbe(b"1\n"))
    call = CallTest("f", (1, [2]), {"k": 3}, expected=4)
    assert input_identity(call) == input_identity(CallProbe("f", (1, [2]), {"k": 3}))
    assert input_identity(call) != input_identity(CallProbe("g", (1, [2]), {"k": 3}))
    assert input_identity(call) != input_identity(CallProbe("f", (1, [2]), {"k": 3}, "C"))
    assert input_identity(call) != input_identity(CallProbe("f", (1, [2], 3), {}))


def test_an_argument_may_nest_thirty_levels_and_no_more() -> None:
    nested: Any = 1
    for _ in range(30):
        nested = [nested]
    input_identity(CallProbe("f", (nested,), {"k": nested}))
    with pytest.raises(ValueError, match="deeper than 30"):
        input_identity(CallProbe("f", ([nested],), {}))


def test_a_type_without_a_value_form_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="type range; allowed are"):
        identity([range(3)])


def test_size_counts_values_characters_and_containers() -> None:
    assert (size("abc").weight, size("abc").containers) == (4, 0)
    nested = {"k": [1, (2,)]}  # the dict, its key of two, the list, 1, the tuple, 2
    assert (size(nested).weight, size(nested).containers) == (7, 3)
