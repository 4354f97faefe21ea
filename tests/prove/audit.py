"""What `make prove-audit` measures: crashes, a million executions, what records cost, tampering, pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.prove import audit_console, audit_crash, audit_scale, audit_writing
from tests.prove.harness import Figure, Line, NotMeasured
from tests.security.records import run_pytest

SUITE_S = 1800.0


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in: what needs a quiet machine first."""
    integration = Path("tests/integration/audit")
    return [
        *audit_writing.lines(scratch),
        *audit_scale.lines(repository, scratch),
        *audit_console.lines(repository, scratch),
        Line(
            "a store altered in each of many ways: rows, records, order, end, blobs, all of it written anew",
            "each found, and named by its record",
            _tests(
                repository,
                integration / "test_tampering.py",
                integration / "test_verifying_blobs.py",
                integration / "test_verifying_checkpoints.py",
                integration / "test_verifying_tables.py",
                integration / "test_verifying_words.py",
            ),
        ),
        Line(
            "disk full, locked, gone and back, killed amid a write; a newer schema; a blob lost or damaged",
            "named, isolated, nothing lost",
            _tests(repository, integration / "test_faults.py", integration / "test_opening.py"),
        ),
        Line(
            "blobs in S3, by a server of it: lost, damaged, hung, gone and back; durable batches there",
            "named, isolated, nothing lost",
            _tests(repository, integration / "test_s3.py", Path("tests/integration/durable/test_in_s3.py")),
        ),
        Line(
            "the console in Chromium: each page in light and dark, under attack, by axe-core",
            "no script of others runs, no serious fault",
            _tests(repository, Path("tests/browser")),
        ),
        *audit_crash.lines(scratch),
    ]


def _tests(repository: Path, *paths: Path) -> Callable[[], Figure]:
    def measure() -> Figure:
        if absent := [str(path) for path in paths if not (repository / path).exists()]:
            raise NotMeasured(f"there is no {absent[0]}")
        ran = run_pytest(*paths, limit_s=SUITE_S)
        return Figure(ran.summary, ran.is_green, {"tail": ran.tail})

    return measure
