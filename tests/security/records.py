"""What the suites of attacks and of reward hacks wrote of each program, read as rows of one form.

The suites run under pytest, once for each backend, and leave `build/security-SUITE-BACKEND.json`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.support.backends import BACKENDS, REPOSITORY
from tests.support.once import EVERYWHERE

ACCEPTED = "ACCEPTED"
BUILD = REPOSITORY / "build"
FOLDERS = {
    "attacks": Path("tests", "security", "attacks"),
    "hacks": Path("tests", "security", "hacks"),
}
TAIL_LINES = 15
OVER = 124  # as timeout(1) says it
PASSED = re.compile(r"(\d+) of \d+ passed")


@dataclass(frozen=True, slots=True)
class Row:
    """One program on one backend. `host_ok` is None where the suite does not look at the host."""

    suite: str
    group: str
    program: str
    backend: str
    expected: str
    got: str
    as_expected: bool
    false_accepted: bool
    honest_refused: bool
    host_ok: bool | None

    @property
    def holds(self) -> bool:
        """Say whether all is as it must be."""
        return self.as_expected and self.host_ok is not False


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of pytest ended.

    Attributes:
        defects: tests that were expected to fail, each for a defect that is known, and did.
        unrun: tests that were skipped wherever they could have run, with a reason.
    """

    status: int
    summary: str
    tail: str
    defects: tuple[str, ...] = ()
    unrun: tuple[str, ...] = ()

    @property
    def is_green(self) -> bool:
        """Say whether something ran, nothing failed, and no known defect is left."""
        return self.is_as_expected and not self.defects

    @property
    def is_as_expected(self) -> bool:
        """Say whether something ran, and nothing failed but what is expected to."""
        return self.status == 0 and "passed" in self.summary

    @property
    def told_defects(self) -> str:
        """Return how many defects are known, to be put behind a figure; empty if none is."""
        return f"; known defects: {len(self.defects)}" if self.defects else ""


def run_pytest(
    *folders: Path, limit_s: float, shown: bool = False, selected: str = "", everywhere: bool = False
) -> Ran:
    """Run the tests of these folders or files, their progress to the terminal if it is to be shown.

    `selected` is an expression over their names, as pytest's -k takes it; `everywhere` runs on a second
    backend, too, what is the same there.
    """
    with tempfile.TemporaryDirectory(prefix="pytest-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command += ["-k", selected] if selected else []
        status, lines = _followed([*command, *map(str, folders)], limit_s, shown, everywhere)
        defects, unrun = _skipped(report) if report.is_file() else ([], [])
    counted = [line.strip("= ") for line in lines if re.search(r"\d+ (passed|failed|skipped|error)", line)]
    summary = counted[-1] if counted else "no tests ran"
    return Ran(status, summary, "\n".join(lines[-TAIL_LINES:]), tuple(defects), tuple(unrun))


def _followed(command: list[str], limit_s: float, shown: bool, everywhere: bool) -> tuple[int, list[str]]:
    """Run a command. Returns its exit status and the lines that it wrote; 124 where its time was over."""
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | ({EVERYWHERE: "1"} if everywhere else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        clock = threading.Timer(limit_s, process.terminate)
        clock.daemon = True  # who is interrupted does not wait for it
        clock.start()
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if shown:
                sys.stderr.write(line)
        status = process.wait()
        is_over = not clock.is_alive()
        clock.cancel()
    return (OVER if is_over else status), lines


def _skipped(report: Path) -> tuple[list[str], list[str]]:
    """Return from a report in JUnit's form the known defects, and the tests that ran nowhere."""
    defects: list[str] = []
    reasons: dict[str, str] = {}
    ran: set[str] = set()
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it for us
        name = case.get("name", "")
        skipped = case.find("skipped")
        if skipped is None:
            ran.add(name.partition("[")[0])
        elif skipped.get("type") == "pytest.xfail":
            defects.append(f"{name}: {skipped.get('message')}")
            ran.add(name.partition("[")[0])
        else:
            reasons.setdefault(name.partition("[")[0], skipped.get("message", ""))
    return defects, [f"{name}: {reason}" for name, reason in reasons.items() if name not in ran]


def forget(suite: str) -> None:
    """Remove what an earlier run of a suite wrote."""
    for backend in BACKENDS:
        _file(suite, backend.name).unlink(missing_ok=True)


def rows_of(suite: str) -> list[Row]:
    """Return the rows that a suite wrote, those of all backends together."""
    return list(_rows(suite))


def _rows(suite: str) -> Iterator[Row]:
    for backend in BACKENDS:
        file = _file(suite, backend.name)
        if file.is_file():
            for record in json.loads(file.read_text("utf-8")):
                yield _attack(record) if suite == "attacks" else _hack(record)


def _file(suite: str, backend: str) -> Path:
    return BUILD / f"security-{suite}-{backend}.json"


def _attack(record: dict[str, Any]) -> Row:
    expected, got = _words(record["expected"]), _words(record["got"])
    return Row(
        suite="attacks",
        group=record["group"],
        program=record["attack"],
        backend=record["backend"],
        expected=" or ".join(sorted(expected)),
        got=", ".join(sorted(got)) or "no answer",
        as_expected=bool(got) and got <= expected,
        false_accepted=ACCEPTED in got - expected,
        honest_refused=False,
        host_ok=bool(record["host_ok"]),
    )


def _hack(record: dict[str, Any]) -> Row:
    """A hack is falsely accepted also where it passes one test more than it solves."""
    expected, got, fits = str(record["expected"]), str(record["got"]), bool(record["ok"])
    is_honest = expected.startswith(ACCEPTED)
    passes_more = _passed(got) > _passed(expected)
    return Row(
        suite="hacks",
        group=record["kind"],
        program=record["program"],
        backend=record["backend"],
        expected=expected,
        got=got,
        as_expected=fits,
        false_accepted=not is_honest and not fits and (got.startswith(ACCEPTED) or passes_more),
        honest_refused=is_honest and not fits,
        host_ok=None,
    )


def _words(field: str | Iterable[str]) -> set[str]:
    return {field} if isinstance(field, str) else set(field)


def _passed(text: str) -> int:
    found = PASSED.search(text)
    return int(found[1]) if found else 0
