"""The lines that `verifierd eval --out` writes, read again: one `SampleResult` a line, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import verifierd_client as client
from verifierd.datasets.records import Record, read_records, type_name

LARGEST_WHOLE, LARGEST_AMOUNT = 1 << 53, 1e12  # sums and products of these stay exact enough, and finite
NOT_JUDGED = frozenset(
    {client.Verdict.SKIPPED, client.Verdict.CANCELLED, client.Verdict.INFRASTRUCTURE_ERROR}
)


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What became of one sample, as a line of the results says it.

    Attributes:
        sample_index: counts the samples of the same task from 0.
        failed_test: the first test that failed; None where none did.
        duplicate_of: the sample_index of the sample of its task with the same program, whose run this is.
        groups: the verdict of each group of tests, None where it was not run to its end.
        cluster: names the samples of the task that behave alike; None where it was not written.
        failed_tests: all tests that failed; None where they were not written.
        generation_usd: what drawing the sample cost; None where it was not written.
        probability: the predicted chance that this sample is right; None where it was not written.
        program_sha256: of the whole program, in hexadecimal; None where it was not written.
        suite_sha256: of the tests and what judges by them; None where it was not written, or cannot be told.
    """

    task_id: str
    sample_index: int
    language: str
    verdict: client.Verdict
    passed: bool
    tests_passed: int
    tests_total: int
    failed_test: str | None
    cpu_time_s: float
    wall_time_s: float
    peak_memory_bytes: int
    duplicate_of: int | None
    detail: str
    groups: Mapping[str, client.Verdict | None]
    cluster: str | None = None
    failed_tests: tuple[str, ...] | None = None
    generation_usd: float | None = None
    probability: float | None = None
    program_sha256: str | None = None
    suite_sha256: str | None = None

    @property
    def judged(self) -> bool:
        """Say whether the verdict is the program's own; a sample that nobody judged is no failure."""
        return self.verdict not in NOT_JUDGED


def read_results(file: Path) -> Iterator[SampleResult]:
    """Yield the results of a file in its order, one record in memory at a time.

    What `read_records` reads can be read: JSON lines, a JSON list or Parquet, plain or gzipped.

    Raises:
        InputError: the file cannot be read or holds no result; a field is missing, of another type or out of
            its range; `passed` contradicts the verdict; or a sample of a task occurs twice. The message names
            the file and the line.
    """
    seen: dict[str, set[int]] = {}
    for record in read_records(file):
        result = _result(record)
        indices = seen.setdefault(result.task_id, set())
        if result.sample_index in indices:
            raise record.error(f"sample {result.sample_index} of task {result.task_id!r} occurs twice")
        indices.add(result.sample_index)
        yield result
    if not seen:
        raise Record(file, 1, {}).error("there is no result in this file")


def _result(record: Record) -> SampleResult:
    verdict = _verdict(record, "verdict", record.text("verdict"))
    passed = record.value("passed")
    if not isinstance(passed, bool):
        raise record.error(f"field 'passed' must be a boolean, and is {type_name(passed)}")
    if passed != (verdict is client.Verdict.ACCEPTED):
        raise record.error(f"field 'passed' is {str(passed).lower()}, but the verdict is {verdict.value}")
    tests_passed, tests_total = _whole(record, "tests_passed"), _whole(record, "tests_total")
    if tests_passed > tests_total:
        raise record.error(f"field 'tests_passed' is {tests_passed}, but there are {tests_total} tests")
    failed_tests = tuple(record.texts("failed_tests")) if record.has("failed_tests") else None
    if passed and failed_tests:
        raise record.error(f"field 'failed_tests' names {failed_tests[0]!r}, but the verdict is ACCEPTED")
    return SampleResult(
        task_id=record.id("task_id"),
        sample_index=_whole(record, "sample_index"),
        language=record.text("language"),
        verdict=verdict,
        passed=passed,
        tests_passed=tests_passed,
        tests_total=tests_total,
        failed_test=_text_or_none(record, "failed_test"),
        cpu_time_s=_amount(record, "cpu_time_s"),
        wall_time_s=_amount(record, "wall_time_s"),
        peak_memory_bytes=_whole(record, "peak_memory_bytes"),
        duplicate_of=_duplicate_of(record),
        detail=record.text("detail", of_a_model=True),
        groups=_groups(record),
        cluster=record.text("cluster") if record.has("cluster") else None,
        failed_tests=failed_tests,
        generation_usd=_amount(record, "generation_usd") if record.has("generation_usd") else None,
        probability=_probability(record) if record.has("probability") else None,
        program_sha256=record.text("program_sha256") if record.has("program_sha256") else None,
        suite_sha256=record.text("suite_sha256") if record.has("suite_sha256") else None,
    )


def _verdict(record: Record, key: str, name: str) -> client.Verdict:
    try:
        return client.Verdict(name)
    except ValueError:
        allowed = ", ".join(each.value for each in client.Verdict)
        raise record.error(f"field {key!r} holds {name[:80]!r}; allowed: {allowed}") from None


def _whole(record: Record, key: str) -> int:
    value = record.value(key)
    if type(value) is not int or not 0 <= value <= LARGEST_WHOLE:
        raise record.error(f"field {key!r} must be a whole number from 0 to 2^53, and is {_shown(value)}")
    return value


def _amount(record: Record, key: str) -> float:
    value = record.value(key)
    if type(value) not in (int, float) or not 0 <= value <= LARGEST_AMOUNT:
        raise record.error(f"field {key!r} must be a number from 0 to 1e12, and is {_shown(value)}")
    return float(value)


def _probability(record: Record) -> float:
    value = record.value("probability")
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise record.error(f"field 'probability' must be a number from 0 to 1, and is {_shown(value)}")
    return float(value)


def _shown(value: object) -> str:
    return str(value)[:40] if type(value) in (int, float) else type_name(value)


def _text_or_none(record: Record, key: str) -> str | None:
    return None if record.value(key) is None else record.text(key)


def _duplicate_of(record: Record) -> int | None:
    if record.value("duplicate_of") is None:
        return None
    original = _whole(record, "duplicate_of")
    if original == _whole(record, "sample_index"):
        raise record.error(f"field 'duplicate_of' is {original}; it must name another sample of the task")
    return original


def _groups(record: Record) -> Mapping[str, client.Verdict | None]:
    if not record.has("groups"):
        return {}
    groups = record.value("groups")
    if not isinstance(groups, Mapping):
        raise record.error(f"field 'groups' must be an object, and is {type_name(groups)}")
    found: dict[str, client.Verdict | None] = {}
    for group, name in groups.items():
        if name is not None and not isinstance(name, str):
            raise record.error(f"field 'groups': {group[:80]!r} must be a string or null")
        found[group] = None if name is None else _verdict(record, "groups", name)
    return found
