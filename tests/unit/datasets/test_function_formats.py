"""What is particular to the sets of functions: how programs are composed, what is tested and expected."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters.evalplus import HUMANEVAL_PLUS, MBPP_PLUS
from verifierd.datasets.adapters.humaneval_x import HUMANEVAL_X, HUMANEVALPACK
from verifierd.datasets.adapters.mbpp import MBPP, names_defined
from verifierd.datasets.adapters.multipl_e import MULTIPL_E
from verifierd.datasets.adapters.quixbugs import QUIXBUGS
from verifierd.datasets.records import InputError, Record
from verifierd.datasets.task import Rule, Task

FORMATS = Path(__file__).resolve().parents[2] / "data" / "formats"


def tasks_of(adapter: Adapter, rule: Rule | None = None) -> dict[str, Task]:
    return adapter.read_tasks(FORMATS / f"{adapter.name}.jsonl", rule or Rule())


def record(adapter: Adapter, position: int = 0, **changes: Any) -> Record:
    line = (FORMATS / f"{adapter.name}.jsonl").read_text().splitlines()[position]
    return Record(Path("p"), 1, json.loads(line) | changes)


def calls(task: Task) -> list[client.CallTest]:
    assert all(isinstance(test, client.CallTest) for test in task.problem.tests)
    return [test for test in task.problem.tests if isinstance(test, client.CallTest)]


def test_humaneval_x_puts_each_language_s_imports_where_it_takes_them() -> None:
    programs = {name.partition("/")[0]: task.complete("X") for name, task in tasks_of(HUMANEVAL_X).items()}
    assert programs["Python"].startswith("import math\n")
    cpp = programs["CPP"]
    assert cpp.count("#include<vector>") == 1, "the prompt has it already"
    assert cpp.index("#include<algorithm>") < cpp.index("int middle")
    assert programs["Go"].startswith("package main\n")
    assert 'import "sort"' not in programs["Go"], "a package that nobody uses does not compile"
    assert programs["Rust"].startswith("fn main() {}\n")
    assert all(program.endswith("X") for name, program in programs.items() if name != "Python")


def test_humaneval_x_imports_into_go_what_the_completion_uses_once() -> None:
    task = tasks_of(HUMANEVAL_X)["Go/901"]
    program = task.complete("    sort.Ints(numbers)\n    return rand.Intn(numbers[1])\n}\n")
    assert program.count('"sort"') == program.count('"math/rand"') == 1
    assert program.index('"math/rand"') < program.index("func Middle")


def test_humaneval_x_cuts_python_off_at_the_first_line_without_indentation_unless_strict() -> None:
    completion = "    return g()\n\ndef g():\n    return 1\n"
    assert "def g" not in tasks_of(HUMANEVAL_X)["Python/901"].complete(completion)
    assert tasks_of(HUMANEVAL_X, Rule(strict=True))["Python/901"].complete(completion).endswith(completion)


def test_humaneval_x_refuses_a_language_it_does_not_have() -> None:
    with pytest.raises(InputError, match="must begin with a language such as 'Java/', and has 'COBOL'"):
        HUMANEVAL_X.task(record(HUMANEVAL_X, task_id="COBOL/1"), Rule())


def test_humanevalpack_has_c_plus_plus_headers_and_names_of_its_own() -> None:
    program = tasks_of(HUMANEVALPACK)["CPP/901"].complete("    return 0;\n}\n")
    assert program.startswith("#include<stdlib.h>\n")
    assert program.index("#include<numeric>") < program.index("using namespace std;\n/*\nReturn")
    assert "boost" not in program


@pytest.mark.parametrize(
    ("task_id", "completion", "kept"),
    [
        ("CPP/901", "    if (1) { return 1; }\n}\nint helper() { return 1; }", "    if (1) { return 1; }\n}"),
        ("CPP/901", '    puts("{");\n    return 1;\n}\nint main() { }', '    puts("{");\n    return 1;\n}'),
        ("CPP/901", "    return 1;", "    return 1;"),
        ("Java/901", "        return 1;\n    }\n}\nclass More {}", "        return 1;\n    }\n}"),
        ("JavaScript/901", "  return 1;\n}\nconsole.log(1)", "  return 1;\n}"),
        ("Go/901", "    return 1\n}\n\nfunc main() {}", "    return 1\n}"),
        ("Go/901", "    return 1\nfunc more() {}\n}", "    return 1"),
        ("Rust/901", "    1\n}\nfn more() {}", "    1\n}"),
        ("Python/901", "    return {}\n\nprint(1)\n", "    return {}\n\n"),
    ],
)
def test_humanevalpack_cuts_a_completion_at_the_brace_that_closes_it_unless_strict(
    task_id: str, completion: str, kept: str
) -> None:
    task, strict = (tasks_of(HUMANEVALPACK, Rule(strict=each))[task_id] for each in (False, True))
    assert task.complete(completion).endswith(kept)
    assert len(task.complete(completion)) < len(task.complete("")) + len(kept) + 2
    assert strict.complete(completion).endswith(completion)


def test_multipl_e_cuts_a_completion_at_the_first_stop_token_literally() -> None:
    task = MULTIPL_E.task(record(MULTIPL_E, prompt="P", stop_tokens=["\ndef", "(*"]), Rule())
    assert task.complete("a(b*c\ndef f(*)") == "Pa(b*c"
    assert task.complete("a(*b\ndef") == "Pa"
    assert MULTIPL_E.task(record(MULTIPL_E, prompt="P", stop_tokens=[]), Rule()).complete("a\nb") == "Pa\nb"


def test_multipl_e_leaves_out_java_s_import_of_tuples_and_what_needs_them_is_not_judged() -> None:
    tasks = tasks_of(MULTIPL_E)
    assert (
        tasks["HumanEval_904_middle"]
        .complete("")
        .startswith("import java.util.*;\nimport java.lang.reflect.*;\nimport java.security.*;\n")
    )
    assert {name: task.unjudgeable for name, task in tasks.items() if task.unjudgeable} == {
        "HumanEval_911_ends": "it needs the Java library org.javatuples, which is not here"
    }


@pytest.mark.parametrize(
    ("tests", "needs"),
    [
        ("assert(f(Pair.with(1l, 2l)));", True),
        ("List<Quartet<Long, Long, Long, Long>> given;", True),
        ("new Unit(1l)", True),
        ('assert(f("Pair.with" + "\\"Unit(1)"));', False),
        ("// Pair.with\n/* Unit\n<Long> */ assert(Pairs.of(1));", False),
    ],
)
def test_multipl_e_tells_tuples_in_java_from_words(tests: str, needs: bool) -> None:
    task = MULTIPL_E.task(record(MULTIPL_E, language="java", prompt="class P {", tests=tests), Rule())
    assert bool(task.unjudgeable) is needs


def test_mbpp_tests_what_its_own_solution_defines_even_where_that_is_called_like_a_built_in() -> None:
    (test,) = tasks_of(MBPP)["901"].problem.tests
    assert isinstance(test, client.AssertsTest)
    assert test.candidate_names == ("sum",)
    assert names_defined("class A: pass\ndef f(): pass\nasync def g(): pass\nx = 1\ndef f(): ...") == (
        "A",
        "f",
        "g",
    )
    assert names_defined("print 1") == names_defined("(" * 10_000) == names_defined("\0") == ()


def test_mbpp_runs_set_up_and_imports_first_and_challenges_only_if_strict() -> None:
    sources = {
        strict: [
            getattr(task.problem.tests[0], "source", "") for task in tasks_of(MBPP, Rule(strict)).values()
        ]
        for strict in (False, True)
    }
    assert sources[False][1].startswith("def given():\n")
    assert sources[False][2].startswith("import math\nassert ")
    assert "sum([0.5, 0.25])" not in sources[False][0]
    assert "sum([0.5, 0.25])" in sources[True][0]


def test_quixbugs_is_read_from_a_checkout_s_folder(tmp_path: Path) -> None:
    for folder, name, content in (
        ("json_testcases", "gcd.json", "[[17, 0], 17]\n\n[5, 5]\n"),
        ("correct_python_programs", "gcd.py", "def gcd(a, b): ...\n"),
        ("correct_java_programs", "GCD.java", "public class GCD {}\n"),
        ("json_testcases", "odd.json", "[[1], 2]\n"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(content)
    tasks = QUIXBUGS.read_tasks(tmp_path, Rule())
    assert list(tasks) == ["python/gcd", "java/gcd", "python/odd"]
    assert [len(task.problem.tests) for task in tasks.values()] == [2, 2, 1]
    assert [test.args for test in calls(tasks["java/gcd"])] == [[17, 0], [5]]
    assert [program.language for program in tasks["java/gcd"].canonical] == ["java"]
    (tmp_path / "json_testcases" / "gcd.json").write_text("[[17, 0], 17]\n[1]\n")
    with pytest.raises(InputError, match=r"gcd\.json:2: must be a JSON list of arguments and the expected"):
        QUIXBUGS.read_tasks(tmp_path, Rule())


def not_utf8(file: Path) -> None:
    file.write_bytes(b"\n\xff\n")


def a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    "name", ["json_testcases/gcd.json", "correct_python_programs/gcd.py", "correct_java_programs/GCD.java"]
)
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (not_utf8, "not UTF-8: invalid start byte at byte 1"),
        (a_folder, "cannot be read: Is a directory"),
    ],
)
def test_a_file_of_a_quixbugs_checkout_that_is_no_text_is_named(
    tmp_path: Path, name: str, spoil: Callable[[Path], None], words: str
) -> None:
    for folder in ("json_testcases", "correct_python_programs", "correct_java_programs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "json_testcases" / "gcd.json").write_text("[[17, 0], 17]\n")
    spoilt = tmp_path / name
    spoilt.unlink(missing_ok=True)
    spoil(spoilt)
    with pytest.raises(InputError, match=f"^{re.escape(f'{spoilt}: {words}')}$"):
        QUIXBUGS.read_tasks(tmp_path, Rule())


def test_evalplus_has_the_inputs_of_both_groups_and_no_outputs() -> None:
    task = tasks_of(HUMANEVAL_PLUS)["HumanEval/901"]
    assert [(test.id, test.function, test.args) for test in calls(task)] == [
        ("base/0", "mean", [[1, 2]]),
        ("base/1", "mean", [[]]),
        ("plus/0", "mean", [[0.1, 0.2, 0.3]]),
        ("plus/1", "mean", [[1e308, 1e308]]),
    ]
    assert task.problem.checker == client.Checker("evalplus", {"atol": "0.0"})
    assert task.oracle is not None
    assert task.oracle.program == task.canonical[0]


def test_evalplus_gives_samples_four_times_the_oracle_s_time_unless_the_caller_sets_a_limit() -> None:
    factors = [
        task.oracle.time_factor
        for limits in (client.Limits(), client.Limits(memory_bytes=1 << 30), client.Limits(cpu_time_s=2.0))
        for task in tasks_of(HUMANEVAL_PLUS, Rule(limits=limits)).values()
        if task.oracle
    ]
    assert factors == [4.0, 4.0, 4.0, 4.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("entry_point", "args", "returned", "oracle", "expected"),
    [
        ("anything", [1], 2, None, 2),
        ("are_equivalent", [36, 57], False, "any", False),
        ("sum_div", [8], 7, "or_zero", 7),
        ("Diff", [[1], [2]], [1, 2], "set", [1, 2]),
        ("check_str", ["a"], None, "not_none", False),
        ("check_str", ["a"], object(), "not_none", True),
        ("surface_Area", [6, 4], 96, "either", [96, 96]),
        ("surface_Area", [3, 4], 33, "either", [33, 35]),
        ("digit_distance_nums", [5, 19], 5, "either", [5, 5]),
        ("digit_distance_nums", [123, 256], 7, "either", [7, 7]),
        ("digit_distance_nums", [-5, 19], 6, "either", [6]),
    ],
)
def test_evalplus_tells_the_checker_what_the_oracle_of_a_task_needs(
    entry_point: str, args: list[Any], returned: Any, oracle: str | None, expected: Any
) -> None:
    task = MBPP_PLUS.task(record(MBPP_PLUS, entry_point=entry_point), Rule())
    assert task.problem.checker is not None
    assert task.problem.checker.params.get("oracle") == oracle
    assert task.oracle is not None
    assert task.oracle.expected(args, returned) == expected


def test_evalplus_has_a_root_judged_by_the_polynomial() -> None:
    task = tasks_of(HUMANEVAL_PLUS)["HumanEval/932"]
    assert task.problem.checker == client.Checker("evalplus", {"atol": "0.0001", "oracle": "root"})
    assert task.oracle is not None
    assert task.oracle.expected([[1, 2]], -0.5) == [1, 2]


def test_evalplus_s_strictness_reaches_the_checker() -> None:
    checkers = [task.problem.checker for task in tasks_of(MBPP_PLUS, Rule(strict=True)).values()]
    assert checkers
    assert all(checker is not None and checker.params["strict"] == "true" for checker in checkers)


@pytest.mark.parametrize(
    ("number", "published", "args"),
    [
        (3, [[1, 2]], [[1, 2]]),
        (2, [[1], [2]], [(1,), (2,)]),
        (63, [[[1, 2], [3, 4]]], [[(1, 2), (3, 4)]]),
        (75, [[[1, 2]], 3], [[(1, 2)], 3]),
        (106, [[1], [2]], [[1], (2,)]),
        (115, [[[1, 2], [], 3]], [[{1, 2}, {}, {}]]),
        (124, ["0", "1j"], [0.0, 1j]),
        (250, [[1], 2], [(1,), 2]),
        (252, ["(1+2j)"], [1 + 2j]),
        (259, [[[1, 2]], [[3, 4]]], [((1, 2),), ((3, 4),)]),
        (278, [[1, [2], 3]], [(1, (2,), 3)]),
        (307, [[1], 2, 3], [(1,), 2, 3]),
        (580, [[[1, [2]], 3]], [((1, (2,)), 3)]),
        (722, [{"a": [1, 2]}, 3], [{"a": (1, 2)}, 3]),
    ],
)
def test_mbpp_plus_inputs_are_the_values_that_they_stand_for(
    number: int, published: list[Any], args: list[Any]
) -> None:
    changed = record(MBPP_PLUS, task_id=f"Mbpp/{number}", base_input=[published], plus_input=[])
    (test,) = calls(MBPP_PLUS.task(changed, Rule()))
    assert repr(list(test.args)) == repr(args)


@pytest.mark.parametrize("inputs", [[7], [[7]], [[[1], 2]], ["x"], [None], [{}]])
def test_mbpp_plus_inputs_that_are_not_of_a_task_s_form_are_refused(inputs: list[Any]) -> None:
    with pytest.raises(InputError, match=r"^p:1: field 'base_input'"):
        MBPP_PLUS.task(record(MBPP_PLUS, task_id="Mbpp/63", base_input=inputs), Rule())
