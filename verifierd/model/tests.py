"""What a test case may be: one input, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes.model import File, Program


@dataclass(frozen=True, slots=True)
class StdioTest:
    """Bytes in on standard input, bytes expected on standard output, `arguments` on the command line.

    With an `input_file` the input is in a file of this path in the working directory, and standard input is
    empty; with an `output_file` the answer is what the program leaves there, whatever it prints.
    """

    stdin: bytes
    expected_stdout: bytes
    arguments: tuple[str, ...] = ()
    input_file: str = ""
    output_file: str = ""

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Return the paths at which is looked when the program has ended."""
        return (self.output_file,) if self.output_file else ()


@dataclass(frozen=True, slots=True)
class CallTest:
    """A function called with typed values, and the typed value expected back.

    With a `class_name` it is a method of an object of that class, made without arguments.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    expected: Any
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class AssertsTest:
    """A test program; names that it does not define itself are looked up in the candidate's module.

    HumanEval's is `test` followed by `check(entry_point)`; MBPP's is its lines of assertions. A name that
    is also a built-in's (`sum`) or a standard module's is the candidate's only if `candidate_names` has it.
    """

    source: str
    candidate_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """What is to be at a path of the working directory when a program has ended; None: nothing."""

    path: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class FilesTest:
    """The state that a program leaves is what counts: `files` are there before it starts.

    `expected_stdout` of None: what it prints is not compared. Files that are not expected are not looked at.
    """

    files: tuple[File, ...]
    stdin: bytes
    expected: tuple[ExpectedFile, ...]
    expected_stdout: bytes | None = None

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Return the paths at which is looked when the program has ended."""
        return tuple(each.path for each in self.expected)


@dataclass(frozen=True, slots=True)
class AnswerTest:
    """A right answer of mathematics, LaTeX allowed; a candidate is a text with an answer in it."""

    expected: str


@dataclass(frozen=True, slots=True)
class InteractiveTest:
    """A talk with a program over standard input and output; that program decides, by testlib's exit codes.

    `input` and `answer` are files of the interactor's, which the candidate sees nothing of.
    """

    interactor: Program
    input: bytes = b""
    answer: bytes = b""


TestBody = StdioTest | CallTest | AssertsTest | FilesTest | AnswerTest | InteractiveTest
