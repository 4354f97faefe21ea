"""Pairs of inputs and outputs become tests, or an error that says which of them cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.pairs import class_in, read_cases, read_pairs, read_typed_cases, with_room
from verifierd.datasets.records import InputError, Record
from verifierd_client import CallTest, Limits, StdioTest

RECORD = Record(Path("problems.jsonl"), 7, {})
HUGE = 10**400 + 1


def pairs_of(inputs: Any, outputs: Any, name: Any = None) -> Any:
    return read_pairs(RECORD, "tests", {"inputs": inputs, "outputs": outputs, "fn_name": name})


def test_programs_get_text_or_lines() -> None:
    tests = pairs_of(["1\n", ["2", "3"], 4], ["ü", [], [5, "6"]]).stdio()
    assert tests == [StdioTest("1\n", "ü"), StdioTest("2\n3", ""), StdioTest("4", "5\n6")]


def test_functions_get_lists_of_arguments() -> None:
    tests = pairs_of([[1, [HUGE]], []], [[2], None], "f").calls("Solution")
    assert tests == [
        CallTest("f", [1, [HUGE]], [2], class_name="Solution"),
        CallTest("f", [], None, class_name="Solution"),
    ]


@pytest.mark.parametrize(
    ("held", "what"),
    [
        (None, "must hold an object with inputs and outputs, and is null"),
        ([], "must hold an object with inputs and outputs, and is a list"),
        ({}, "'inputs' must be a list, and is null"),
        ({"inputs": []}, "'outputs' must be a list, and is null"),
        ({"inputs": {}, "outputs": []}, "'inputs' must be a list, and is an object"),
        ({"inputs": ["1", "2"], "outputs": ["1"]}, "there are 2 inputs, but 1 outputs"),
        ({"inputs": [], "outputs": [], "fn_name": "a b"}, "must be a Python name, and is 'a b'"),
        ({"inputs": [], "outputs": [], "fn_name": 7}, "must be a Python name, and is '7'"),
    ],
)
def test_what_are_no_pairs_is_named(held: Any, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read_pairs(RECORD, "tests", held)
    assert str(caught.value).startswith("problems.jsonl:7: field 'tests'")
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("inputs", "outputs", "what"),
    [
        (["1", None], ["1", "1"], "inputs[1] must be text or a list of lines, and has null"),
        (["1"], [True], "outputs[0] must be text or a list of lines, and has a boolean"),
        ([["1", ["2"]]], ["1"], "inputs[0] must be text or a list of lines, and has a list"),
        (["\ud800"], ["1"], "inputs[0] holds a lone surrogate"),
    ],
)
def test_a_test_that_is_no_text_is_named(inputs: Any, outputs: Any, what: str) -> None:
    with pytest.raises(InputError, match=r"^problems.jsonl:7: field 'tests': ") as caught:
        pairs_of(inputs, outputs).stdio()
    assert what in str(caught.value)


def test_arguments_that_are_no_list_are_named() -> None:
    with pytest.raises(InputError, match=r"inputs\[1\] must be a list of arguments, and is a string"):
        pairs_of([[1], "2"], [1, 2], "f").calls("")


@pytest.mark.parametrize(
    ("arguments", "expected", "as_apps", "meant"),
    [
        ([1, {"1": 2}], 3, ([1, {"1": 2}], 3), ([1, {"1": 2}], 3)),
        ([{"1": 2}], 3, ([{1: 2}], 3), ([{1: 2}], 3)),
        ([{"1": 2}, 5], 3, ([{1: 2}], 3), ([{1: 2}, 5], 3)),
        ([{"a": 2}, 5], 3, ([{"a": 2}, 5], 3), ([{"a": 2}, 5], 3)),
        ([{}], {}, ([{}], [{}]), ([{}], {})),
        ([1], {"1": 2}, ([1], [{1: 2}]), ([1], {1: 2})),
        ([1], [{"1": 2}], ([1], [{1: 2}]), ([1], {1: 2})),
        ([1], [{"1": 2}, 3], ([1], [{1: 2}]), ([1], [{"1": 2}, 3])),
        ([1], [[5]], ([1], [[5]]), ([1], [5])),
        ([1], "text", ([1], "text"), ([1], "text")),
    ],
)
def test_keys_that_json_made_text_of_are_numbers_again(
    arguments: Any, expected: Any, as_apps: Any, meant: Any
) -> None:
    pairs = pairs_of([arguments], [expected], "f")
    for read, right in ((pairs.as_apps_reads_them(), as_apps), (pairs.as_they_are_meant(), meant)):
        assert (read.inputs[0], read.outputs[0]) == right


def test_outputs_are_bare_only_where_each_is_a_list_of_one() -> None:
    assert pairs_of([[1], [2]], [[5], [6]], "f").as_they_are_meant().outputs == [5, 6]
    assert pairs_of([[1], [2]], [[5], [6, 7]], "f").as_they_are_meant().outputs == [[5], [6, 7]]


def test_cases_of_calls_have_a_json_value_a_line() -> None:
    cases = [{"input": f"[1, 2]\n{HUGE}", "output": '{"a": null}', "testtype": "functional"}]
    assert read_cases(RECORD, "tests", cases, "f").calls("") == [CallTest("f", [[1, 2], HUGE], {"a": None})]


def test_typed_cases_have_values_or_text() -> None:
    cases = [
        {"type": "function_call", "fn_name": "f", "input": ["a"], "output": "b"},
        {"type": "function_call", "fn_name": "f", "input": '"a"\n2', "output": '"b"'},
    ]
    read = read_typed_cases(RECORD, "tests", cases).calls("")
    assert read == [CallTest("f", ["a"], "b"), CallTest("f", ["a", 2], "b")]
    plain = read_typed_cases(RECORD, "tests", [{"type": "stdin_stdout", "input": "1", "output": "2"}])
    assert plain.stdio() == [StdioTest("1", "2")]


@pytest.mark.parametrize(
    ("cases", "what"),
    [
        (None, "must hold a list of test cases, and is null"),
        ([None], "item 0 must be an object with 'input'"),
        ([{"input": "1", "output": "2"}, {"input": "1"}], "item 1 must be an object with 'output'"),
        ([{"type": "function_call", "input": [], "output": 1}], "is a function_call, but has no fn_name"),
        ([{"type": "function_call", "fn_name": "f", "input": "{", "output": 1}], "inputs[0] must be JSON"),
    ],
)
def test_what_are_no_cases_is_named(cases: Any, what: str) -> None:
    with pytest.raises(InputError, match=r"^problems.jsonl:7: field 'tests'") as caught:
        read_typed_cases(RECORD, "tests", cases)
    assert what in str(caught.value)


def test_an_output_that_is_no_json_is_named() -> None:
    with pytest.raises(InputError, match=r"field 'tests': outputs\[0\] must be JSON as text"):
        read_cases(RECORD, "tests", [{"input": "1", "output": "ü"}], "f")


def test_numbers_of_too_many_digits_are_named() -> None:
    with pytest.raises(
        InputError, match=r"inputs\[0\] must be JSON as text: a number has 100001 digits; up to"
    ):
        read_cases(RECORD, "tests", [{"input": "9" * 100_001, "output": "1"}], "f")


def test_deep_json_is_named() -> None:
    with pytest.raises(InputError, match=r"inputs\[0\] must be JSON as text"):
        read_cases(RECORD, "tests", [{"input": "[" * 200_000, "output": "1"}], "f")


def test_a_class_is_told_by_a_text_that_defines_it() -> None:
    assert class_in("", "class Solution:\n    def f(self): ...") == "Solution"
    assert class_in("def f(): ...") == class_in() == ""


def test_a_program_has_room_for_twice_what_is_expected() -> None:
    assert with_room(Limits(), [StdioTest("", "x" * 1000)]) == Limits()
    assert with_room(Limits(cpu_time_s=2.0), [StdioTest("", "x" * 600_000)]) == Limits(
        cpu_time_s=2.0, output_bytes=2 * 600_000 + (1 << 20)
    )


def test_json_keeps_whole_numbers_whole() -> None:
    held = json.loads(json.dumps({"inputs": [[2**63, HUGE]], "outputs": [9007199254740993], "fn_name": "f"}))
    (test,) = read_pairs(RECORD, "tests", held).calls("")
    assert (test.args, test.expected) == ([2**63, HUGE], 9007199254740993)
