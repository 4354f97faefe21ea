"""Results that `verifierd verify --json` wrote, read again: what a selection rule looks at, by problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from verifierd.datasets.records import InputError, Record, read_records, type_name
from verifierd.model import (
    AnswerTest,
    CandidateResult,
    ExecutionResult,
    KilledBy,
    ProbeResult,
    TestCase,
    TestRole,
    Verdict,
)

Word = TypeVar("Word")


@dataclass(slots=True)
class SavedBatch:
    """The candidates of one problem, in the order of the file."""

    problem_id: str
    place: str
    tests: tuple[TestCase, ...] = ()
    probe_ids: tuple[str, ...] = ()
    results: list[CandidateResult] = field(default_factory=list)


def read_saved(file: Path) -> Iterator[SavedBatch]:
    """Yield the batches of a file, one in memory at a time; summaries in it are passed over.

    Raises:
        InputError: the file cannot be read or has no candidate, a field is missing or of another type, or a
            candidate occurs twice. The message names the file and the line.
    """
    records = (record for record in read_records(file) if not record.has("summary"))
    is_empty = True
    for _, of_problem in groupby(records, key=lambda record: record.id("problem_id")):
        yield _batch(of_problem)
        is_empty = False
    if is_empty:
        raise InputError(file, 1, "there is no candidate's result in this file")


def _batch(records: Iterator[Record]) -> SavedBatch:
    batch: SavedBatch | None = None
    seen: set[str] = set()
    probe_ids: dict[str, None] = {}
    for record in records:
        if batch is None:
            batch = SavedBatch(record.id("problem_id"), record.place)
        result, tests = _result(record)
        if result.candidate_id in seen:
            raise record.error(f"candidate {result.candidate_id!r} of this problem occurs twice")
        seen.add(result.candidate_id)
        if len(tests) > len(batch.tests):
            batch.tests = tests
        probe_ids.update(dict.fromkeys(probe.probe_id for probe in result.probes))
        batch.results.append(result)
    assert batch is not None  # noqa: S101 - a group has a first record
    batch.probe_ids = _run_by_all(batch.results, tuple(probe_ids))
    return batch


def _run_by_all(results: list[CandidateResult], probe_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the probe inputs that every candidate with any was run on: the first of a batch run more."""
    kept = set(probe_ids)
    for result in results:
        if result.probes and result.verdict not in (Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR):
            kept &= {probe.probe_id for probe in result.probes}
    return tuple(each for each in probe_ids if each in kept)


def _result(record: Record) -> tuple[CandidateResult, tuple[TestCase, ...]]:
    tests, executions = [], []
    for place, form in enumerate(_objects(record, "tests")):
        part = Record(record.file, record.line, form)
        test_id = part.id("test_id")
        role = _word(part, "role", {each.name.lower(): each for each in TestRole}, "judge")
        verdict = _word(part, "verdict", {each.name: each for each in Verdict}, None)
        tests.append(TestCase(test_id or str(place), AnswerTest(""), role))
        executions.append(_execution(test_id, verdict, _digest(part), _number(part, "cpu_time_s")))
    result = CandidateResult(
        candidate_id=record.id("candidate_id"),
        verdict=_word(record, "verdict", {each.name: each for each in Verdict}, None),
        detail="",
        duplicate_of=record.text_or("duplicate_of", ""),
        executions=tuple(executions),
        tests_passed=0,
        tests_total=sum(test.judges for test in tests),
        cpu_time_ns=0,
        wall_time_ns=0,
        peak_memory_bytes=0,
        probes=tuple(
            map(_probe, (Record(record.file, record.line, each) for each in _objects(record, "probes")))
        ),
        nondeterministic=bool(record.fields.get("nondeterministic")),
    )
    return result, tuple(tests)


def _execution(test_id: str, verdict: Verdict, behaviour: str | None, cpu_time_s: float) -> ExecutionResult:
    return ExecutionResult(
        test_id=test_id,
        verdict=verdict,
        checker="",
        detail="",
        exit_code=None,
        term_signal=None,
        killed_by=KilledBy.NOBODY,
        stdout=b"",
        stdout_total_bytes=0,
        stderr=b"",
        stderr_total_bytes=0,
        actual=None,
        behaviour=behaviour,
        cpu_time_ns=round(cpu_time_s * 1e9),
        wall_time_ns=0,
        peak_memory_bytes=0,
        queued_at_ns=0,
        started_at_ns=0,
        ended_at_ns=0,
        attempts=0,
        sandbox_id="",
        backend="",
    )


def _probe(part: Record) -> ProbeResult:
    failed = part.value("failed")
    if not isinstance(failed, bool):
        raise part.error(f"field 'failed' of a probe must be a boolean, and is {type_name(failed)}")
    behaviour = _digest(part)
    return ProbeResult(
        probe_id=part.id("probe_id"),
        killed_by=KilledBy.NOBODY,
        failed=failed,
        behaviour=behaviour,
        is_ours=failed and behaviour is None,  # what a program does has a digest, if it is a failure
        cpu_time_ns=0,
        wall_time_ns=0,
        peak_memory_bytes=0,
    )


def _objects(record: Record, key: str) -> list[dict[str, object]]:
    if not record.has(key):
        return []
    objects = record.values(key)
    for index, each in enumerate(objects):
        if not isinstance(each, dict):
            raise record.error(f"field {key!r}: item {index} must be an object, and is {type_name(each)}")
    return objects


def _digest(part: Record) -> str | None:
    return part.text("behaviour") if part.has("behaviour") else None


def _number(part: Record, key: str) -> float:
    value = part.fields.get(key, 0.0)
    if type(value) not in (int, float) or not 0 <= value < 1e9:
        raise part.error(f"field {key!r} must be a number of seconds, and is {str(value)[:40]}")
    return float(value)


def _word(part: Record, key: str, allowed: dict[str, Word], otherwise: str | None) -> Word:
    word = part.text(key) if otherwise is None else part.text_or(key, otherwise)
    if word not in allowed:
        raise part.error(f"field {key!r} holds {word[:80]!r}; allowed: {', '.join(allowed)}")
    return allowed[word]
