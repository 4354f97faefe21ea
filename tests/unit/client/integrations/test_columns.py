"""Every form in which datasets publish tests becomes the tests it means, and a wrong one is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verifierd_client import (
    AssertsTest,
    CallTest,
    Checker,
    Limits,
    NotAProblem,
    Role,
    StdioTest,
    Test,
)
from verifierd_client.integrations.columns import problem_of, problems_of
from verifierd_client.integrations.suites import CALL_CHECKER, STDIO_CHECKER

STDIO = StdioTest("2\n", "4\n")


@pytest.mark.parametrize(
    ("row", "tests", "checker"),
    [
        ({"tests": [{"stdin": "2\n", "stdout": "4\n"}]}, [STDIO], None),
        ({"tests": '[{"stdin": "2\\n", "stdout": "4\\n"}]'}, [STDIO], None),
        (
            {"tests": [{"stdin": "2\n", "stdout": "4\n", "call": None, "args": None, "assert": None}]},
            [STDIO],
            None,
        ),
        (
            {"tests": [{"call": "f", "args": [1, "a"], "expected": None, "id": "t", "role": "example"}]},
            [CallTest("f", [1, "a"], None, id="t", role=Role.EXAMPLE)],
            None,
        ),
        (
            {"tests": [{"call": "f", "kwargs": {"k": 1}, "expected": [2]}]},
            [CallTest("f", [], [2], {"k": 1})],
            None,
        ),
        ({"tests": [{"assert": "assert f(1) == 2"}]}, [AssertsTest("assert f(1) == 2")], None),
        ({"ground_truth": {"inputs": ["2\n"], "outputs": ["4\n"]}}, [STDIO], STDIO_CHECKER),
        (
            {"input_output": json.dumps({"inputs": [["1", "2"]], "outputs": [3]})},
            [StdioTest("1\n2", "3")],
            STDIO_CHECKER,
        ),
        (
            {"test_cases": {"inputs": [[1, 2]], "outputs": [3], "fn_name": "add"}},
            [CallTest("add", [1, 2], 3)],
            CALL_CHECKER,
        ),
        (
            {"ground_truth": {"inputs": ["1\n[2]"], "outputs": ["[3]"], "fn_name": "add"}},
            [CallTest("add", [1, [2]], [3])],
            CALL_CHECKER,
        ),
        (
            {"ground_truth": {"inputs": [[{"1": 2}]], "outputs": [{"-3": 4}], "fn_name": "f"}},
            [CallTest("f", [{1: 2}], {-3: 4})],
            CALL_CHECKER,
        ),
        (
            {"ground_truth": {"assert_case": ["assert f(1)", "assert f(2)"]}},
            [AssertsTest("assert f(1)"), AssertsTest("assert f(2)")],
            None,
        ),
        (
            {"tests": [{"input": "2\n", "output": "4\n", "type": "stdin_stdout", "fn_name": None}]},
            [STDIO],
            STDIO_CHECKER,
        ),
        (
            {
                "verification_info": {
                    "language": "python",
                    "test_cases": [{"input": "1\n2", "output": "3", "type": "function_call", "fn_name": "f"}],
                }
            },
            [CallTest("f", [1, 2], 3)],
            CALL_CHECKER,
        ),
        (
            {
                "tests": [
                    {
                        "input": '"a"',
                        "output": '"b"',
                        "testtype": "functional",
                        "metadata": {"func_name": "f"},
                    }
                ]
            },
            [CallTest("f", ["a"], "b")],
            CALL_CHECKER,
        ),
        (
            {"reward_model": {"style": "rule", "ground_truth": '{"inputs": ["2\\n"], "outputs": ["4\\n"]}'}},
            [STDIO],
            STDIO_CHECKER,
        ),
        (
            {"test": "def check(candidate):\n    assert candidate(1)\n", "entry_point": "f"},
            [
                AssertsTest(
                    "def check(candidate):\n    assert candidate(1)\n\ncheck(f)\n", candidate_names=["f"]
                )
            ],
            None,
        ),
        ({"test_list": ["assert f(1)"]}, [AssertsTest("assert f(1)")], None),
    ],
)
def test_a_published_form_becomes_the_tests_that_it_means(
    row: dict[str, Any], tests: list[Test], checker: Checker | None
) -> None:
    problem = problem_of(row)
    assert (list(problem.tests), problem.checker) == (tests, checker)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"question": "?"}, "no column has tests; allowed: tests, .*; there are: question"),
        ({"tests": "[{"}, "column 'tests' must be JSON"),
        ({"tests": 3}, "must hold a list of test cases or an object, and is of type int"),
        ({"tests": []}, "column 'tests' has no test"),
        ({"tests": [{"stdin": "1"}]}, r"column 'tests'\[0\]: stdout must be text, and is None"),
        ({"tests": [{"stdout": "1"}]}, r"must have one of stdin, call, assert, and has stdout"),
        ({"tests": [{"call": "f", "args": [1]}]}, "must have args, a list, and what is expected"),
        ({"tests": [{"stdin": "", "stdout": "", "role": "x"}]}, "role must be one of judge, example"),
        ({"ground_truth": {"inputs": ["1"], "outputs": []}}, "two lists of the same length"),
        (
            {"ground_truth": {"inputs": [{}], "outputs": ["1"]}},
            r"inputs\[0\] must be text or a list",
        ),
        ({"ground_truth": {"inputs": [3], "outputs": [1], "fn_name": "f"}}, "must be a list of arguments"),
        ({"ground_truth": {"inputs": ["x"], "outputs": [1], "fn_name": "f"}}, r"inputs\[0\] must be JSON"),
        ({"tests": [{"input": "1", "output": None}]}, "must have input and output"),
        ({"tests": [{"input": "1", "output": "1", "type": "function_call"}]}, "neither fn_name nor"),
        ({"verification_info": {"language": "cpp", "test_cases": []}}, "language 'cpp'; allowed: python"),
        ({"reward_model": {"style": "rule"}}, "must have ground_truth"),
        ({"test": "def check(c): ...", "entry_point": None}, "with its function's name in 'entry_point'"),
        ({"test_list": "assert f(1)", "x": 1}, "column 'test_list' must be a list of assertions"),
        ({"test_list": ["assert 1"], "checker": {"params": {}}}, "column 'checker' must be a name"),
        ({"test_list": ["assert 1"], "limits": {"seconds": 1}}, "'seconds'; allowed: cpu_time_s"),
        (
            {"test_list": ["assert 1"], "limits": {"cpu_time_s": "1"}},
            "cpu_time_s must be a number, and",
        ),
        ({"test_list": ["assert 1"], "limits": {"memory_bytes": 1.5}}, "must be a whole number, and is 1.5"),
        ({"test_list": ["assert 1"], "limits": "[]"}, "column 'limits' must hold an object"),
        ({"tests": [{"call": "f", "expected": 1, "kwargs": [1]}]}, r"tests'\[0\]: kwargs must be an object"),
    ],
)
def test_what_is_no_problem_is_told_with_its_place_and_what_is_allowed(
    row: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotAProblem, match=words):
        problem_of(row)


def test_checker_limits_and_name_are_the_rows_own() -> None:
    row = {
        "tests": [{"stdin": "", "stdout": "1"}],
        "checker": '{"name": "float", "params": {"abs": 0.1, "rel": null}}',
        "limits": {"cpu_time_s": 1.5, "wall_time_s": None},
        "task_id": 7,
    }
    problem = problem_of(row)
    assert (problem.id, problem.checker, problem.limits) == (
        "7",
        Checker("float", {"abs": "0.1"}),
        Limits(cpu_time_s=1.5),
    )
    assert problem_of(row | {"checker": "tokens"}).checker == Checker("tokens")


def test_rows_without_a_name_share_one_exactly_if_their_suites_are_equal() -> None:
    one, other = {"test_list": ["assert f(1)"]}, {"test_list": ["assert f(2)"]}
    assert problem_of(one).id == problem_of(dict(one)).id != problem_of(other).id


def test_a_program_that_prints_a_lot_has_room_for_twice_that() -> None:
    problem = problem_of({"tests": [{"stdin": "", "stdout": "x" * (1 << 20)}]})
    assert problem.limits.output_bytes == 3 << 20


def test_a_published_function_is_a_method_where_the_completion_has_the_class() -> None:
    row = {"ground_truth": {"inputs": [[1]], "outputs": [2], "fn_name": "f"}}
    columns = {"ground_truth": [row["ground_truth"]] * 2}
    spoken_of = "No class Solution is needed:\ndef f(x): ..."
    plain, method = problems_of(columns, [spoken_of, "class Solution:\n    def f(self, x): ..."])
    assert plain is not None and method is not None
    assert plain.tests == (CallTest("f", [1], 2),)
    assert method.tests == (CallTest("f", [1], 2, class_name="Solution"),)
    own = problem_of({"tests": [{"call": "f", "args": [1], "expected": 2}]}, "class Solution: ...")
    assert own.tests == (CallTest("f", [1], 2),)


def test_a_row_without_tests_has_no_problem_and_equal_rows_are_the_same_one() -> None:
    columns: dict[str, list[Any]] = {
        "tests": ['[{"assert": "assert f(1)"}]', None] * 2,
        "index": [0, 1, 2, 3],
    }
    first, none, again, _ = problems_of(columns, [""] * 4)
    assert none is None
    assert first is again


def test_a_wrong_row_is_told_by_its_position() -> None:
    with pytest.raises(NotAProblem, match="row 1: column 'tests' must be JSON"):
        problems_of({"tests": ['[{"assert": "assert f(1)"}]', "["]}, ["", ""])


def test_keys_become_numbers_only_where_all_of_them_are_written_as_such() -> None:
    def argument(held: object) -> object:
        (test,) = problem_of({"tests": {"inputs": [[held]], "outputs": [1], "fn_name": "f"}}).tests
        assert isinstance(test, CallTest)
        return test.args[0]

    assert argument({"1": 2, "-3": 4}) == {1: 2, -3: 4}
    assert argument({1: 2}) == {1: 2}
    assert argument({"--1": 2}) == {"--1": 2}
    assert argument({"1": 2, "a": 3}) == {"1": 2, "a": 3}
