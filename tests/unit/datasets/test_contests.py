"""What contest-like sets become: the exact tests, limits, checkers and classes of their fixtures."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest

from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.records import InputError
from verifierd.datasets.task import Program, Rule, Task
from verifierd_client import AnswerTest, CallTest, Checker, Limits, StdioTest

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"
HUGE = 9007199254740993
STRICT = {"strict": "true"}


def tasks_of(name: str, strict: bool = False) -> dict[str, Task]:
    return ADAPTERS[name].read_tasks(FORMATS / f"{name}.jsonl", Rule(strict))


def read(name: str, tmp_path: Path, number: int, **changed: Any) -> Task:
    """Read one problem of a fixture with some of its fields changed."""
    fields = json.loads((FORMATS / f"{name}.jsonl").read_text().splitlines()[number])
    file = tmp_path / "p.jsonl"
    file.write_text(json.dumps(fields | changed) + "\n")
    (task,) = ADAPTERS[name].read_tasks(file, Rule()).values()
    return task


def refused(name: str, tmp_path: Path, number: int, **changed: Any) -> str:
    """Return what is said about a problem with some of its fields changed, after the file and the line."""
    with pytest.raises(InputError) as caught:
        read(name, tmp_path, number, **changed)
    place, _, what = str(caught.value).partition(":1: ")
    assert place == str(tmp_path / "p.jsonl")
    return what


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(text))).decode()


def test_apps() -> None:
    tasks = tasks_of("apps")
    assert list(tasks) == ["4000", "4001", "4002", "4003", "4004", "4005"]
    plain = tasks["4000"].problem
    assert plain.tests == [StdioTest("1 2\n", "3\n"), StdioTest("10 -3\n", "7\n")]
    assert (plain.limits, plain.checker) == (Limits(cpu_time_s=4.0), Checker("apps"))
    assert tasks["4001"].problem.tests == [StdioTest("3\n3 1 2", "1\n2\n3"), StdioTest("2\n5 4", "4\n5")]
    assert tasks["4002"].problem.tests == [
        CallTest("most", [{1: 5, 2: HUGE}], [2]),
        CallTest("most", [{-7: 1}], [-7]),
    ]
    assert tasks["4003"].problem.tests == [
        CallTest("pairs", [[1, 2, 3], 4], [[[1, 3]]], class_name="Solution"),
        CallTest("pairs", [[], 1], [[]], class_name="Solution"),
    ]
    assert tasks["4003"].problem.checker == Checker("apps")
    assert tasks["4004"].unjudgeable == "the dataset publishes no tests of it"
    strict = tasks_of("apps", strict=True)
    assert [task.problem.checker for task in strict.values() if task.problem.tests] == [
        Checker("apps", STRICT)
    ] * 5
    assert strict["4002"].problem.tests[0] == CallTest("most", [{1: 5, 2: HUGE}], 2)


def test_apps_puts_its_imports_before_a_program() -> None:
    tasks = tasks_of("apps")
    assert tasks["4003"].complete("List").startswith("from typing import List, Tuple\n")
    assert tasks["4000"].complete("print(1)\n") == "from heapq import *\nprint(1)\n"
    (canonical,) = tasks["4003"].canonical
    assert canonical.language == "python"
    assert canonical.source.endswith("if a + b == total]\n")


def test_taco() -> None:
    tasks = tasks_of("taco")
    assert list(tasks) == ["0", "1", "2", "3", "4"]
    assert tasks["1"].problem.tests == [StdioTest("12", "1\n2"), StdioTest("345", "3\n4\n5")]
    assert (tasks["1"].problem.checker, tasks["2"].problem.checker) == (Checker("taco"), Checker("apps"))
    assert tasks["2"].problem.tests[1] == CallTest("square", [3037000500], [9223372037000250000])
    assert [test.class_name for test in tasks["3"].problem.tests if isinstance(test, CallTest)] == [
        "Solution"
    ]
    assert {task.problem.limits for task in tasks.values()} == {Limits(cpu_time_s=4.0)}
    assert [task.problem.limits for task in tasks_of("taco", strict=True).values()] == [
        Limits(cpu_time_s=1.0, memory_bytes=256 << 20),
        Limits(cpu_time_s=2.5, memory_bytes=64 << 20),
        *[Limits(cpu_time_s=4.0)] * 3,
    ]


def test_codecontests() -> None:
    tasks = tasks_of("codecontests")
    assert list(tasks) == [
        "codeforces/1_A. Sum",
        "aizu/p00001 Größe",
        "hackerearth/tickets",
        "codeforces/2_B. Files",
        "codechef/untested",
        "atcoder/p03000 Zwölf",
        "aizu/p00002 Half",
    ]
    problem = tasks["codeforces/1_A. Sum"].problem
    assert problem.tests == [
        StdioTest("1 2\n", "3\n"),
        StdioTest("4503599627370497 4503599627370496\n", f"{HUGE}\n"),
        StdioTest("0 0\n", "0\n"),
        StdioTest("-5 2\n", "-3\n"),
    ]
    assert problem.checker == Checker("codecontests")
    assert [task.problem.limits for task in tasks.values()] == [
        Limits(cpu_time_s=5.5, memory_bytes=256_000_000),
        Limits(cpu_time_s=10.0, memory_bytes=256 << 20),
        Limits(cpu_time_s=1.5, memory_bytes=64 << 20),
        Limits(cpu_time_s=1.5, memory_bytes=256_000_000),
        Limits(cpu_time_s=2.0, memory_bytes=256_000_000),
        Limits(cpu_time_s=60.0, memory_bytes=8 << 30),
        Limits(cpu_time_s=10.0, memory_bytes=16 << 20),
    ]
    assert tasks["aizu/p00001 Größe"].problem.tests == [StdioTest("7\n", "YES\n"), StdioTest("4\n", "NO\n")]
    files: dict[str, Any] = {"input_file": "input.txt", "output_file": "output.txt"}
    assert tasks["codeforces/2_B. Files"].problem.tests == [StdioTest("1 2", "3", **files)]
    assert [each.language for each in tasks["codeforces/1_A. Sum"].canonical] == ["cpp17", "python", "java"]
    strict = tasks_of("codecontests", strict=True)["codeforces/1_A. Sum"]
    assert strict.problem.checker == Checker("codecontests", STRICT)


def test_livecodebench() -> None:
    tasks = tasks_of("livecodebench")
    assert list(tasks) == ["abc301_a", "2824", "1873_A"]
    problem = tasks["abc301_a"].problem
    assert problem.tests == [
        StdioTest("1 2\n", "3\n"),
        StdioTest("5 7\n", "12"),
        StdioTest("2.5 0\n", "2.50\n"),
    ]
    assert (problem.limits, problem.checker) == (Limits(cpu_time_s=6.0), Checker("livecodebench"))
    assert tasks["2824"].problem.tests == [
        CallTest("addRows", [[[1, 2], [3]], 2], [5.0, 5.0], class_name="Solution"),
        CallTest("addRows", [[[HUGE]], 1], [HUGE + 1], class_name="Solution"),
        CallTest("addRows", [[], 0], [], class_name="Solution"),
    ]
    assert len(tasks["1873_A"].problem.tests) == 3
    assert tasks["2824"].complete("pass\n").startswith("from string import *\n")
    strict = tasks_of("livecodebench", strict=True).values()
    assert [task.problem.checker for task in strict] == [Checker("livecodebench", STRICT)] * 3


def test_eurus() -> None:
    tasks = tasks_of("eurus")
    assert list(tasks) == ["0", "1", "2", "3", "4"]
    assert tasks["0"].problem.tests == [StdioTest("1 2\n", "3\n"), StdioTest("3 4\n", "7\n")]
    assert (tasks["0"].problem.checker, tasks["1"].problem.checker) == (Checker("prime"), Checker("apps"))
    assert tasks["1"].problem.tests == [
        CallTest("bigger", [1, 2], 2, class_name="Solution"),
        CallTest("bigger", [[3], [HUGE]], [HUGE], class_name="Solution"),
    ]
    assert tasks["2"].problem.tests == [AnswerTest("\\frac{1}{2}")]
    assert tasks["2"].language == "text"
    assert tasks["4"].unjudgeable == "its ability is 'logic', neither 'code' nor 'math'"
    assert tasks["3"].problem.limits == Limits(cpu_time_s=5.0)


def test_synthetic1() -> None:
    tasks = tasks_of("synthetic1")
    assert list(tasks) == ["vcp_0", "vcp_1", "vcp_2", "vcp_3", "vmp_4", "vcp_0_answer"]
    assert tasks["vcp_0"].problem.tests == [StdioTest("1 2\n", "3\n"), StdioTest("5 5\n", "10\n")]
    assert tasks["vcp_1"].problem.tests == [
        CallTest("join", [["a", "b"], "-"], "a-b"),
        CallTest("join", [[], "ü"], ""),
    ]
    assert tasks["vcp_3"].problem.tests[0] == CallTest(
        "count", [[1, 1, 2]], {"1": 2, "2": 1}, class_name="Solution"
    )
    assert (tasks["vcp_0"].language, tasks["vcp_2"].language) == ("python", "javascript")
    assert tasks["vcp_2"].complete("List") == "List"
    assert tasks["vcp_0"].canonical == (
        Program("a, b = map(int, input().split())\nprint(a + b)\n", "python"),
    )
    assert tasks["vmp_4"].unjudgeable == "its task_type is 'verifiable_math', not 'verifiable_code'"
    checkers = [task.problem.checker for task in tasks_of("synthetic1", strict=True).values()]
    assert checkers == [*[Checker("genesys", STRICT)] * 4, None, Checker("genesys", STRICT)]


def test_deepcoder() -> None:
    tasks = tasks_of("deepcoder")
    inputs = [test.stdin for test in tasks["0"].problem.tests if isinstance(test, StdioTest)]
    assert inputs == ["x" * length + "\n" for length in range(16, 1, -1)]
    assert len(tasks_of("deepcoder", strict=True)["0"].problem.tests) == 17
    assert [task.problem.checker for task in tasks.values()] == [
        *[Checker("taco", {"rstrip": "true"})] * 2,
        Checker("apps"),
        *[Checker("livecodebench")] * 2,
    ]
    assert [task.problem.limits.cpu_time_s for task in tasks.values()] == [12.0, 12.0, 12.0, 6.0, 6.0]
    assert tasks["2"].problem.tests[0] == CallTest("twice", [[1, 2]], [[1, 2, 1, 2]])
    assert tasks["3"].problem.tests == [CallTest("total", [[1, 2], 2], 5, class_name="Solution")]
    assert tasks["4"].problem.tests == [StdioTest("3 6 9", "6"), StdioTest("4 4 4", "4")]


@pytest.mark.parametrize(
    ("name", "task_id"), [("synthetic1", "vcp_2"), ("eurus", "0"), ("deepcoder", "1"), ("deepcoder", "4")]
)
def test_the_program_of_a_response_is_its_last_fenced_block(name: str, task_id: str) -> None:
    task = tasks_of(name)[task_id]
    fenced = "First:\n```\nprint(1)\n```\nThen:\n```python\nprint(2)\n```\nDone."
    assert task.complete(fenced) == task.complete("print(2)\n")
    assert task.complete("print(2)\n").endswith("print(2)\n")


def test_codeforces() -> None:
    tasks = tasks_of("codeforces")
    problem = tasks["1/A"].problem
    assert problem.tests == [StdioTest("1 2", "3"), StdioTest("1000000007 1", "1000000008")]
    assert (problem.limits, problem.checker) == (
        Limits(cpu_time_s=1.0, memory_bytes=256 << 20),
        Checker("cf"),
    )
    assert tasks["2/B"].problem.limits == Limits()
    own = tasks["3/C"].problem.checker
    assert own is not None
    assert own.program is not None
    assert (own.name, own.params, own.program.language) == (
        "program",
        {"protocol": "open-r1", "strict": "false"},
        "python",
    )
    assert str(own.program.source).startswith("import sys\n")
    assert tasks["4/D"].problem.tests == [
        StdioTest("5 6", "11", input_file="input.txt", output_file="output.txt")
    ]
    assert tasks["4/D"].problem.limits.memory_bytes == 16 << 20
    assert tasks["5/E"].unjudgeable == "it is interactive, and the dataset publishes no interactor"
    assert tasks["6/F"].unjudgeable == "the dataset publishes no tests of it"
    strict = tasks_of("codeforces", strict=True)
    assert strict["2/B"].unjudgeable.startswith("its official tests are not complete")
    assert strict["3/C"].problem.checker == Checker(
        "program", {"protocol": "open-r1", "strict": "true"}, own.program
    )


@pytest.mark.parametrize(
    ("name", "number", "changed", "what"),
    [
        ("apps", 0, {"input_output": "{"}, "field 'input_output' must hold JSON as text: "),
        (
            "apps",
            0,
            {"input_output": "[]"},
            "field 'input_output' must hold an object with inputs and outputs",
        ),
        (
            "apps",
            0,
            {"input_output": '{"inputs": ["1"], "outputs": []}'},
            "there are 1 inputs, but 0 outputs",
        ),
        (
            "apps",
            2,
            {"input_output": '{"inputs": [1], "outputs": [1], "fn_name": "f"}'},
            "a list of arguments",
        ),
        ("apps", 0, {"input_output": "[" * 100_000}, "field 'input_output' holds JSON that cannot be read"),
        ("apps", 0, {"input_output": f'{{"inputs": [{"9" * 100_001}]}}'}, "holds JSON that cannot be read"),
        ("apps", 0, {"solutions": "print(1)"}, "field 'solutions' must hold JSON as text"),
        ("apps", 0, {"problem_id": None}, "field 'problem_id' must be a string, and is null"),
        ("taco", 0, {"input_output": "{}"}, "'inputs' must be a list, and is null"),
        (
            "codecontests",
            0,
            {"private_tests": {"input": ["1"], "output": []}},
            "there are 1 of 'input' and 0 of 'output'",
        ),
        ("codecontests", 0, {"time_limit": {"seconds": -1}}, "field 'time_limit' must be seconds and nanos"),
        ("codecontests", 0, {"memory_limit_bytes": "a lot"}, "field 'memory_limit_bytes' must be a number"),
        ("codecontests", 0, {"source": 7}, "5 (atcoder), 6 (aizu), and is '7'"),
        ("codecontests", 1, {"source": 5}, "6 (atcoder), 7 (aizu), and is '5'"),
        ("codecontests", 0, {"solutions": {"language": [3]}}, "field 'solutions': 'solution' must be a list"),
        ("livecodebench", 0, {"private_test_cases": "~"}, "must be JSON, or JSON packed: it is not base64"),
        (
            "livecodebench",
            0,
            {"private_test_cases": packed("[")},
            "'private_test_cases' must hold JSON as text",
        ),
        (
            "livecodebench",
            0,
            {"private_test_cases": packed("{}")},
            "must hold a list of test cases, and is an",
        ),
        ("livecodebench", 1, {"metadata": '{"func_name": "os.system"}'}, "must be a Python name"),
        (
            "livecodebench",
            1,
            {"private_test_cases": '[{"input": "1", "output": "1", "testtype": "weird"}]'},
            "item 0: 'testtype' is 'weird'; allowed: stdin, functional",
        ),
        (
            "livecodebench",
            1,
            {"private_test_cases": '[{"input": "[", "output": "1"}]'},
            "inputs[0] must be JSON",
        ),
        ("eurus", 0, {"reward_model": {"style": "rule"}}, "must hold ground_truth as text, and holds null"),
        ("eurus", 1, {"reward_model": {"ground_truth": "2"}}, "must hold an object with inputs and outputs"),
        ("synthetic1", 0, {"verification_info": "{'a': open('x')}"}, "is neither JSON nor a Python literal"),
        ("synthetic1", 0, {"verification_info": "{}"}, "'language' must be a string, and is null"),
        ("deepcoder", 0, {"tests": "7"}, "field 'tests' must hold a list of test cases, and is a number"),
        ("codeforces", 0, {"input_mode": "pipe"}, "field 'input_mode' must be 'stdio' or 'file'"),
        (
            "codeforces",
            0,
            {"time_limit": "2 seconds"},
            "field 'time_limit' must be a number of at least 0 or null",
        ),
        ("codeforces", 0, {"official_tests": [{"input": "1"}]}, "item 0 must be an object with 'output'"),
    ],
)
def test_what_cannot_be_used_is_named(
    name: str, number: int, changed: dict[str, Any], what: str, tmp_path: Path
) -> None:
    assert what in refused(name, tmp_path, number, **changed)


class RunsACommand:
    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, ("exit 1",)


def test_a_pickle_that_wants_a_command_is_named(tmp_path: Path) -> None:
    hostile = base64.b64encode(zlib.compress(pickle.dumps(RunsACommand()))).decode()
    assert "its pickle must hold one string, and wants" in refused(
        "livecodebench", tmp_path, 0, private_test_cases=hostile
    )


def test_a_test_that_prints_a_lot_leaves_room_for_it(tmp_path: Path) -> None:
    tests = json.dumps({"inputs": [""], "outputs": ["x" * 1_000_000]})
    assert read("apps", tmp_path, 0, input_output=tests).problem.limits.output_bytes == 2_000_000 + (1 << 20)


@pytest.mark.parametrize(
    ("held", "seconds"),
    [
        (None, 10.0),
        ({"seconds": 0, "nanos": 0}, 10.0),
        ({"seconds": 2, "nanos": None}, 2.0),
        ("", 10.0),
        ("seconds: 3\n", 3.0),
        ("nanos: 250000000\n", 0.25),
        ("2.500s", 2.5),
    ],
)
def test_codecontests_durations(held: Any, seconds: float, tmp_path: Path) -> None:
    assert read("codecontests", tmp_path, 0, time_limit=held).problem.limits.cpu_time_s == seconds


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        *(("1 second", 1.0), ("2.0 seconds", 2.0), ("1.5 sec.", 1.5), ("90 seconds", 60.0)),
        *(("soon", 4.0), (None, 4.0), ("0x1 s", 4.0)),
    ],
)
def test_taco_words(words: str | None, seconds: float, tmp_path: Path) -> None:
    fields = json.loads((FORMATS / "taco.jsonl").read_text().splitlines()[0]) | {"time_limit": words}
    file = tmp_path / "p.jsonl"
    file.write_text(json.dumps(fields))
    assert ADAPTERS["taco"].read_tasks(file, Rule(strict=True))["0"].problem.limits.cpu_time_s == seconds


@pytest.mark.parametrize(
    ("seconds", "mebibytes", "limits"),
    [
        (0.001, 1.0, Limits(cpu_time_s=0.01, memory_bytes=16 << 20)),
        (600.0, 65536.0, Limits(cpu_time_s=60.0, memory_bytes=8 << 30)),
        (None, 2048.0, Limits(memory_bytes=2 << 30)),
    ],
)
def test_limits_that_the_service_does_not_allow_are_the_nearest_that_it_does(
    seconds: float | None, mebibytes: float, limits: Limits, tmp_path: Path
) -> None:
    task = read("codeforces", tmp_path, 0, time_limit=seconds, memory_limit=mebibytes)
    assert task.problem.limits == limits


def test_rows_of_a_json_list_are_numbered_alike(tmp_path: Path) -> None:
    lines = (FORMATS / "taco.jsonl").read_text().splitlines()
    file = tmp_path / "p.json"
    file.write_text("[\n" + ",\n".join(lines) + "\n]")
    assert list(ADAPTERS["taco"].read_tasks(file, Rule())) == ["0", "1", "2", "3", "4"]
