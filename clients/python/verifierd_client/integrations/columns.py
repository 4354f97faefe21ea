"""Problems of the rows of a trainer's dataset: which column holds the tests, and what else is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from verifierd_client.errors import NotAProblem
from verifierd_client.integrations.suites import Suite, read_json, read_suite
from verifierd_client.problems import AssertsTest, Checker, Limits, Problem, StdioTest

SUITE_COLUMNS = ("tests", "ground_truth", "test_cases", "input_output")
"""Each holds a suite in a form that `suites` lists."""

NESTED = {"verification_info": "test_cases", "reward_model": "ground_truth"}
"""Columns of PrimeIntellect and open-r1, and of verl, that hold an object with a suite in it."""

TEST_COLUMNS = (*SUITE_COLUMNS, *NESTED, "test", "test_list")
NAME_COLUMNS = ("problem_id", "task_id", "question_id")
SOLUTION = re.compile(r"^[ \t]*class Solution\b", re.MULTILINE)
DEFAULT_OUTPUT_BYTES = 1 << 20  # the service's; more must be asked for


def problem_of(row: Mapping[str, Any], completion: str = "") -> Problem:
    """Return the problem of a row, for a completion.

    Its tests come from the first of TEST_COLUMNS that is there and not None: a suite; an object with a suite
    in it; HumanEval's `test`, with `entry_point`; MBPP's `test_list`. Further columns may be there: `checker`
    (a name, or an object with `name` and `params`), `limits` (an object with fields of `Limits`, such as
    `cpu_time_s`), and a name: `problem_id`, `task_id` or `question_id`. Objects may be JSON as text.

    A function that a published form names is a method if a line of the completion begins a `class Solution`:
    the evaluators of those sets look for it in the program, and prose may speak of it.

    Raises:
        NotAProblem: no column has tests, or one of these columns holds something else.
    """
    suite = _suite(row)
    if SOLUTION.search(completion):
        suite = suite.of_class("Solution")
    return Problem(_name(row, suite), suite.tests, _limits(row, suite), _checker(row) or suite.checker)


def problems_of(columns: Mapping[str, Sequence[Any]], completions: Sequence[str]) -> list[Problem | None]:
    """Return the problem of each completion; None where its row has no tests: it is another reward's.

    A column has a value for each completion. Equal rows are read once.

    Raises:
        NotAProblem: a column holds something else.
    """
    read: dict[str, Problem] = {}
    problems: list[Problem | None] = []
    for index, completion in enumerate(completions):
        row = {name: columns[name][index] for name in _READ_COLUMNS if name in columns}
        if all(row.get(name) is None for name in TEST_COLUMNS):
            problems.append(None)
            continue
        key = f"{SOLUTION.search(completion) is not None} {row!r}"
        try:
            problem = read[key] = read.get(key) or problem_of(row, completion)
        except NotAProblem as error:
            raise NotAProblem(f"row {index}: {error}") from None
        problems.append(problem)
    return problems


def _suite(row: Mapping[str, Any]) -> Suite:
    for name in TEST_COLUMNS:
        held = row.get(name)
        if held is None:
            continue
        if name in NESTED:
            return read_suite(_nested(name, held), f"column {name!r}")
        if name == "test":
            return _humaneval(held, row.get("entry_point"))
        if name == "test_list":
            return _mbpp(held)
        return read_suite(held, f"column {name!r}")
    raise NotAProblem(
        f"no column has tests; allowed: {', '.join(TEST_COLUMNS)}; there are: {', '.join(row) or 'none'}"
    )


def _nested(name: str, held: Any) -> Any:
    value = _object(name, held)
    language = value.get("language") or "python"
    if language != "python":
        raise NotAProblem(f"column {name!r} is of the language {language!r}; allowed: python")
    if value.get(NESTED[name]) is None:
        raise NotAProblem(f"column {name!r} must have {NESTED[name]}")
    return value[NESTED[name]]


def _humaneval(test: Any, entry_point: Any) -> Suite:
    """Return the test of HumanEval (github.com/openai/human-eval): `check` of the function."""
    if not isinstance(test, str) or not isinstance(entry_point, str):
        raise NotAProblem("column 'test' must be a test program, with its function's name in 'entry_point'")
    return Suite((AssertsTest(f"{test}\ncheck({entry_point})\n", candidate_names=[entry_point]),))


def _mbpp(assertions: Any) -> Suite:
    if not isinstance(assertions, list) or not all(isinstance(each, str) for each in assertions):
        raise NotAProblem("column 'test_list' must be a list of assertions")
    return Suite(tuple(AssertsTest(each) for each in assertions))


def _checker(row: Mapping[str, Any]) -> Checker | None:
    held = row.get("checker")
    if not held or (isinstance(held, str) and not held.lstrip().startswith("{")):
        return Checker(held) if held else None
    value = _object("checker", held)
    params = value.get("params") or {}
    if not isinstance(value.get("name"), str) or not isinstance(params, Mapping):
        raise NotAProblem("column 'checker' must be a name, or an object with name and params")
    return Checker(value["name"], {str(key): str(each) for key, each in params.items() if each is not None})


def _limits(row: Mapping[str, Any], suite: Suite) -> Limits:
    """Return the row's limits, with room for programs that print twice what is expected of them."""
    held = _object("limits", row["limits"]) if row.get("limits") else {}
    given = {name: each for name, each in held.items() if each is not None}
    for name, value in given.items():
        _check_limit(name, value)
    printed = (len(test.expected_stdout) for test in suite.tests if isinstance(test, StdioTest))
    largest = max(printed, default=0)
    if 2 * largest > DEFAULT_OUTPUT_BYTES:
        given = {"output_bytes": 2 * largest + DEFAULT_OUTPUT_BYTES, **given}
    return Limits(**given)


def _check_limit(name: str, value: Any) -> None:
    allowed = [field.name for field in fields(Limits)]
    if name not in allowed:
        raise NotAProblem(f"column 'limits' has {name!r}; allowed: {', '.join(allowed)}")
    kind, number = ("number", (int, float)) if name.endswith("_s") else ("whole number", int)
    if isinstance(value, bool) or not isinstance(value, number):
        raise NotAProblem(f"column 'limits': {name} must be a {kind}, and is {value!r}")


def _name(row: Mapping[str, Any], suite: Suite) -> str:
    """Return the row's own name, else one that equal suites share."""
    for name in NAME_COLUMNS:
        if row.get(name) is not None:
            return str(row[name])
    return f"suite-{hashlib.sha256(repr(suite).encode(errors='surrogatepass')).hexdigest()[:16]}"


def _object(name: str, held: Any) -> Mapping[str, Any]:
    value = read_json(held, f"column {name!r}") if isinstance(held, str) else held
    if not isinstance(value, Mapping):
        raise NotAProblem(f"column {name!r} must hold an object, and is of type {type(value).__name__}")
    return value


_READ_COLUMNS = (*TEST_COLUMNS, "entry_point", "checker", "limits", *NAME_COLUMNS)
