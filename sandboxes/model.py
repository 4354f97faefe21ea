"""What crosses the line between a worker and a sandbox: jobs in, outcomes out.

Everything here is plain frozen data. A `Job` never carries an expected output: the sandbox
measures and returns what the program did, and the worker judges it outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property
from typing import Any

from .inside import values

CHOICES = "ABCDEFGHIJ"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one execution. CPU time judges; wall time is a loose backstop."""

    cpu_time_ns: int
    wall_time_ns: int
    memory_bytes: int
    output_bytes: int
    processes: int
    open_files: int
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Program:
    """One candidate's source text in one language."""

    language: str
    source: str


@dataclass(frozen=True, slots=True)
class File:
    """A file by its path relative to a run's working directory, its parts parted by `/`."""

    path: str
    content: bytes
    is_executable: bool = False


@dataclass(frozen=True, slots=True)
class StdioRun:
    """Run the program as a script with these bytes on standard input.

    `arguments` follow its name on the command line; `files` are in its working directory when it starts, and
    its own, within its limit of disk. When it has ended, its outcome tells what is at the paths of `asked`.
    """

    stdin: bytes
    arguments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class CallRun:
    """Load the program and call one of its functions with typed values.

    With a `class_name` the function is a method of an object of that class, made without arguments.
    `args` and `kwargs` hold int, float, str, bool, None, list, tuple, dict, set, frozenset, bytes
    and complex values only.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    class_name: str = ""

    @cached_property
    def payload(self) -> bytes:
        """Return the arguments as a sandbox reads them. Made once, for all candidates."""
        return values.dumps([list(self.args), dict(self.kwargs)]).encode()

    @property
    def is_packed(self) -> bool:
        """Tell whether `payload` costs nothing any more."""
        return "payload" in vars(self)


@dataclass(frozen=True, slots=True)
class AssertsRun:
    """Run a test program in its own process; names it does not define are the candidate's.

    `test_source` holds the answers, so it never reaches a process of the candidate's. Built-in names and
    modules of the standard library are Python's own, unless `candidate_names` says otherwise. In languages
    that are compiled there is no such wall: candidate and test program are one program, as their datasets
    have it, and that it came to its end is what its harness says.
    """

    test_source: str
    candidate_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """Compare the program, a text with an answer in it, with the right answer by math-verify.

    The outcome's value is a `MathAnswer`, its standard output what the text was read as. Reading and
    comparing are processes of their own: where the text is read, `expected` never comes.
    """

    expected: str

    @property
    def is_choice(self) -> bool:
        """Whether a letter is wanted, and so any number in the text is none of the answer."""
        return len(self.expected.strip()) == 1 and self.expected.strip() in CHOICES


@dataclass(frozen=True, slots=True)
class InteractiveRun:
    """Run the program while an interactor runs: standard output of each is standard input of the other.

    The interactor has its own walls and limits; `arguments` and `files` are its, and the program sees nothing
    of them.
    """

    interactor: Program
    arguments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


Run = StdioRun | CallRun | AssertsRun | AnswerRun | InteractiveRun


@dataclass(frozen=True, slots=True)
class Job:
    """One candidate and the runs asked of it, all under the same limits."""

    program: Program
    runs: tuple[Run, ...]
    limits: Limits


class MathAnswer(StrEnum):
    """What an `AnswerRun` found."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"  # the text has no expression that math-verify can read


class Ending(Enum):
    """How one run ended, as the supervisor saw it: a fact, not yet a verdict."""

    FINISHED = "finished"  # ran to its end; exit code, value or assertions say the rest
    RAISED = "raised"  # an exception left the program, or it ended by a signal or an exit code
    ASSERTION_FAILED = "assertion_failed"  # `asserts` only: the test program refused the answers
    COMPILE_FAILED = "compile_failed"
    CPU_LIMIT = "cpu_limit"
    WALL_LIMIT = "wall_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as text: class name and message are the program's own words, untrusted."""

    class_name: str
    message: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources of one run: its own processes and all their children, nothing else."""

    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int


class AtPath(Enum):
    """What is at a path that was asked for, seen without following any link."""

    FILE = "file"  # a regular file, which was read
    ABSENT = "absent"
    FOLDER = "folder"
    LINK = "link"  # symbolic, itself or a part of its path
    CLOSED = "closed"  # the program may not read it itself
    OTHER = "other"  # a FIFO, a socket, a device


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left at a path; `content` is that of a FILE, and empty for all else."""

    what: AtPath
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Compilation:
    """What compiling a program took, before its first run. Times are nanoseconds since the epoch."""

    usage: Usage
    started_at_ns: int
    ended_at_ns: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a job did.

    `value` is the decoded typed value of a `CallRun` that returned, wrapped in a one-element tuple so that a
    returned None is told from no value; a value without a value form decodes to
    `sandboxes.inside.values.Opaque`, equal to nothing. `result_total_bytes` is what the process reported of
    itself, a `CallRun`'s value above all, as encoded. `behaviour` is the SHA-256 of everything the candidate
    answered in an `AssertsRun`, and of what a text was read as in an `AnswerRun`. `left` says what is at each
    path that a `StdioRun` asked for, in order, where the run ended by itself; if those files hold more than
    the output limit, the ending is OUTPUT_LIMIT, and `left_total_bytes` says how much. `interactor` is what
    the interactor of an `InteractiveRun` did, where it was heard: with a FINISHED run it decides, and one
    without an exit code was ended after the interactor had. `is_deadlock`: at the wall limit neither had
    anything to read. Where `numbers_are_one` an int in `value` may as well be a float: the program's language
    does not tell them apart. Times are nanoseconds since the epoch.
    """

    run_index: int
    ending: Ending
    exit_code: int | None
    term_signal: int | None
    raised: Raised | None
    stdout: bytes
    stdout_total_bytes: int
    stderr: bytes
    stderr_total_bytes: int
    value: tuple[Any] | None
    behaviour: str | None
    usage: Usage
    started_at_ns: int
    ended_at_ns: int
    result_total_bytes: int = 0
    compilation: Compilation | None = None  # of the first run after one
    left: tuple[Left, ...] = ()
    left_total_bytes: int = 0
    interactor: Outcome | None = None
    is_deadlock: bool = False
    numbers_are_one: bool = False


class BrokenTestProgram(Exception):
    """The test program of an `asserts` run, or what an `answer` run expects, judges no candidate."""


class SandboxError(Exception):
    """The sandbox failed, not the program. The worker retries on a fresh sandbox."""
