"""Rows of the store as it is searched: what the tables know of batches, candidates and executions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from verifierd.audit.schema import BATCHES, CANDIDATES, EXECUTIONS, EXECUTIONS_OF_A_RECORD
from verifierd.model import Verdict

MAX_SEQUENCE = (1 << 42) - 1  # so that every id has 64 bits at most


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as it stands. `verdict_counts` are of its candidates; times are epoch nanoseconds."""

    id: str
    sequence: int
    request_id: str
    tenant: str
    requested_by: str
    trace_id: str
    is_durable: bool
    is_held: bool
    state: str
    cancel_reason: str | None
    problem_id: str
    problem_sha256: str
    labels: Mapping[str, str]
    candidates_total: int
    candidates_finished: int
    verdict_counts: Mapping[Verdict, int]
    submitted_at_ns: int
    deadline_at_ns: int | None
    started_at_ns: int | None
    ended_at_ns: int | None
    stop_reason: str | None
    money_usd: float | None
    cpu_time_ns: int | None
    last_event_sequence: int

    @property
    def standing(self) -> str:
        """Return its state; of one that is finished since somebody cancelled it, that."""
        return "cancelled" if self.stop_reason == "cancelled" else self.state

    @property
    def candidates_judged(self) -> int:
        """Return how many candidates have a verdict other than that they were cancelled."""
        return self.candidates_finished - self.verdict_counts.get(Verdict.CANCELLED, 0)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate's verdict; `sequence` is that of its record, and its name."""

    sequence: int
    batch_id: str
    position: int
    candidate_id: str
    event_sequence: int
    language: str
    program_sha256: str
    verdict: Verdict
    duplicate_of: str
    tests_passed: int
    tests_total: int
    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int
    money_usd: float
    source_blob: str
    outputs_blob: str | None
    recorded_at_ns: int

    @property
    def has_run(self) -> bool:
        """Say whether anything was run for it: what its times and its memory are of."""
        return self.wall_time_ns > 0 or self.cpu_time_ns > 0


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One execution, without its evidence and outputs."""

    id: int
    batch_id: str
    problem_id: str
    candidate_id: str
    test_id: str
    language: str
    verdict: Verdict
    cpu_time_ns: int
    wall_time_ns: int
    peak_memory_bytes: int
    queued_ns: int
    worker_id: str
    sandbox_id: str
    backend: str
    recorded_at_ns: int

    @property
    def has_run(self) -> bool:
        """Say whether it ran: what its times and its memory are of."""
        return self.wall_time_ns > 0 or self.cpu_time_ns > 0

    @property
    def sequence(self) -> int:
        """Return the sequence number of its candidate's record."""
        return self.id // EXECUTIONS_OF_A_RECORD

    @property
    def place(self) -> int:
        """Return its place among its candidate's executions, from 0."""
        return self.id % EXECUTIONS_OF_A_RECORD

    @property
    def name(self) -> str:
        """Return what people and the API call it: 4711.0 is the first execution of record 4711."""
        return execution_name(self.id)


BATCH_COLUMNS = [BATCHES.c[each.name] for each in fields(BatchRow)]
CANDIDATE_COLUMNS = [CANDIDATES.c[each.name] for each in fields(CandidateRow)]
EXECUTION_COLUMNS = [EXECUTIONS.c[each.name] for each in fields(ExecutionRow)]
_BATCH_COUNTS = [each.name for each in fields(BatchRow)].index("verdict_counts")
_CANDIDATE_VERDICT = [each.name for each in fields(CandidateRow)].index("verdict")
_EXECUTION_VERDICT = [each.name for each in fields(ExecutionRow)].index("verdict")


def batch_row(row: sa.Row[Any]) -> BatchRow:
    """Return a row of `BATCH_COLUMNS`."""
    values = list(row)
    values[_BATCH_COUNTS] = {Verdict[name]: count for name, count in values[_BATCH_COUNTS].items()}
    return BatchRow(*values)


def candidate_row(row: sa.Row[Any]) -> CandidateRow:
    """Return a row that begins with `CANDIDATE_COLUMNS`."""
    values = list(row)[: len(CANDIDATE_COLUMNS)]
    values[_CANDIDATE_VERDICT] = Verdict[values[_CANDIDATE_VERDICT]]
    return CandidateRow(*values)


def execution_row(row: sa.Row[Any]) -> ExecutionRow:
    """Return a row of `EXECUTION_COLUMNS`."""
    values = list(row)
    values[_EXECUTION_VERDICT] = Verdict[values[_EXECUTION_VERDICT]]
    return ExecutionRow(*values)


def first_id(sequence: int) -> int:
    """Return the least id that an execution of a record can have."""
    return sequence * EXECUTIONS_OF_A_RECORD


def execution_name(execution_id: int) -> str:
    """Return what people and the API call an execution."""
    return "{}.{}".format(*divmod(execution_id, EXECUTIONS_OF_A_RECORD))


def execution_id(name: str) -> int | None:
    """Return the id of an execution by its name; None where it is no name of one."""
    sequence, dot, place = name.partition(".")
    if not dot or not all(_is_number(part) for part in (sequence, place)):
        return None
    if not 1 <= int(sequence) <= MAX_SEQUENCE or int(place) >= EXECUTIONS_OF_A_RECORD:
        return None
    return first_id(int(sequence)) + int(place)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and (text == "0" or text[0] != "0")
