"""Programs that act on files are judged by what they leave, in every language and on every backend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conformance.cases import MIB, SMALL, there
from tests.conformance.test_languages import LIMITS as LANGUAGE_LIMITS
from verifierd_client import (
    Candidate,
    CandidateResult,
    Checker,
    File,
    FilesTest,
    KilledBy,
    Limits,
    Problem,
    Program,
    StdioTest,
    Verdict,
    Verifier,
)

LIMITS = replace(SMALL, cpu_time_s=1.0)
MOVED = FilesTest(
    files={"inbox/a.txt": "one\n", "inbox/b.txt": "two\n", "bin/count": File("#!/bin/sh\nwc -l", True)},
    stdin="archive\n",
    expected={"archive/a.txt": "one\n", "archive/b.txt": "two\n", "inbox/a.txt": None, "log": b"\xff\n"},
)
MOVES = """
import os
target = input()
os.mkdir(target)
for name in os.listdir("inbox"): os.rename(f"inbox/{name}", f"{target}/{name}")
with open("log", "wb") as log: log.write(b"\\xff\\n")
"""
WRONG = Verdict.WRONG_ANSWER
# What a program does instead, its verdict, and a part of the detail.
INSTEAD = {
    "nothing": ("pass", WRONG, "archive/a.txt: expected a file, and nothing is there"),
    "it copies": (
        MOVES + "os.mkdir('old'); os.rename('inbox', 'old/inbox')\n"
        "import shutil; shutil.copytree(target, 'inbox')",
        WRONG,
        "inbox/a.txt: expected nothing, and a file of 4 bytes is there",
    ),
    "it writes more": (
        MOVES + "open('log', 'ab').write(b'x')",
        WRONG,
        "log: byte 3 (line 2): expected the end of the output, got 'x'",
    ),
    "it links to what it should move": (
        "import os\nos.rename('inbox', 'kept'); os.symlink('kept', 'archive')",
        WRONG,
        "archive/a.txt: expected a file, and a symbolic link is there or on the way",
    ),
    "it links to a file of the system": (
        MOVES + "os.remove('log'); os.symlink('/etc/hostname', 'log')",
        WRONG,
        "log: expected a file, and a symbolic link",
    ),
    "it makes a FIFO": (
        MOVES + "os.remove('log'); os.mkfifo('log')",
        WRONG,
        "log: expected a file, and what",
    ),
    "it makes a folder": (
        MOVES + "os.remove('log'); os.mkdir('log')",
        WRONG,
        "log: expected a file, and a fo",
    ),
    "it makes it unreadable": (
        MOVES + "os.chmod('log', 0)",
        WRONG,
        "log: expected a file, and the program may",
    ),
    "it closes its folder": (
        MOVES + "os.chmod('.', 0)",
        WRONG,
        "archive/a.txt: expected a file, and the prog",
    ),
    "it hides behind a link": (
        MOVES + "os.rename('inbox', 'kept'); open('kept/a.txt', 'w').close(); os.symlink('kept', 'inbox')",
        WRONG,
        "inbox/a.txt: expected nothing, and a symbolic link",
    ),
    "it fails at the end": (MOVES + "raise SystemExit(3)", Verdict.RUNTIME_ERROR, "SystemExit: 3"),
    "it never ends": (MOVES + "while True: pass", Verdict.TIME_LIMIT_EXCEEDED, "CPU time"),
}


def judged(
    verifier: Verifier, source: str, *tests: FilesTest | StdioTest, limits: Limits = LIMITS
) -> CandidateResult:
    (result,) = verifier.verify(Problem("files", tests, limits), [source]).results
    return result


def test_a_program_that_leaves_the_expected_state_is_accepted(verifier: Verifier) -> None:
    result = judged(verifier, MOVES, MOVED, MOVED)
    assert [each.verdict for each in result.executions] == [Verdict.ACCEPTED] * 2, result
    (execution, _) = result.executions
    assert execution.checker == "exact@1"
    assert execution.actual == ({"archive/a.txt": b"one\n", "archive/b.txt": b"two\n", "log": b"\xff\n"},)


@pytest.mark.parametrize("name", INSTEAD)
def test_any_other_state_is_named_by_its_first_difference(verifier: Verifier, name: str) -> None:
    source, verdict, detail = INSTEAD[name]
    result = judged(verifier, source, MOVED)
    assert (result.verdict, detail in result.detail) == (verdict, True), result


def test_what_is_given_may_be_changed_started_and_replaced(verifier: Verifier) -> None:
    test = FilesTest(
        files={"tool": File("#!/bin/sh\ncat > made", executable=True), "notes/a": "a", "notes/b": "b"},
        stdin="from standard input",
        expected={"made": "from standard input", "notes/a": "ab", "notes/b/c": "deep"},
        expected_stdout="done\n",
    )
    source = """
import os, subprocess
subprocess.run(["./tool"], check=True)
open("notes/a", "a").write("b")
os.remove("notes/b"); os.mkdir("notes/b"); open("notes/b/c", "w").write("deep")
print("done")
"""
    result = judged(verifier, source, test)
    assert result.passed, result


def test_more_than_the_output_limit_in_files_is_too_much_however_sparse(verifier: Verifier) -> None:
    test = FilesTest(expected={"a": "x", "b": "x"})
    written = judged(verifier, "for name in 'ab': open(name, 'w').write('x' * 6000)", test)
    sparse = judged(verifier, "import os\nos.truncate(os.open('a', os.O_CREAT | os.O_RDWR), 8 << 20)", test)
    for result, size_bytes in ((written, 12_000), (sparse, 8 * MIB)):
        (execution,) = result.executions
        assert execution.verdict is Verdict.OUTPUT_LIMIT_EXCEEDED, result
        assert execution.killed_by is KilledBy.OUTPUT_LIMIT
        assert f"left {size_bytes} bytes in the files that the test looks at" in execution.detail


def test_thousands_of_other_files_of_odd_names_are_no_matter(verifier: Verifier) -> None:
    source = """
import os
for n in range(3000): open(f"other {n}", "w").close()
for name in (b"\\xff", b"new\\nline", b"-rf", b"x" * 255): open(name, "w").close()
for _ in range(500):
    os.mkdir("deep"); os.chdir("deep")
open("/tmp/answer", "w").write("42")
"""
    result = judged(verifier, source, FilesTest(expected={"answer": "42", "other": None}))
    assert result.passed, result


def test_files_are_seen_as_they_are_when_every_process_is_gone(verifier: Verifier) -> None:
    """A child would swap the file for a link for ever: at the end it is one or the other, and no secret."""
    source = """
import os, time
open("answer", "w").write("42")
os.symlink("/etc/passwd", "link")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            os.rename("answer", "kept"); os.rename("link", "answer")
            os.rename("answer", "link"); os.rename("kept", "answer")
    os._exit(0)
os.wait()
time.sleep(0.02)
"""
    result = judged(verifier, source, *[FilesTest(expected={"answer": "42"})] * 4)
    for execution in result.executions:
        assert execution.verdict in (Verdict.ACCEPTED, WRONG), execution
        assert execution.actual in (({"answer": b"42"},), ({},))


def test_nothing_of_a_test_reaches_the_next_one(verifier: Verifier) -> None:
    source = """
import os, sys
seen = sorted(os.listdir(".")) + sys.argv[1:]
open("seen", "w").write(repr(seen))
print(repr(seen))
"""
    first = FilesTest(files={"a": "secret"}, expected={"seen": "['a']"})
    second = FilesTest(expected={"seen": "[]"})
    third = StdioTest("", "['input.txt', '-x']\n", arguments=["-x"], input_file="input.txt")
    result = judged(verifier, source, first, second, third, StdioTest("", "[]\n"), first)
    assert [each.verdict for each in result.executions] == [Verdict.ACCEPTED] * 5, result


def test_input_and_output_may_be_in_files(verifier: Verifier) -> None:
    source = """
import sys
assert sys.stdin.read() == ""
with open("input.txt") as given, open("output.txt", "w") as answer:
    print(sum(map(int, given.read().split())), file=answer)
print("not looked at")
"""
    tests = [
        StdioTest(f"{n} 2\n", f"{n + 2}", input_file="input.txt", output_file="output.txt") for n in (1, 7)
    ]
    right = judged(verifier, source, *tests)
    assert right.passed, right
    assert right.executions[0].actual == ({"output.txt": b"3\n"},)
    on_stdout = judged(verifier, "print(sum(map(int, open('input.txt').read().split())))", tests[0])
    assert on_stdout.verdict is WRONG
    assert on_stdout.detail == "test 0: output.txt: expected a file, and nothing is there"


def test_a_checker_program_reads_what_the_program_left(verifier: Verifier) -> None:
    source = "import sys\nsys.exit(open(sys.argv[2]).read() != open(sys.argv[3]).read() * 2)"
    checker = Checker("program", program=Program(source))
    test = StdioTest("", "ab", output_file="out")
    candidates = [
        "open('out', 'w').write('abab')",
        "open('out', 'w').write('ab')\nprint('abab')",
        "print('abab')",
    ]
    batch = verifier.verify(Problem("program", [test], LIMITS, checker), candidates)
    assert [each.verdict for each in batch.results] == [Verdict.ACCEPTED, WRONG, WRONG], batch
    assert batch.results[2].detail == "test 0: out: expected a file, and nothing is there"


def test_candidates_cluster_by_what_they_leave(verifier: Verifier) -> None:
    test = FilesTest(files={"n": "3"}, expected={"out": "9\n"})
    sources = [
        "print(int(open('n').read()) ** 2, file=open('out', 'w'))",
        "open('out', 'w').write('9'); print('and some words')",
        "import os; os.symlink('n', 'out')",
        "open('out', 'w').write('6')",
        "n = int(open('n').read()); open('out', 'w').write(f'{n * n} ')",
    ]
    problem = Problem("square", [test], LIMITS, Checker("tokens"))
    batch = verifier.verify(problem, [Candidate(source, id=str(n)) for n, source in enumerate(sources)])
    assert [set(cluster.candidate_ids) for cluster in batch.summary.clusters] == [
        {"0", "1", "4"},
        {"2"},
        {"3"},
    ]


COPIES = {
    "c": '#include <stdio.h>\nint main(int n, char **a) { int c; FILE *i = fopen("input.txt", "r"), '
    '*o = fopen("output.txt", "w"); while ((c = getc(i)) != EOF) putc(c, o); fputs(a[1], o); }',
    "cpp17": "#include <fstream>\nint main(int, char **a) { "
    'std::ofstream("output.txt") << std::ifstream("input.txt").rdbuf() << a[1]; }',
    "cpp20": "#include <fstream>\nint main(int, char **a) { "
    'std::ofstream("output.txt") << std::ifstream("input.txt").rdbuf() << a[1]; }',
    "go": 'package main\nimport "os"\nfunc main() { b, _ := os.ReadFile("input.txt")\n'
    'os.WriteFile("output.txt", append(b, os.Args[1]...), 0644) }',
    "java": "import java.nio.file.*;\n"
    "public class Main { public static void main(String[] a) throws Exception "
    '{ Files.writeString(Path.of("output.txt"), Files.readString(Path.of("input.txt")) + a[0]); } }',
    "javascript": 'const fs = require("fs");\n'
    'fs.writeFileSync("output.txt", fs.readFileSync("input.txt") + process.argv[2]);',
    "perl": 'open(I, "input.txt"); open(O, ">output.txt"); print O <I>, $ARGV[0];',
    "php": '<?php file_put_contents("output.txt", file_get_contents("input.txt") . $argv[1]);',
    "pypy": 'import sys\nopen("output.txt", "w").write(open("input.txt").read() + sys.argv[1])',
    "python": 'import sys\nopen("output.txt", "w").write(open("input.txt").read() + sys.argv[1])',
    "ruby": 'File.write("output.txt", File.read("input.txt") + ARGV[0])',
    "rust": 'use std::{env, fs};\nfn main() { let i = fs::read_to_string("input.txt").unwrap();\n'
    'fs::write("output.txt", i + &env::args().nth(1).unwrap()).unwrap(); }',
    "typescript": 'const fs = require("fs");\n'
    'fs.writeFileSync("output.txt", fs.readFileSync("input.txt") + process.argv[2]);',
}


@pytest.mark.parametrize("language", COPIES)
def test_files_and_arguments_are_there_in_every_language(verifier: Verifier, language: str) -> None:
    there(verifier, language)
    kinds = {each.name: each.test_kinds for each in verifier.capabilities().languages}
    assert "files" in kinds[language]
    tests: list[FilesTest | StdioTest] = [
        StdioTest("in\n", "in\n--x", arguments=["--x"], input_file="input.txt", output_file="output.txt"),
        StdioTest("in\n", "in\n--y", arguments=["--y"], input_file="input.txt", output_file="output.txt"),
    ]
    problem = Problem("copies", tests, LANGUAGE_LIMITS, Checker("exact"))
    (result,) = verifier.verify(problem, [Candidate(COPIES[language], language=language)]).results
    assert result.passed, result


def test_every_language_that_runs_programs_is_among_them(verifier: Verifier) -> None:
    with_files = {each.name for each in verifier.capabilities().languages if "files" in each.test_kinds}
    assert with_files == set(COPIES)
