"""The words of the service as frozen data: problems, candidates, verdicts, events.

Nothing here knows of gRPC, containers or files. `verifierd.api.convert` turns these into messages
of `verifier.v1` and back; `sandboxes.model` holds what a sandbox sees of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sandboxes.model import Compilation, File, Limits, Program


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 of some bytes as 64 lower-case hexadecimal digits, and how many bytes there were."""

    hash: str
    size_bytes: int


class Verdict(Enum):
    """What an execution or a candidate got."""

    ACCEPTED = 1
    WRONG_ANSWER = 2
    TIME_LIMIT_EXCEEDED = 3
    MEMORY_LIMIT_EXCEEDED = 4
    OUTPUT_LIMIT_EXCEEDED = 5
    RUNTIME_ERROR = 6
    COMPILE_ERROR = 7
    NO_CODE = 8
    SKIPPED = 9
    CANCELLED = 10
    INFRASTRUCTURE_ERROR = 11


class KilledBy(Enum):
    """Who ended a run that did not end by itself."""

    NOBODY = 0
    CPU_LIMIT = 1
    WALL_LIMIT = 2
    MEMORY_LIMIT = 3
    OUTPUT_LIMIT = 4


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


@dataclass(frozen=True, slots=True)
class TestCase:
    """One input and what is expected of it. `id` is unique in its problem."""

    id: str
    body: TestBody


@dataclass(frozen=True, slots=True)
class CheckerSpec:
    """Which rule compares actual with expected output, by name and its parameters.

    An empty name means the default of the test's kind: `tokens` for stdio, `exact` for call and files,
    `math-verify` for answer. With the name `program` the rule is a program of the caller's.
    """

    name: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A language-independent test suite, its limits and its checker."""

    id: str
    tests: tuple[TestCase, ...]
    limits: Limits
    checker: CheckerSpec = CheckerSpec()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One program proposed for a problem. `id` is unique in its batch."""

    id: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the caller wants of a batch; every early stop is off by default.

    `stop_at_first_failure` ends a candidate at its first test that is not ACCEPTED (the rest are
    SKIPPED); `stop_after_accepted` ends the batch once so many candidates are ACCEPTED (0: never;
    the rest are CANCELLED). `priority` and `tenant` are carried for scheduling and audit. `fresh`: every
    run is made, whatever earlier equal ones did.
    """

    stop_at_first_failure: bool = False
    stop_after_accepted: int = 0
    cpu_budget_ns: int = 0
    include_outputs: bool = True
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class SelectionSpec:
    """How candidates are picked: by which rule, how many at most, and the rule's parameters by name."""

    rule: str = "plurality"
    picks: int = 1
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """One problem and the rules for its candidates; `id` is the service's, `request_id` the caller's."""

    id: str
    request_id: str
    problem: Problem
    options: BatchOptions
    deadline_at_ns: int | None  # epoch nanoseconds; None: no deadline
    selection: SelectionSpec = SelectionSpec()


@dataclass(frozen=True, slots=True)
class Cost:
    """What verifying took, and what it costs by the price table. A sum: costs add."""

    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    memory_byte_ns: int = 0  # peak memory x wall time, summed; / 2**30 / 1e9 = GiB-seconds
    executions: int = 0
    executions_saved: int = 0  # not run because an equal program had run
    cache_hits: int = 0  # not run because an earlier equal run had done it, or an equal check was made
    money_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """One candidate on one test case: verdict, evidence and measurements.

    Outputs are cut to the output limit; `*_total_bytes` says how much there was. `actual` is a
    one-element tuple with the typed value a `call` test returned, or with the content by path of the regular
    files that a test looked at. `detail` is for a person: first
    difference, exception, limit hit, or the cause of an INFRASTRUCTURE_ERROR. Times are epoch ns.
    """

    test_id: str
    verdict: Verdict
    checker: str  # "name@version", empty where no checker ran
    detail: str
    exit_code: int | None
    term_signal: int | None
    killed_by: KilledBy
    stdout: bytes
    stdout_total_bytes: int
    stderr: bytes
    stderr_total_bytes: int
    actual: tuple[Any] | None
    behaviour: str | None  # hex SHA-256 over what the candidate did here; None: nothing comparable
    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int
    queued_at_ns: int
    started_at_ns: int
    ended_at_ns: int
    attempts: int  # sandboxes it took; above 1 after an infrastructure failure or a near-limit rerun
    sandbox_id: str
    backend: str
    image_digest: str = ""  # names the toolchain; empty: the host's own files
    compilation: Compilation | None = None  # before this run, where there was one
    judging_cost: Cost | None = None  # of the program that judged it, where one did; no price yet
    from_cache: bool = False  # an earlier equal run had done this: measured then, and without times


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """A candidate's verdict: ACCEPTED if every test is, else that of its first test that is not.

    `duplicate_of` names the earlier candidate of the batch whose program is the same and whose
    executions these are; empty for a candidate that ran itself.
    """

    candidate_id: str
    verdict: Verdict
    detail: str
    duplicate_of: str
    executions: tuple[ExecutionResult, ...]
    tests_passed: int
    tests_total: int
    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Candidates with the same behaviour signature, in order of arrival; the largest cluster first."""

    id: str  # first 16 hex digits of the signature's SHA-256: stable over runs
    candidate_ids: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate chosen by a selection rule, best first."""

    candidate_id: str
    rule: str
    cluster_id: str


@dataclass(frozen=True, slots=True)
class BatchAccepted:
    """First event: the batch passed admission."""

    batch_id: str
    candidates_total: int  # 0 while an open batch still grows


@dataclass(frozen=True, slots=True)
class CandidateFinished:
    """A candidate's final result; streamed as it lands, in order of finishing."""

    result: CandidateResult


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """Last event: clusters, picks and cost of the whole batch."""

    batch_id: str
    verdict_counts: Mapping[Verdict, int]
    clusters: tuple[Cluster, ...]
    picks: tuple[Pick, ...]
    cost: Cost
    stop_reason: str  # "completed", "accepted_enough", "deadline", "budget", "cancelled"
    started_at_ns: int
    ended_at_ns: int


@dataclass(frozen=True, slots=True)
class StopDecided:
    """Open batches: the sampler should stop decoding the named candidates (empty: all that are left)."""

    reason: str
    candidate_ids: tuple[str, ...]


BatchEvent = BatchAccepted | CandidateFinished | StopDecided | BatchFinished
