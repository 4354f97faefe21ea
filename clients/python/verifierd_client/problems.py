"""What is asked: problems, tests, limits, candidates and options, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Role(Enum):
    """What a test counts for.

    JUDGE decides the verdict. So does EXAMPLE, which the sampler could see. GENERATED was written by a model
    and may be wrong: selection rules weigh it, the verdict does not.
    """

    JUDGE = "JUDGE"
    EXAMPLE = "EXAMPLE"
    GENERATED = "GENERATED"


@dataclass(frozen=True, slots=True)
class StdioTest:
    """Text or bytes in on standard input, and what is expected on standard output.

    Attributes:
        arguments: the command line after the program's name.
        input_file: a file of this name in the working directory has the input, and standard input is empty.
        output_file: what the program leaves in this file is compared, not what it prints.
    """

    stdin: str | bytes
    expected_stdout: str | bytes
    id: str = ""
    arguments: Sequence[str] = ()
    input_file: str = ""
    output_file: str = ""
    role: Role = Role.JUDGE


@dataclass(frozen=True, slots=True)
class CallTest:
    """A function called with Python values, and the value expected back.

    Values are None, bool, int, float, complex, str, bytes, list, tuple, dict, set and frozenset, of
    exactly these types, nested up to 30 levels. With a `class_name` the function is a method of an object of
    that class, made without arguments.
    """

    function: str
    args: Sequence[Any]
    expected: Any
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    class_name: str = ""
    role: Role = Role.JUDGE


@dataclass(frozen=True, slots=True)
class AssertsTest:
    """A test program; names that it does not define itself are looked up in the candidate.

    HumanEval's is `test` followed by `check(entry_point)`; MBPP's is its lines of assertions. A name that
    is also a built-in's (`sum`) or a standard module's is the candidate's only if `candidate_names` has it.
    """

    source: str
    id: str = ""
    candidate_names: Sequence[str] = ()
    role: Role = Role.JUDGE


@dataclass(frozen=True, slots=True)
class File:
    """What is in a file, and whether it is a program."""

    content: str | bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class FilesTest:
    """The state that a program leaves is what counts: for programs that act rather than answer.

    Paths are relative to the working directory. At others than the expected ones is not looked, and no link
    is followed.

    Attributes:
        expected: what is to be at each path when the program has ended; None: nothing.
        files: what is there before it starts.
        stdin: what it is given on standard input.
        expected_stdout: what it is to print; None: that is not compared.
    """

    expected: Mapping[str, str | bytes | None]
    files: Mapping[str, str | bytes | File] = field(default_factory=dict)
    stdin: str | bytes = b""
    expected_stdout: str | bytes | None = None
    id: str = ""
    role: Role = Role.JUDGE


@dataclass(frozen=True, slots=True)
class AnswerTest:
    r"""A right answer of mathematics, LaTeX allowed, such as `\frac{1}{2}`, `$x \le 3$` or `12.5%`.

    Its candidates are texts with an answer in them (language `text`): an answer, or a model's whole
    response. The answer is best in `\boxed{...}` or `$...$`.
    """

    expected: str
    id: str = ""
    role: Role = Role.JUDGE


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is no candidate: a checker, an interactor. Untrusted like a candidate."""

    source: str | bytes
    language: str = "python"


@dataclass(frozen=True, slots=True)
class InteractiveTest:
    """The candidate talks with a program over standard input and output.

    That program finds `input` and `answer` as files, which the candidate sees nothing of: it is started as
    `interactor input.txt output.txt answer.txt`. It decides by its exit code: 0 accepts, 1 and 2 refuse.
    """

    interactor: Program
    input: str | bytes = b""
    answer: str | bytes = b""
    id: str = ""
    role: Role = Role.JUDGE


Test = StdioTest | CallTest | AssertsTest | FilesTest | AnswerTest | InteractiveTest


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one execution. None: the server's default, as for `wall_time_s` three times CPU plus 2 s."""

    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int | None = None
    output_bytes: int | None = None
    processes: int | None = None
    open_files: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Checker:
    """The rule that compares actual with expected output, by name, with its parameters.

    With the name `program` it is a program of your own: it finds the test's input, the candidate's output and
    the expected output as files, and accepts by exit code 0 (`protocol`: `testlib`), or by printing 1
    (`open-r1`).
    """

    name: str
    params: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class StdinProbe:
    """Text or bytes on standard input, run only to see what candidates do."""

    stdin: str | bytes
    id: str = ""


@dataclass(frozen=True, slots=True)
class CallProbe:
    """A function called with Python values, only to see what candidates do."""

    function: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class Probes:
    """Inputs without an expected output: candidates that do the same on all of them form a cluster.

    Attributes:
        inputs: given ones; without an id they are named by their position: `0`, `1`, and so on.
        mutate_tests: make further inputs by changing those of the tests.
        generator: a program that prints one input a run and is given a seed as its first argument.
        max_inputs: how many are run at most; None: the server's default, which is 50.
    """

    inputs: Sequence[StdinProbe | CallProbe] = ()
    mutate_tests: bool = False
    generator: Program | None = None
    max_inputs: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A test suite with its limits, its checker (None: the default of each test's kind) and probe inputs.

    Tests without an id are named by their position: `0`, `1`, and so on. With probe inputs a problem needs no
    test; its candidates are SKIPPED then, and those are picked that can be run.
    """

    id: str
    tests: Sequence[Test]
    limits: Limits = Limits()
    checker: Checker | None = None
    probes: Probes | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """Names a problem that the server keeps: SHA-256 as hexadecimal digits, and a size in bytes."""

    hash: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Generation:
    """What drawing a candidate cost. Without `usd` it is what the tokens cost by the server's price table."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One program. Without an id it is named by its position in the batch: `0`, `1`, and so on.

    `source` may be bytes, so that what a model wrote goes to the server as it is. With a `generation` the
    bill has what drawing it cost.
    """

    source: str | bytes
    language: str = "python"
    id: str = ""
    generation: Generation | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """How candidates are picked from those that pass: by which rule, and how many at most.

    `Capabilities.selection_rules` lists the rules, the default first; None is the default. `params` are the
    rule's parameters by name, such as `whole` of `mbr_exec`.
    """

    rule: str | None = None
    picks: int = 1
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What is wanted of a batch. Every early stop is off by default.

    Attributes:
        stop_at_first_failure: end a candidate at its first test that is not accepted.
        stop_after_accepted: end the batch when so many candidates are accepted.
        cpu_budget_s: end the batch when its sandboxes have used so many CPU seconds.
        time_budget_s: end the batch after so many seconds, with what is finished by then.
        money_budget_usd: end the batch when it has cost so much, drawing the candidates included.
        confidence: end the batch when its best cluster is correct with this probability; for rules that tell
            it, such as `posterior`.
        lead_tail: end the batch when its largest cluster leads the second but for so little doubt, such as
            0.05 (adaptive consistency).
        usd_per_resolved: what a resolved problem is worth; end the batch when one more candidate costs more
            than it may bring.
        include_outputs: send standard output, standard error and returned values back.
        bulk: let interactive batches go first.
        fresh: make every run, though the server may know what an earlier equal one did.
        selection: how candidates are picked.
    """

    stop_at_first_failure: bool = False
    stop_after_accepted: int | None = None
    cpu_budget_s: float | None = None
    time_budget_s: float | None = None
    money_budget_usd: float | None = None
    confidence: float | None = None
    lead_tail: float | None = None
    usd_per_resolved: float | None = None
    include_outputs: bool = True
    bulk: bool = False
    fresh: bool = False
    selection: Selection = Selection()
