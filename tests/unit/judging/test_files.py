"""What a run left is compared path by path; the first difference is told with its path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandboxes.model import AtPath, Ending, Left, Outcome
from tests.unit.execution.fakes import FINISHED, LIMITS, printed
from verifierd import model
from verifierd.errors import InvalidField
from verifierd.judging.answers import Executed
from verifierd.judging.judge import Judge
from verifierd.model import (
    CheckerSpec,
    ExecutionResult,
    ExpectedFile,
    FilesTest,
    Problem,
    StdioTest,
    TestBody,
    Verdict,
)

FILES = FilesTest(
    files=(), stdin=b"", expected=(ExpectedFile("out/a.txt", b"1 2\n"), ExpectedFile("gone", None))
)
WITH_STDOUT = replace(FILES, expected_stdout=b"done\n")
IN_FILE = StdioTest(b"", b"1 2\n", output_file="output.txt")
ABSENT, FOLDER, LINK, CLOSED, OTHER = (
    Left(what) for what in (AtPath.ABSENT, AtPath.FOLDER, AtPath.LINK, AtPath.CLOSED, AtPath.OTHER)
)


def file(content: bytes) -> Left:
    return Left(AtPath.FILE, content)


def left(*found: Left, stdout: bytes = b"", **facts: Any) -> Outcome:
    return replace(printed(stdout), left=found, **facts)


def judged(body: TestBody, outcome: Outcome, checker: str = "") -> ExecutionResult:
    problem = Problem("p", (model.TestCase("t", body),), LIMITS, CheckerSpec(checker))
    return Judge(problem).judge(Executed(outcome, "s1", "fake"), queued_at_ns=5)


RIGHT = file(b"1 2\n")
TABLE: dict[str, tuple[TestBody, Outcome, str]] = {
    "all as expected": (FILES, left(RIGHT, ABSENT, stdout=b"whatever"), ""),
    "another byte": (FILES, left(file(b"1 2"), ABSENT), "out/a.txt: byte 4 (line 1): expected '\\n', got"),
    "no file": (FILES, left(ABSENT, ABSENT), "out/a.txt: expected a file, and nothing is there"),
    "a folder": (FILES, left(FOLDER, ABSENT), "out/a.txt: expected a file, and a folder is there"),
    "a link": (FILES, left(LINK, ABSENT), "out/a.txt: expected a file, and a symbolic link"),
    "unreadable": (FILES, left(CLOSED, ABSENT), "out/a.txt: expected a file, and the program may not read"),
    "a FIFO": (FILES, left(OTHER, ABSENT), "out/a.txt: expected a file, and what is there is no regular"),
    "not removed": (FILES, left(RIGHT, file(b"x" * 12)), "gone: expected nothing, and a file of 12 bytes is"),
    "not removed, emptied": (FILES, left(RIGHT, file(b"")), "gone: expected nothing, and a file of 0 bytes"),
    "a folder instead": (FILES, left(RIGHT, FOLDER), "gone: expected nothing, and a folder is there"),
    "hidden behind a link": (
        FILES,
        left(RIGHT, LINK),
        "gone: expected nothing, and a symbolic link is there",
    ),
    "hidden in a closed folder": (FILES, left(RIGHT, CLOSED), "gone: expected nothing, and the program may"),
    "the first of two": (FILES, left(file(b""), FOLDER), "out/a.txt: byte 1"),
    "and the right output": (WITH_STDOUT, left(RIGHT, ABSENT, stdout=b"done\n"), ""),
    "and another output": (
        WITH_STDOUT,
        left(RIGHT, ABSENT, stdout=b"no"),
        "standard output: byte 1 (line 1)",
    ),
    "the answer in the file": (IN_FILE, left(file(b"1  2"), stdout=b"3"), ""),
    "the answer on standard output": (IN_FILE, left(file(b"3"), stdout=b"1 2"), "output.txt: token 1"),
    "an empty file": (IN_FILE, left(file(b"")), "output.txt: token 1: expected '1', but there was no output"),
    "no output file": (IN_FILE, left(ABSENT, stdout=b"1 2"), "output.txt: expected a file, and nothing is"),
    "an output file that is a link": (
        IN_FILE,
        left(LINK),
        "output.txt: expected a file, and a symbolic link",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_state_is_judged_path_by_path(name: str) -> None:
    body, outcome, detail = TABLE[name]
    result = judged(body, outcome)
    assert result.verdict is (Verdict.WRONG_ANSWER if detail else Verdict.ACCEPTED), result
    assert detail in result.detail


def test_a_file_without_an_answer_is_judged_where_nothing_was_expected_in_it() -> None:
    empty = StdioTest(b"", b"", output_file="o")
    assert judged(empty, left(file(b""))).verdict is Verdict.ACCEPTED
    assert judged(empty, left(ABSENT)).verdict is Verdict.WRONG_ANSWER


def test_the_named_checker_judges_each_file_and_standard_output() -> None:
    outcome = left(file(b" 1\n2"), ABSENT, stdout=b" done ")
    assert judged(WITH_STDOUT, outcome).checker == "exact@1"
    assert judged(WITH_STDOUT, outcome).verdict is Verdict.WRONG_ANSWER
    accepted = judged(WITH_STDOUT, outcome, "tokens")
    assert (accepted.verdict, accepted.checker) == (Verdict.ACCEPTED, "tokens@1")
    near = left(file(b"1.0000001 2"), ABSENT, stdout=b"done")
    assert judged(WITH_STDOUT, near, "float").verdict is Verdict.ACCEPTED
    with pytest.raises(InvalidField):
        judged(FILES, outcome, "nonsense")


@pytest.mark.parametrize("body", [FILES, IN_FILE], ids=["files", "stdio"])
def test_how_a_program_ended_goes_before_what_it_left(body: TestBody) -> None:
    right = left(RIGHT, ABSENT) if body is FILES else left(RIGHT)
    failed = replace(right, ending=Ending.RAISED, exit_code=1)
    assert judged(body, failed).verdict is Verdict.RUNTIME_ERROR
    stopped = replace(FINISHED, ending=Ending.CPU_LIMIT, exit_code=None)
    assert judged(body, stopped).verdict is Verdict.TIME_LIMIT_EXCEEDED
    too_much = replace(FINISHED, ending=Ending.OUTPUT_LIMIT, left_total_bytes=3 << 20)
    assert judged(body, too_much).verdict is Verdict.OUTPUT_LIMIT_EXCEEDED
    assert "left 3145728 bytes in the files that the test looks at" in judged(body, too_much).detail


def test_a_result_carries_the_files_that_are_there() -> None:
    result = judged(FILES, left(file(b"\xff"), FOLDER))
    assert result.actual == ({"out/a.txt": b"\xff"},)
    assert judged(IN_FILE, left(file(b"3"), stdout=b"x")).actual == ({"output.txt": b"3"},)
    assert judged(IN_FILE, left(ABSENT)).actual == ({},)
    assert judged(FILES, replace(FINISHED, ending=Ending.CPU_LIMIT)).actual is None


@pytest.mark.parametrize(
    ("body", "one", "other", "same"),
    [
        (FILES, left(RIGHT, ABSENT, stdout=b"x"), left(RIGHT, ABSENT, stdout=b"y"), True),
        (FILES, left(RIGHT, ABSENT), left(RIGHT, FOLDER), False),
        (FILES, left(RIGHT, FOLDER), left(RIGHT, LINK), False),
        (FILES, left(RIGHT, ABSENT), left(file(b"1 2"), ABSENT), False),
        (FILES, left(RIGHT, file(b"absent")), left(RIGHT, ABSENT), False),
        (FILES, left(file(b"a"), file(b"b")), left(file(b"ab"), file(b"")), False),
        (WITH_STDOUT, left(RIGHT, ABSENT, stdout=b"x"), left(RIGHT, ABSENT, stdout=b"y"), False),
        (IN_FILE, left(file(b"1 2"), stdout=b"x"), left(file(b"1\n2"), stdout=b"y"), True),
        (IN_FILE, left(file(b"")), left(ABSENT), False),
    ],
    ids=range(9),
)
def test_equal_behaviour_is_the_same_state(body: TestBody, one: Outcome, other: Outcome, same: bool) -> None:
    first, second = judged(body, one).behaviour, judged(body, other).behaviour
    assert None not in (first, second)
    assert (first == second) is same


def test_large_files_are_judged_aside() -> None:
    problem = Problem("p", (model.TestCase("t", FILES),), LIMITS)
    for content, heavy in ((b"x", False), (bytes(1 << 20), True)):
        answer = Executed(left(file(content), ABSENT), "s1", "fake")
        assert Judge(problem).is_heavy(answer) is heavy


def test_a_path_in_a_detail_is_fit_for_a_terminal() -> None:
    odd = replace(FILES, expected=(ExpectedFile("a\x1b[2J\n" + "b" * 200, b"x"),))
    detail = judged(odd, left(ABSENT)).detail
    assert "\x1b" not in detail
    assert len(detail) < 200
