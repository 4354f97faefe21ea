"""Our own files: what is written there is what the client sends, and anything else is named by its line."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

import verifierd_client as client
from verifierd.datasets.native import read_candidates, read_problem
from verifierd.datasets.records import InputError

STDIO = {"id": "a", "stdio": {"stdin": "1 2\n", "expected_stdout": "3\n"}}


def problem_of(folder: Path, **changes: Any) -> client.Problem:
    file = folder / "problem.json"
    file.write_text(json.dumps({"id": "p", "tests": [STDIO], **changes}))
    return read_problem(file)


def test_all_kinds_of_tests_are_read(tmp_path: Path) -> None:
    call = {
        "function": "f",
        "args": [1, {"$tuple": [2, {"$set": [3]}]}],
        "kwargs": {"k": None},
        "expected": 2.5,
    }
    problem = problem_of(
        tmp_path,
        tests=[
            STDIO,
            {"id": "b", "call": call},
            {"id": "c", "asserts": {"source": "assert f(1)"}},
            {"id": "d", "answer": {"expected": r"\frac{1}{2}"}},
        ],
        limits={"cpu_time_s": 1, "wall_time_s": 2.5, "memory_mib": 64, "disk_mib": 8, "output_bytes": 10},
        checker={"name": "float", "params": {"abs": "1e-6"}},
    )
    assert problem == client.Problem(
        id="p",
        tests=(
            client.StdioTest(b"1 2\n", b"3\n", "a"),
            client.CallTest("f", [1, (2, {3})], 2.5, {"k": None}, "b"),
            client.AssertsTest("assert f(1)", "c"),
            client.AnswerTest(r"\frac{1}{2}", "d"),
        ),
        limits=client.Limits(1.0, 2.5, 64 << 20, 10, None, None, 8 << 20),
        checker=client.Checker("float", {"abs": "1e-6"}),
    )


def test_bytes_that_are_no_text_can_be_given(tmp_path: Path) -> None:
    stdio = {"stdin": {"$bytes": "/w=="}, "expected_stdout": "é"}
    (test,) = problem_of(tmp_path, tests=[{"id": "a", "stdio": stdio}]).tests
    assert test == client.StdioTest(b"\xff", "é".encode(), "a")


def test_programs_that_judge_are_read_with_their_languages(tmp_path: Path) -> None:
    interactor = {"language": "cpp17", "source": "int main() {}"}
    read = problem_of(
        tmp_path,
        checker={
            "name": "program",
            "params": {"protocol": "open-r1", "strict": True},
            "program": {"source": "print(1)"},
        },
        tests=[{"id": "a", "interactive": {"interactor": interactor, "input": "42"}}],
    )
    params = {"protocol": "open-r1", "strict": "true"}
    assert read.checker == client.Checker("program", params, client.Program("print(1)", "python"))
    assert read.tests == (client.InteractiveTest(client.Program("int main() {}", "cpp17"), b"42", b"", "a"),)


def test_files_are_read_with_their_paths(tmp_path: Path) -> None:
    stdio = {
        "expected_stdout": "3",
        "arguments": ["-n", "3"],
        "input_file": "input.txt",
        "output_file": "output.txt",
    }
    files = {
        "files": {"a.txt": "é", "bin/run": {"$bytes": "/w=="}},
        "executables": ["bin/run"],
        "stdin": "in",
        "expected": {"a.txt": None, "b.txt": "", "c": {"$bytes": "/w=="}},
        "expected_stdout": "",
    }
    tests = [{"id": "a", "stdio": stdio}, {"id": "b", "files": files}]
    first, second, third = problem_of(
        tmp_path, tests=[*tests, {"id": "c", "files": {"expected": {"a": None}}}]
    ).tests
    assert first == client.StdioTest(b"", b"3", "a", ("-n", "3"), "input.txt", "output.txt")
    given = {"a.txt": client.File("é".encode()), "bin/run": client.File(b"\xff", executable=True)}
    wanted = {"a.txt": None, "b.txt": b"", "c": b"\xff"}
    assert second == client.FilesTest(wanted, given, b"in", b"", "b")
    assert third == client.FilesTest({"a": None}, id="c")


def test_values_that_json_does_not_have_are_read_with_their_types(tmp_path: Path) -> None:
    args = [{"$float": "nan"}, {"$complex": [1, -2]}, {"$int": "-ffffffffffffffffff"}, {"$dict": [[1, "x"]]}]
    call = {"function": "f", "args": args, "expected": {"$frozenset": [True]}}
    (test,) = problem_of(tmp_path, tests=[{"id": "a", "call": call}]).tests
    assert isinstance(test, client.CallTest)
    assert math.isnan(test.args[0])
    assert list(test.args[1:]) == [1 - 2j, -0xFFFFFFFFFFFFFFFFFF, {1: "x"}]
    assert test.expected == frozenset({True})


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{\n"id": "p",\n"test": []}', 3, "unknown key 'test'; allowed: id, tests, limits, checker"),
        ('{"id": "p"}', 1, "key 'tests' is missing"),
        (
            '{"id": "p", "tests": [\n{"id": "a"}]}',
            2,
            "tests[0]: needs exactly one of 'stdio', 'call', 'asserts', 'files', 'answer' and 'interactive'",
        ),
        (
            '{"id": "p", "tests": [\n{"id": "a",\n"stdio": {"stdin": ""}}]}',
            3,
            "key 'expected_stdout' is missing in tests[0].stdio",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "file": {}}]}',
            1,
            "unknown key 'file' in tests[0]; allowed: id, role, stdio",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "interactive": {"interactor":\n{"sources": ""}}}]}',
            2,
            "unknown key 'sources' in tests[0].interactive.interactor; allowed: language, source",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "files": {}}]}',
            1,
            "key 'expected' is missing in tests[0].files",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "files": {"expected": {"b.txt": "",\n"a.txt": 3}}}]}',
            2,
            "tests[0].files.expected.a.txt: must be a string",
        ),
        (
            '{"id": "p", "tests": [{"id": "a",\n"files": {"executables": ["x"], "expected": {"x": ""}}}]}',
            2,
            "tests[0].files: 'executables' has 'x', which 'files' has not",
        ),
        (
            '{"id": "p", "tests": [],\n"limits": {\n"memory": 3}}',
            3,
            "unknown key 'memory' in limits; allowed: cpu",
        ),
        (
            '{"id": "p", "tests": [],\n"limits": {"memory_mib": "3"}}',
            2,
            "limits.memory_mib: input should be a valid",
        ),
        ('{"id": 3, "tests": []}', 1, "id: input should be a valid string"),
        ('{"id": "p",\n"tests": {}}', 2, "tests: input should be a valid list"),
        (
            '{"id": "p", "tests": [{"id": "a",\n"call": {"function": "f",\n"expected": {"$sett": []}}}]}',
            3,
            "tests[0].call.expected: unknown tag '$sett'",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "call": {"function": "f",\n"expected": [{"$opaque": "C"}]}}]}',
            2,
            "tests[0].call.expected: unknown tag '$opaque'; allowed: $bytes, $complex, $dict, $float, "
            "$frozenset, $int, $set, $str, $tuple",
        ),
        ('{"id": "p", "tests": [],\n"checker": "float"}', 2, "checker must be an object, and is a string"),
        (
            '{"id": "p", "tests": [{"id": "a", "call": {"function": "f", "kwargs": [], "expected": 1}}]}',
            1,
            "tests[0].call.kwargs must be an object, and is a list",
        ),
        (
            '{"id": "p", "tests": [],\n"limits": {"cpu_time_s": NaN}}',
            2,
            "limits.cpu_time_s: input should be a finite number",
        ),
        (
            '{"id": "p", "tests": [{"id": "a", "stdio": {"stdin": 3, "expected_stdout": ""}}]}',
            1,
            "must be a string",
        ),
        ('{"id": "\\ud800", "tests": []}', 1, "id: holds a lone surrogate"),
        ('{"id": "p",\n"tests": [}', 2, "not JSON: "),
        ("[]", 1, "must be a JSON object, and is a list"),
    ],
)
def test_a_problem_that_does_not_fit_is_named_by_line_and_key(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = tmp_path / "problem.json"
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: ") + ".*" + re.escape(words)):
        read_problem(file)


def test_a_problem_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"id": "\xe9"}')
    for name, words in (("gone.json", "cannot be read"), ("latin.json", "not UTF-8")):
        with pytest.raises(InputError, match=f"{name}: {words}"):
            read_problem(tmp_path / name)


def test_candidates_carry_what_their_file_says_about_them(tmp_path: Path) -> None:
    file = tmp_path / "candidates.jsonl"
    line = {
        "id": "x",
        "language": "python",
        "source": "print(1)",
        "note": "n",
        "expected_verdict": "ACCEPTED",
    }
    file.write_text(json.dumps(line))
    (read,) = read_candidates(file)
    assert read.candidate == client.Candidate("print(1)", "python", "x")
    assert (read.note, read.expected_verdict, read.behaviour) == ("n", "ACCEPTED", "")


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (['{"id": "x", "language": "python"}'], 1, "key 'source' is missing"),
        (
            ['{"id": "x", "language": "python", "source": "", "lang": 1}'],
            1,
            "unknown key 'lang'; allowed: id",
        ),
        (['{"id": "x", "language": "python", "source": 3}'], 1, "source: input should be a valid string"),
        (
            ['{"id": "x", "language": "python", "source": ""}'] * 2,
            2,
            "id 'x' occurs twice; the first is on line 1",
        ),
        ([], 1, "there is no candidate in this file"),
    ],
)
def test_a_candidate_that_does_not_fit_is_named_by_its_line(
    tmp_path: Path, lines: list[str], line: int, words: str
) -> None:
    file = tmp_path / "candidates.jsonl"
    file.write_text("\n".join(lines))
    with pytest.raises(InputError, match=re.escape(f"{file}:{line}: {words}")):
        list(read_candidates(file))
