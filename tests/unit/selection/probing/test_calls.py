from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifierd.model import CallTest
from verifierd.selection.probing.calls import mutated_calls
from verifierd.selection.probing.identity import identity, input_identity, size


def calls(*arguments: tuple[Any, ...]) -> list[CallTest]:
    return [CallTest("f", each, {}, None) for each in arguments]


def made(*arguments: tuple[Any, ...], count: int = 60) -> list[tuple[Any, ...]]:
    probes = mutated_calls(calls(*arguments), count, seed=7)
    assert len(probes) >= min(count, 8), "too few to say anything"
    return [probe.args for probe in probes]


def balanced(text: str) -> bool:
    depth = 0
    for each in text:
        depth += {"(": 1, ")": -1}.get(each, 0)
        if depth < 0:
            return False
    return depth == 0


KEPT: list[tuple[str, tuple[tuple[Any, ...], ...], Callable[..., bool]]] = [
    (
        "types stay apart",
        ((1, 1.0, True), (5, 2.5, False)),
        lambda *each: list(map(type, each)) == [int, float, bool],
    ),
    ("nothing negative where none was", ((5,), (0,), (30,)), lambda n: n >= 0),
    ("zero at most beside one", ((2,), (9,), (40,)), lambda n: n >= 1),
    ("ranges grow by as much again", ((10,), (20,), (12,)), lambda n: 1 <= n <= 30),
    ("no NaN and no infinity", ((0.5,), (2.0,), (-7.25,)), math.isfinite),
    ("elements keep their type", (([1, 2],), ([3],), ([],)), lambda a: all(type(x) is int for x in a)),
    (
        "tuples stay tuples of as many",
        (((1, "a"),), ((2, "b"),), ((9, "cd"),)),
        lambda t: len(t) == 2 and list(map(type, t)) == [int, str],
    ),
    ("lengths stay where none varies", (([1, 2, 3],), ([4, 5, 6],), ([7, 7, 9],)), lambda a: len(a) == 3),
    ("no empty list where none was", (([1],), ([1, 2, 3],), ([4, 5],)), lambda a: len(a) > 0),
    ("sorted stays sorted", (([1, 2, 9],), ([3, 4],), ([-5, 0, 1, 8],)), lambda a: a == sorted(a)),
    (
        "falling stays falling",
        (([9, 2, 1],), ([4, 3],), ([8, 5, 0, -1],)),
        lambda a: a == sorted(a, reverse=True),
    ),
    ("distinct stays distinct", (([3, 1, 2],), ([9, 4],), ([5, 0, 7, 1],)), lambda a: len(set(a)) == len(a)),
    (
        "a matrix stays one",
        (([[1, 2], [3, 4]],), ([[5, 6, 7]],), ([[1], [2], [3]],)),
        lambda m: len(set(map(len, m))) <= 1,
    ),
    (
        "equal lengths stay equal",
        (([1, 2], "ab"), ([3], "c"), ([4, 5, 6], "xyz")),
        lambda a, s: len(a) == len(s),
    ),
    ("a length stays the length", (([1, 2], 2), ([3], 1), ([4, 5, 6], 3)), lambda a, n: n == len(a)),
    ("an index stays one", (([1, 2, 7], 2), ([3], 0), ([4, 5, 6, 4], 1)), lambda a, i: 0 <= i < len(a)),
    ("elements stay below a bound", (([1, 2, 7], 8), ([3], 4), ([0, 5], 9)), lambda a, k: max(a) < k),
    ("a member stays one", (([1, 2, 7], 2), ([3, 4], 3), ([9, 8], 8)), lambda a, x: x in a),
    ("order of arguments stays", ((1, 5), (2, 9), (-3, 0), (7, 8)), lambda low, high: low < high),
    ("alphabets are closed", (("abba",), ("baab",), ("aab",)), lambda s: set(s) <= set("ab")),
    ("brackets stay balanced", (("(()())",), ("()",), ("((()))()",)), balanced),
    (
        "patterns of numbers stay",
        (("3/6",), ("10/25",), ("1/4",)),
        lambda s: all(1 <= int(x) <= 25 for x in s.split("/")),
    ),
    (
        "words of a vocabulary stay",
        (("one two one",), ("two three",), ("three one two",), ("one one three two",)),
        lambda s: set(s.split()) <= {"one", "two", "three"},
    ),
    (
        "values of few kinds stay",
        ((["+", "-", "+", "-"],), (["*", "+"],), (["-", "*", "*", "+"],)),
        lambda a: set(a) <= set("+-*"),
    ),
    (
        "keys of records stay",
        (({"a": 1, "b": "x"},), ({"a": 2, "b": "yz"},)),
        lambda d: set(d) == {"a", "b"} and type(d["a"]) is int,
    ),
    ("None comes only where it was", ((None, 1), (5, 2), (6, 9)), lambda a, b: type(b) is int),
    ("bytes stay bytes", ((b"ab",), (b"c",), (b"",)), lambda b: isinstance(b, bytes)),
    (
        "sets stay sets",
        (({1, 2},), ({3},), ({4, 5, 6},)),
        lambda s: isinstance(s, set) and all(type(x) is int for x in s),
    ),
]


@pytest.mark.parametrize(("arguments", "holds"), [case[1:] for case in KEPT], ids=[case[0] for case in KEPT])
def test_what_all_tests_have_in_common_is_kept(
    arguments: tuple[tuple[Any, ...], ...], holds: Callable[..., bool]
) -> None:
    assert all(holds(*args) for args in arguments)
    assert [args for args in made(*arguments) if not holds(*args)] == []


def test_none_is_still_tried_where_it_was_seen() -> None:
    assert {type(first) for first, _ in made((None, 1), (5, 2), (6, 9))} == {int, type(None)}


def test_ints_get_their_boundaries() -> None:
    values = {n for (n,) in made((-40,), (3,), (100,), count=150)}
    assert {0, 1, -1, 99, 101, -39, -41} <= values


def test_lists_are_grown_shrunk_and_repeated() -> None:
    lists = [a for (a,) in made(([3, 1, 2],), ([4, 4],), ([],), ([5, 6, 0, 9, 1],))]
    assert min(map(len, lists)) <= 1
    assert max(map(len, lists)) > 5
    assert any(len(set(a)) < len(a) for a in lists)


def test_values_cross_between_tests() -> None:
    texts, rows = ("left", "right", "up"), ([1], [2, 2], [3, 3, 3])
    assert any(text in texts and row in rows for text, row in made(*zip(texts, rows, strict=True)))


def test_infinity_comes_back_only_where_it_was_seen() -> None:
    values = {x for (x,) in made((math.inf,), (1.0,), (2.0,), (3.5,))} - {math.inf}
    assert all(map(math.isfinite, values))


def test_each_function_and_class_keeps_its_own_arguments() -> None:
    tests = [
        *(CallTest("push", (n,), {}, None, "Stack") for n in (1, 5, 9)),
        *(
            CallTest("join", (text,), {"sep": sep}, None)
            for text, sep in (("ab", ","), ("b", ";"), ("", " "))
        ),
    ]
    probes = mutated_calls(tests, 30, seed=0)
    assert {probe.function for probe in probes} == {"push", "join"}
    for probe in probes:
        if probe.function == "push":
            assert (probe.class_name, dict(probe.kwargs), type(probe.args[0])) == ("Stack", {}, int)
        else:
            assert (probe.class_name, set(probe.kwargs), type(probe.args[0])) == ("", {"sep"}, str)


def test_tests_are_left_as_they_were() -> None:
    arguments = ([3, 1, 2], {"a": [1]}, {4, 5})
    tests = calls(arguments, ([9], {"b": [2, 2]}, {6}))
    before = identity(arguments)
    mutated_calls(tests, 50, seed=1)
    assert identity(arguments) == before


SCALARS = (
    st.none() | st.booleans() | st.integers(-50, 50) | st.floats() | st.text("ab(", max_size=5)
    | st.binary(max_size=3) | st.complex_numbers()
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3)
        | st.frozensets(st.integers(0, 9), max_size=3)
        | st.sets(st.text("xy", max_size=2), max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5), st.integers(0, 5))
def test_calls_of_any_values_are_new_bounded_and_the_same_for_a_seed(
    arguments: list[tuple[Any, Any]], seed: int
) -> None:
    tests = calls(*arguments)
    probes = mutated_calls(tests, 15, seed)
    digests = [input_identity(probe) for probe in probes]
    assert len(probes) <= 15
    assert len(set(digests)) == len(digests)
    assert not set(digests) & set(map(input_identity, tests))
    assert digests == [input_identity(probe) for probe in mutated_calls(tests, 15, seed)]
    largest = max(sum(size(value).weight for value in each) for each in arguments)
    assert all(sum(size(value).weight for value in probe.args) <= 2 * largest for probe in probes)
    for probe in probes:
        for place, value in enumerate(probe.args):
            assert type(value) in {type(each[place]) for each in arguments}


HASHED = """
from verifierd.model import CallTest
from verifierd.selection.probing.calls import mutated_calls
arguments = [({"x", "yy", "z"}, {"k": "v"}), ({"x", "w"}, {"k": "u", "m": "v"})]
tests = [CallTest("f", each, {}, 0) for each in arguments]
for probe in mutated_calls(tests, 20, 3):
    print(sorted(probe.args[0]), sorted(probe.args[1].items()))
"""


def test_a_seed_gives_the_same_calls_in_every_process() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert printed[0] == printed[1] != b""


def test_nothing_comes_of_nothing() -> None:
    assert mutated_calls([], 5, seed=0) == []
    assert mutated_calls(calls(()), 5, seed=0) == []
    assert mutated_calls(calls((1,)), 0, seed=0) == []


def test_fewer_are_made_where_there_are_no_more() -> None:
    assert [probe.args for probe in mutated_calls(calls((True,)), 5, seed=0)] == [(False,)]


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="count is -1"):
        mutated_calls(calls((1,)), -1, seed=0)


def test_a_value_of_no_value_form_is_refused() -> None:
    with pytest.raises(ValueError, match="type object"):
        mutated_calls(calls((object(),)), 1, seed=0)


def test_a_heavy_test_is_not_read() -> None:
    heavy = [0] * 30_000
    probes = mutated_calls(calls((heavy,), ([1, 2],), ([3],)), 10, seed=0)
    assert probes and all(len(probe.args[0]) <= 4 for probe in probes)
