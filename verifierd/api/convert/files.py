"""Tests that give a program files or look at those that it leaves, `stdio` and `files`: their paths' rules.

The bounds of paths are the sandbox's own: so much takes next to no time to make and to look at, and leaves
most of a scratch directory's 16,384 inodes to the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandboxes.model import File
from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.fields import chosen, refuse_others, shown, under
from verifierd.errors import InvalidField
from verifierd.model import ExpectedFile, FilesTest, StdioTest

MAX_PARTS, MAX_PART_BYTES, MAX_PATH_BYTES = 32, 255, 1024
MAX_FILES_AND_FOLDERS = 2000
MAX_ARGUMENTS_BYTES = 1 << 16
ALLOWED_PATHS = (
    f"up to {MAX_PARTS} names joined by '/', relative to the working directory, without '.', '..' and NUL; "
    f"{MAX_PART_BYTES} bytes a name, {MAX_PATH_BYTES} in all"
)


def stdio_from_proto(message: problem_pb2.StdioTest, path: str, bounds: AdmissionLimits) -> StdioTest:
    """Return a `stdio` test.

    Raises:
        InvalidField: a field is malformed or too large.
    """
    refuse_others(message, path, "stdin", "expected_stdout", "arguments", "input_file", "output_file")
    for name, data in (("stdin", message.stdin), ("expected_stdout", message.expected_stdout)):
        if len(data) > bounds.max_stdin_bytes:
            raise InvalidField(
                under(path, name), f"it is {len(data)} bytes", f"up to {bounds.max_stdin_bytes} bytes"
            )
    for name, file in (("input_file", message.input_file), ("output_file", message.output_file)):
        if file:
            check_path(file, under(path, name))
    return StdioTest(
        stdin=message.stdin,
        expected_stdout=message.expected_stdout,
        arguments=_arguments(message.arguments, under(path, "arguments")),
        input_file=message.input_file,
        output_file=message.output_file,
    )


def files_from_proto(message: problem_pb2.FilesTest, path: str, bounds: AdmissionLimits) -> FilesTest:
    """Return a `files` test.

    Raises:
        InvalidField: a field is malformed, missing or too large, or paths contradict each other.
    """
    refuse_others(message, path, "files", "stdin", "expected", "expected_stdout")
    files = tuple(_file(each, under(path, f"files[{index}]")) for index, each in enumerate(message.files))
    expected = tuple(
        _expected(each, under(path, f"expected[{index}]")) for index, each in enumerate(message.expected)
    )
    if not expected:
        raise InvalidField(under(path, "expected"), "there is none", "at least one file, there or absent")
    _check_tree([(file.path, True) for file in files], under(path, "files"))
    _check_tree([(each.path, each.content is not None) for each in expected], under(path, "expected"))
    stdout = message.expected_stdout if message.HasField("expected_stdout") else None
    contents = [each.content or b"" for each in expected]
    for name, parts in (
        ("files", [message.stdin, *(file.content for file in files)]),
        ("expected", [stdout or b"", *contents]),
    ):
        _check_size(parts, under(path, name), bounds.max_stdin_bytes)
    return FilesTest(files=files, stdin=message.stdin, expected=expected, expected_stdout=stdout)


def check_path(text: str, path: str) -> None:
    """Check that a file's path leads to a place in the working directory, whatever is there.

    Raises:
        InvalidField: it may lead elsewhere, or no file can have it.
    """
    parts = text.split("/")
    wrong = None
    if not text:
        wrong = "it is empty"
    elif text.startswith("/"):
        wrong = f"{shown(text)} is absolute"
    elif "\0" in text:
        wrong = f"{shown(text)} has NUL in it"
    elif "" in parts:
        wrong = f"{shown(text)} has an empty name in it"
    elif name := next((part for part in parts if part in {".", ".."}), None):
        wrong = f"{shown(text)} has {name!r} in it"
    elif len(parts) > MAX_PARTS or len(text.encode()) > MAX_PATH_BYTES:
        wrong = f"it has {len(parts)} names and {len(text.encode())} bytes"
    elif name := next((part for part in parts if len(part.encode()) > MAX_PART_BYTES), None):
        wrong = f"the name {shown(name)} has {len(name.encode())} bytes"
    if wrong is not None:
        raise InvalidField(path, wrong, ALLOWED_PATHS)


def _file(message: problem_pb2.File, path: str) -> File:
    refuse_others(message, path, "path", "content", "executable")
    check_path(message.path, under(path, "path"))
    return File(message.path, message.content, message.executable)


def _expected(message: problem_pb2.FilesTest.Expected, path: str) -> ExpectedFile:
    refuse_others(message, path, "path", "content", "absent")
    check_path(message.path, under(path, "path"))
    if chosen(message, path, "state") == "content":
        return ExpectedFile(message.path, message.content)
    if not message.absent:
        raise InvalidField(under(path, "absent"), "it is false, which says nothing", "true, or content")
    return ExpectedFile(message.path, None)


def _check_tree(paths: Sequence[tuple[str, bool]], path: str) -> None:
    """Check that files can be together: each with a path of its own, none in a file that is there too."""
    seen: dict[str, int] = {}
    for index, (file, _) in enumerate(paths):
        first = seen.setdefault(file, index)
        if first != index:
            at = under(f"{path}[{index}]", "path")
            raise InvalidField(at, f"{shown(file)} is the path of {path}[{first}] already", "unique paths")
    folders = set()
    for index, (file, is_there) in enumerate(paths):
        for folder in _folders(file):
            folders.add(folder)
            if is_there and folder in seen:
                at = under(f"{path}[{index}]", "path")
                parent = f"{path}[{seen[folder]}]"
                raise InvalidField(
                    at, f"{shown(file)} is in {shown(folder)}, which {parent} has as a file", "either of them"
                )
    count = len(seen.keys() | folders)
    if count > MAX_FILES_AND_FOLDERS:
        raise InvalidField(path, f"there are {count} files and folders", f"up to {MAX_FILES_AND_FOLDERS}")


def _folders(file: str) -> Iterable[str]:
    end = file.find("/")
    while end >= 0:
        yield file[:end]
        end = file.find("/", end + 1)


def _check_size(parts: Iterable[bytes], path: str, max_bytes: int) -> None:
    size_bytes = sum(map(len, parts))
    if size_bytes > max_bytes:
        raise InvalidField(
            path, f"with standard input or output it is {size_bytes} bytes", f"up to {max_bytes}"
        )


def _arguments(arguments: Sequence[str], path: str) -> tuple[str, ...]:
    size_bytes = sum(len(each.encode()) + 1 for each in arguments)
    if size_bytes > MAX_ARGUMENTS_BYTES:
        raise InvalidField(path, f"they are {size_bytes} bytes", f"up to {MAX_ARGUMENTS_BYTES} bytes")
    for index, each in enumerate(arguments):
        if "\0" in each:
            raise InvalidField(f"{path}[{index}]", f"{shown(each)} has NUL in it", "text without NUL")
    return tuple(arguments)
