"""What is found: verdicts with their evidence, clusters, picks and cost, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verifierd_client.reports import SuiteReport


class Verdict(Enum):
    """What an execution or a candidate got.

    INFRASTRUCTURE_ERROR means that the service failed, not the program: never count it as wrong.
    UNKNOWN stands for a verdict that a newer server gives.
    """

    UNKNOWN = "UNKNOWN"
    ACCEPTED = "ACCEPTED"
    WRONG_ANSWER = "WRONG_ANSWER"
    TIME_LIMIT_EXCEEDED = "TIME_LIMIT_EXCEEDED"
    MEMORY_LIMIT_EXCEEDED = "MEMORY_LIMIT_EXCEEDED"
    OUTPUT_LIMIT_EXCEEDED = "OUTPUT_LIMIT_EXCEEDED"
    RUNTIME_ERROR = "RUNTIME_ERROR"
    COMPILE_ERROR = "COMPILE_ERROR"
    NO_CODE = "NO_CODE"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"
    INFRASTRUCTURE_ERROR = "INFRASTRUCTURE_ERROR"

    @property
    def tells_of_program(self) -> bool:
        """Say whether it tells what the program does; else it is nobody's failure, and no score."""
        return self not in _TELL_NOTHING


_TELL_NOTHING = frozenset({Verdict.UNKNOWN, Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


class KilledBy(Enum):
    """Who ended a run that did not end by itself."""

    UNKNOWN = "UNKNOWN"
    NOBODY = "NOBODY"
    CPU_LIMIT = "CPU_LIMIT"
    WALL_LIMIT = "WALL_LIMIT"
    MEMORY_LIMIT = "MEMORY_LIMIT"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"


class StopReason(Enum):
    """Why a batch ended, or why a sampler should."""

    UNKNOWN = "UNKNOWN"
    COMPLETED = "COMPLETED"
    ACCEPTED_ENOUGH = "ACCEPTED_ENOUGH"
    DEADLINE = "DEADLINE"
    BUDGET = "BUDGET"
    CANCELLED = "CANCELLED"
    CONFIDENT = "CONFIDENT"
    MARGINAL_VALUE = "MARGINAL_VALUE"
    SETTLED = "SETTLED"


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a returned object that has no value form; the class name is the program's own word."""

    class_name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One stream of a program's output, as far as it came back.

    It is cut at the output limit, and at what a result may carry of all outputs of a candidate (8 MiB by
    default). `total_bytes` is what was written, as far as it was counted: past the limit nobody counts on.
    """

    content: bytes
    total_bytes: int
    truncated: bool

    @property
    def text(self) -> str:
        """Return the content as text; bytes that are not UTF-8 are written out."""
        return self.content.decode(errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources of a run, its children included."""

    cpu_time_s: float
    wall_time_s: float
    peak_memory_bytes: int


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """One candidate on one test.

    `actual` is what a CallTest returned, in a one-element tuple so that a returned None is told from no
    value; where a test looks at files it is a dict of their contents by path, of those that are there. Exit
    code and signal are None where the run did not end that way. Times are seconds since the epoch, None for a
    stage that never began; what was compiled for an earlier test is not compiled again. One `from_cache` is
    what an earlier equal run did: its usage is that run's, and it has no times but `queued_at`.
    """

    test_id: str
    verdict: Verdict
    checker: str
    detail: str
    exit_code: int | None
    term_signal: int | None
    killed_by: KilledBy
    stdout: Output
    stderr: Output
    actual: tuple[Any] | None
    behaviour: str | None
    usage: Usage
    queued_at: float | None
    started_at: float | None
    ended_at: float | None
    attempts: int
    sandbox_id: str
    backend: str
    image_digest: str = ""
    compile_started_at: float | None = None
    compile_ended_at: float | None = None
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One candidate on one probe input. `failed`: it came to no answer, by an exception or a limit.

    Equal `behaviour`: the same; None: comparable to nothing.
    """

    probe_id: str
    killed_by: KilledBy
    failed: bool
    behaviour: str | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """A candidate's verdict: ACCEPTED if every judging test is, else that of its first one that is not.

    SKIPPED where no test judges. `duplicate_of` is the id of an earlier candidate with the same program,
    whose executions these are. `nondeterministic`: two runs on the same probe input differed, so it is in no
    cluster. `cost` is what this candidate adds to the batch's. `extracted_source` is the program that was
    found in a Completion, with its prefix; None of one without a program, and where a program was given.
    """

    candidate_id: str
    verdict: Verdict
    detail: str
    duplicate_of: str
    executions: tuple[ExecutionResult, ...]
    tests_passed: int
    tests_total: int
    usage: Usage
    probes: tuple[ProbeResult, ...] = ()
    nondeterministic: bool = False
    cost: Cost | None = None
    extracted_source: str | None = None

    @property
    def passed(self) -> bool:
        """Say whether the verdict is ACCEPTED."""
        return self.verdict is Verdict.ACCEPTED

    @property
    def lost(self) -> tuple[ExecutionResult, ...]:
        """Return the tests that the service failed on: nobody knows whether the program passes them."""
        return tuple(each for each in self.executions if each.verdict is Verdict.INFRASTRUCTURE_ERROR)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Candidates that behave the same; the largest cluster comes first."""

    id: str
    candidate_ids: tuple[str, ...]
    verdict: Verdict
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate chosen by a selection rule, best first."""

    candidate_id: str
    rule: str
    cluster_id: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What verifying took and costs by the server's price table, and what drawing the candidates cost."""

    cpu_time_s: float
    wall_time_s: float
    memory_gib_seconds: float
    executions: int
    executions_saved: int
    cache_hits: int
    verification_usd: float
    generation_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """The end of a batch: why it ended, counts, clusters, picks and cost. Times are epoch seconds.

    `none_probability` is that no candidate is correct, None where the selection rule does not tell; `suite`
    is what the results say of the tests, None where they are too few.
    """

    batch_id: str
    stop_reason: StopReason
    verdict_counts: Mapping[Verdict, int]
    clusters: tuple[Cluster, ...]
    picks: tuple[Pick, ...]
    cost: Cost
    started_at: float
    ended_at: float
    none_probability: float | None = None
    suite: SuiteReport | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A whole batch: each candidate's result in the order in which they were given, and the summary."""

    results: tuple[CandidateResult, ...]
    summary: BatchSummary

    @property
    def counts(self) -> Counter[Verdict]:
        """Return how many candidates got each verdict."""
        return Counter(result.verdict for result in self.results)

    def __getitem__(self, candidate_id: str) -> CandidateResult:
        """Return the result of the candidate with this id. Raises KeyError."""
        for result in self.results:
            if result.candidate_id == candidate_id:
                return result
        raise KeyError(candidate_id)


@dataclass(frozen=True, slots=True)
class LanguageInfo:
    """A language of the server; where its toolchain is absent, `remedy` is the command that installs it."""

    name: str
    version: str
    available: bool
    remedy: str
    test_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WallInfo:
    """One kind of isolation: whether it stands on the server's host, and how that is known."""

    name: str
    stands: bool
    detail: str


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """What makes the server's sandboxes; `image_digest` is empty where programs run on its host's files."""

    name: str
    image_digest: str
    walls: tuple[WallInfo, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server can do and allows; sizes are in bytes."""

    server_version: str
    languages: tuple[LanguageInfo, ...]
    checkers: tuple[str, ...]
    test_kinds: tuple[str, ...]
    selection_rules: tuple[str, ...]
    backends: tuple[BackendInfo, ...]
    max_candidates: int
    max_tests: int
    max_source_bytes: int
    max_message_bytes: int
