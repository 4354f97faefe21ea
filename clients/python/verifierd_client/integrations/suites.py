r"""Test suites in the forms in which datasets hold them, as tests of this service.

Its own form is a list of cases, each of one of these kinds, with an `id` and a `role` if need be:

    {"stdin": "2\n", "stdout": "4\n"}
    {"call": "add", "args": [1, 2], "expected": 3}
    {"assert": "assert add(1, 2) == 3"}

Published forms are compared as their own evaluators do, but for what is unsound there (`strict`):

    {"inputs": ["2\n"], "outputs": ["4\n"]}                         APPS, TACO, PRIME's Eurus-2-RL, verl
    {"inputs": [[1, 2]], "outputs": [3], "fn_name": "add"}          the same; inputs also as JSON, one a line
    {"assert_case": ["assert add(1, 2) == 3"]}                      verl
    [{"input": "2\n", "output": "4\n", "type": "stdin_stdout"}]     PrimeIntellect, open-r1, DeepCoder
    [{"input": "1\n2", "output": "3", "testtype": "functional",     LiveCodeBench; `function_call` and
      "metadata": {"func_name": "add"}}]                              `fn_name` in the form above
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifierd_client.errors import NotAProblem
from verifierd_client.problems import AssertsTest, CallTest, Checker, Role, StdioTest, Test

STDIO_CHECKER = Checker("prime", {"strict": "true"})
CALL_CHECKER = Checker("apps", {"strict": "true"})
FUNCTION_TYPES = ("function_call", "functional")
OWN_FORMS = ("stdin", "call", "assert")
WHOLE_NUMBER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests, how they are compared (None: as their kinds are by default), and whether a class may hold them.

    `in_any_class`: the function may be a method of the candidate's `class Solution`.
    """

    tests: tuple[Test, ...]
    checker: Checker | None = None
    in_any_class: bool = False

    def of_class(self, class_name: str) -> Suite:
        """Return the suite with its functions as methods of a class, where they may be."""
        if not self.in_any_class:
            return self
        tests = (
            replace(each, class_name=class_name) if isinstance(each, CallTest) else each
            for each in self.tests
        )
        return replace(self, tests=tuple(tests))


def read_suite(held: Any, where: str) -> Suite:
    """Return the tests of a value, or of JSON of one as text.

    Raises:
        NotAProblem: it is in none of the forms, or has no test.
    """
    value = read_json(held, where) if isinstance(held, str) else held
    if isinstance(value, Mapping):
        suite = _read_pairs(value, where)
    elif isinstance(value, Sequence) and all(isinstance(each, Mapping) for each in value):
        suite = _read_cases(value, where)
    else:
        raise NotAProblem(f"{where} must hold a list of test cases or an object, and is {_kind(value)}")
    if not suite.tests:
        raise NotAProblem(f"{where} has no test")
    return suite


def read_json(text: str, where: str) -> Any:
    """Return the value of JSON. Raises NotAProblem where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAProblem(f"{where} must be JSON: {error}") from None


def _read_cases(cases: Sequence[Mapping[str, Any]], where: str) -> Suite:
    """Return the tests of a list of cases. In tables every key is there, and None where it is not used."""
    if any(case.get("input") is not None for case in cases):
        return _read_typed(cases, where)
    return Suite(tuple(_read_own(case, f"{where}[{index}]") for index, case in enumerate(cases)))


def _read_own(case: Mapping[str, Any], where: str) -> Test:
    forms = [form for form in OWN_FORMS if case.get(form) is not None]
    if len(forms) != 1:
        raise NotAProblem(
            f"{where} must have one of {', '.join(OWN_FORMS)}, and has {', '.join(case) or 'none'}"
        )
    test_id, role = str(case.get("id") or ""), _role(case, where)
    if forms == ["stdin"]:
        return StdioTest(_text(case, "stdin", where), _text(case, "stdout", where), test_id, role=role)
    if forms == ["assert"]:
        return AssertsTest(_text(case, "assert", where), test_id, role=role)
    args = case.get("args") or []
    if not isinstance(args, list) or "expected" not in case:
        raise NotAProblem(f"{where} must have args, a list, and what is expected")
    kwargs = case.get("kwargs") or {}
    if not isinstance(kwargs, Mapping):
        raise NotAProblem(f"{where}: kwargs must be an object, and is {_kind(kwargs)}")
    return CallTest(_text(case, "call", where), args, case["expected"], kwargs, test_id, role=role)


def _role(case: Mapping[str, Any], where: str) -> Role:
    word = str(case.get("role") or Role.JUDGE.value).upper()
    if word not in Role.__members__:
        allowed = ", ".join(each.lower() for each in Role.__members__)
        raise NotAProblem(f"{where}: role must be one of {allowed}, and is {case['role']!r}")
    return Role[word]


def _read_pairs(held: Mapping[str, Any], where: str) -> Suite:
    """Return the tests of inputs and the outputs that belong to them. The rules are APPS' and PRIME's."""
    asserts = held.get("assert_case")
    if isinstance(asserts, list) and any(asserts):
        return Suite(tuple(AssertsTest(str(each)) for each in asserts))
    inputs, outputs = held.get("inputs"), held.get("outputs")
    if not isinstance(inputs, list) or not isinstance(outputs, list) or len(inputs) != len(outputs):
        raise NotAProblem(f"{where} must have inputs and outputs, two lists of the same length")
    function = held.get("fn_name")
    if not function:
        return _programs(inputs, outputs, where)
    return _functions(str(function), inputs, outputs, where)


def _read_typed(cases: Sequence[Mapping[str, Any]], where: str) -> Suite:
    for index, case in enumerate(cases):
        if case.get("input") is None or case.get("output") is None:
            raise NotAProblem(f"{where}[{index}] must have input and output")
    inputs, outputs = [case["input"] for case in cases], [case["output"] for case in cases]
    first = cases[0]
    if (first.get("type") or first.get("testtype")) not in FUNCTION_TYPES:
        return _programs(inputs, outputs, where)
    metadata = first.get("metadata")
    function = first.get("fn_name") or (metadata.get("func_name") if isinstance(metadata, Mapping) else None)
    if not function:
        raise NotAProblem(f"{where}[0] calls a function, but has neither fn_name nor metadata.func_name")
    return _functions(str(function), inputs, outputs, where)


def _programs(inputs: Sequence[Any], outputs: Sequence[Any], where: str) -> Suite:
    tests = (
        StdioTest(_lines(given, f"{where}: inputs[{at}]"), _lines(expected, f"{where}: outputs[{at}]"))
        for at, (given, expected) in enumerate(zip(inputs, outputs, strict=True))
    )
    return Suite(tuple(tests), STDIO_CHECKER)


def _functions(function: str, inputs: Sequence[Any], outputs: Sequence[Any], where: str) -> Suite:
    """Return calls. Where arguments are text they are JSON, one a line, and so is the output."""
    tests = []
    for at, (given, expected) in enumerate(zip(inputs, outputs, strict=True)):
        if isinstance(given, str):
            given = [read_json(line, f"{where}: inputs[{at}]") for line in given.split("\n")]
            if isinstance(expected, str):
                expected = read_json(expected, f"{where}: outputs[{at}]")
        if not isinstance(given, list):
            raise NotAProblem(f"{where}: inputs[{at}] must be a list of arguments, and is {_kind(given)}")
        tests.append(
            CallTest(
                function, [_with_numbers_as_keys(each) for each in given], _with_numbers_as_keys(expected)
            )
        )
    return Suite(tuple(tests), CALL_CHECKER, in_any_class=True)


def _with_numbers_as_keys(value: Any) -> Any:
    """Return a dict with whole numbers as keys where JSON made text of all of them."""
    if isinstance(value, dict) and value and all(WHOLE_NUMBER.fullmatch(str(key)) for key in value):
        return {int(key): each for key, each in value.items()}
    return value


def _lines(value: Any, where: str) -> str:
    """Return what stands for standard input or output: text, or a list of lines."""
    lines = value if isinstance(value, list) else [value]
    for line in lines:
        if isinstance(line, bool) or not isinstance(line, str | int | float):
            raise NotAProblem(f"{where} must be text or a list of lines, and has {_kind(line)}")
    return "\n".join(map(str, lines))


def _text(case: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(value := case.get(key), str):
        raise NotAProblem(f"{where}: {key} must be text, and is {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
