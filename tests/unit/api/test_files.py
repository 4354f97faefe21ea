"""Paths of tests lead into the working directory and nowhere else, and contradict each other nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandboxes.model import File
from verifier.v1 import problem_pb2
from verifierd.admission import DEFAULT_LIMITS, AdmissionLimits
from verifierd.api.convert.files import MAX_FILES_AND_FOLDERS, files_from_proto, stdio_from_proto
from verifierd.api.validate import check_room
from verifierd.errors import InvalidField
from verifierd.model import ExpectedFile, FilesTest, StdioTest, TestBody

Given, Wanted = problem_pb2.File, problem_pb2.FilesTest.Expected
BOUNDS = AdmissionLimits(max_stdin_bytes=100)


def message(
    *expected: problem_pb2.FilesTest.Expected, files: list[problem_pb2.File] | None = None
) -> problem_pb2.FilesTest:
    return problem_pb2.FilesTest(files=files or [], expected=expected or [Wanted(path="x", content=b"y")])


def refused(test: problem_pb2.FilesTest) -> InvalidField:
    with pytest.raises(InvalidField) as caught:
        files_from_proto(test, "files", BOUNDS)
    return caught.value


def test_all_of_a_test_arrives() -> None:
    test = message(
        Wanted(path="a/b", content=b""),
        Wanted(path="c", absent=True),
        files=[Given(path="c", content=b"\xff"), Given(path="bin/x", executable=True)],
    )
    files = (File("c", b"\xff"), File("bin/x", b"", is_executable=True))
    expected = (ExpectedFile("a/b", b""), ExpectedFile("c", None))
    assert files_from_proto(test, "t", BOUNDS) == FilesTest(files, b"", expected, None)
    test.stdin, test.expected_stdout = b"in", b""
    assert files_from_proto(test, "t", BOUNDS) == FilesTest(files, b"in", expected, b"")


GOOD_PATHS = ["a", "a.txt", "...", "..a", " ", "-rf", "é" * 127, "a\nb", "a\\b", "~", "/".join("a" * 32)]
BAD_PATHS = {
    "": "it is empty",
    "/etc/passwd": "is absolute",
    "/": "is absolute",
    "..": "has '..' in it",
    "a/../../b": "has '..' in it",
    "./a": "has '.' in it",
    "a/.": "has '.' in it",
    "a//b": "has an empty name in it",
    "a/": "has an empty name in it",
    "a\0b": "has NUL in it",
    "é" * 128: "has 256 bytes",
    "/".join("a" * 33): "it has 33 names",
    "/".join(["a" * 250] * 5): "it has 5 names and 1254 bytes",
}


@pytest.mark.parametrize("path", GOOD_PATHS)
def test_a_path_may_have_whatever_a_name_may_have(path: str) -> None:
    test = files_from_proto(message(Wanted(path=path, content=b""), files=[Given(path=path)]), "t", BOUNDS)
    assert (test.files[0].path, test.expected[0].path) == (path, path)
    stdio = stdio_from_proto(problem_pb2.StdioTest(input_file=path, output_file=path), "t", BOUNDS)
    assert (stdio.input_file, stdio.output_file) == (path, path)


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_leads_elsewhere_is_refused_wherever_it_stands(path: str) -> None:
    found = [
        refused(message(Wanted(path="ok", content=b""), Wanted(path=path, content=b""))),
        refused(message(files=[Given(path="ok"), Given(path=path)])),
    ]
    assert [error.field for error in found] == ["files.expected[1].path", "files.files[1].path"]
    for name in ("input_file", "output_file") if path else ():
        with pytest.raises(InvalidField) as caught:
            stdio_from_proto(problem_pb2.StdioTest(**{name: path}), "stdio", BOUNDS)  # type: ignore[arg-type]
        found.append(caught.value)
        assert caught.value.field == f"stdio.{name}"
    for error in found:
        assert BAD_PATHS[path] in error.problem
        assert "relative to the working directory" in error.allowed


def test_an_expected_file_is_there_or_absent_and_nothing_between() -> None:
    neither, not_absent = refused(message(Wanted(path="x"))), refused(message(Wanted(path="x", absent=False)))
    assert neither.field == "files.expected[0].state"
    assert not_absent.field == "files.expected[0].absent"
    assert "true, or content" in not_absent.allowed
    nothing = refused(problem_pb2.FilesTest(stdin=b"x"))
    assert (nothing.field, nothing.allowed) == ("files.expected", "at least one file, there or absent")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("a", "a", "is the path of files.{}[0] already"),
        ("a", "a/b", "'a/b' is in 'a', which files.{}[0] has as a file"),
        ("a/b/c", "a", "'a/b/c' is in 'a', which files.{}[1] has as a file"),
    ],
)
def test_two_files_have_two_places(first: str, second: str, words: str) -> None:
    given = refused(message(files=[Given(path=first), Given(path=second)]))
    wanted = refused(message(Wanted(path=first, content=b""), Wanted(path=second, content=b"")))
    assert words.format("files") in given.problem
    assert words.format("expected") in wanted.problem


def test_what_is_absent_holds_no_file_and_is_in_none() -> None:
    error = refused(message(Wanted(path="a", absent=True), Wanted(path="a/b", content=b"")))
    assert error.field == "files.expected[1].path"
    both = message(Wanted(path="a", content=b""), Wanted(path="a/b", absent=True))
    assert files_from_proto(both, "t", BOUNDS).looks_at == ("a", "a/b")


def test_files_and_folders_are_counted_together_and_bytes_too() -> None:
    most = [Given(path=f"folder/{number}") for number in range(MAX_FILES_AND_FOLDERS - 1)]
    assert len(files_from_proto(message(files=most), "t", BOUNDS).files) == MAX_FILES_AND_FOLDERS - 1
    error = refused(message(files=[*most, Given(path="one")]))
    assert (error.field, error.problem) == ("files.files", "there are 2001 files and folders")
    test = message(files=[Given(path="a", content=b"x" * 60)])
    test.stdin = b"x" * 40
    assert files_from_proto(test, "t", BOUNDS).stdin == test.stdin
    test.stdin += b"x"
    assert refused(test).field == "files.files"
    large = message(Wanted(path="a", content=b"x" * 60))
    large.expected_stdout = b"x" * 41
    assert refused(large).field == "files.expected"


def test_arguments_are_text_that_a_command_line_can_have() -> None:
    given = problem_pb2.StdioTest(arguments=["-n", "", "é y\n"])
    assert stdio_from_proto(given, "t", BOUNDS).arguments == ("-n", "", "é y\n")
    for arguments, field in (["a", "b\0"], "stdio.arguments[1]"), (["x" * 65536], "stdio.arguments"):
        with pytest.raises(InvalidField) as caught:
            stdio_from_proto(problem_pb2.StdioTest(arguments=arguments), "stdio", BOUNDS)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("test", "field"),
    [
        (StdioTest(b"x" * 8193, b"", input_file="i"), "t.stdio.stdin"),
        (FilesTest((File("a", b"x"), File("b", b"x"), File("c", b"x")), b"", ()), "t.files.files"),
    ],
    ids=["one large file", "many small ones"],
)
def test_files_that_have_no_room_on_disk_are_refused_before_they_fail_every_candidate(
    test: TestBody, field: str
) -> None:
    for small in ({"disk_bytes": 8192}, {"memory_bytes": 8192}):
        with pytest.raises(InvalidField) as caught:
            check_room(test, "t", replace(DEFAULT_LIMITS, **small))
        assert caught.value.field == field
        assert "it takes 12288 bytes on disk" in caught.value.problem
    check_room(test, "t", replace(DEFAULT_LIMITS, disk_bytes=12288))
    check_room(StdioTest(b"x" * 9999, b""), "t", replace(DEFAULT_LIMITS, disk_bytes=4096))
