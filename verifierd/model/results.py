"""What verifying a candidate found, and what that took."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sandboxes.model import Compilation


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
class Cost:
    """What verifying took, and what it costs by the price table. A sum: costs add."""

    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    memory_byte_ns: int = 0  # peak memory x wall time, summed; / 2**30 / 1e9 = GiB-seconds
    executions: int = 0
    executions_saved: int = 0  # not run because an equal program had run
    cache_hits: int = 0  # not run because an earlier equal run had done it, or an equal check was made
    money_usd: float = 0.0
    generation_usd: float = 0.0  # of drawing the candidates, as told by the caller


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
class ProbeResult:
    """One candidate on one probe input: what it did, and what that took.

    `failed`: it came to no answer, by an exception, an exit code other than 0, a signal or a limit.
    `is_ours`: the service failed, not the program. Not `was_run`: it could not be built, so it does the same
    on every input. `answer`: what it printed or returned, for people to read, where it came to an answer;
    `answer_is_cut`: no more than the beginning of it. Programs are told apart by `behaviour` alone.
    """

    probe_id: str
    killed_by: KilledBy
    failed: bool
    behaviour: str | None  # hex SHA-256; None: comparable to nothing, or the service failed
    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int
    compilation: Compilation | None = None
    is_ours: bool = False
    was_run: bool = True
    from_cache: bool = False
    answer: str = ""
    answer_is_cut: bool = False


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """A candidate's verdict: ACCEPTED if every judging test is, else that of its first one that is not.

    SKIPPED where no test judges. `duplicate_of` names the earlier candidate of the batch whose program is the
    same and whose executions these are; empty for a candidate that ran itself. `nondeterministic`: two runs
    on the same probe input differed. `repeats` is what the second runs took.
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
    probes: tuple[ProbeResult, ...] = ()
    nondeterministic: bool = False
    repeats: tuple[ProbeResult, ...] = ()
