"""`python -m tests.security.table`: what `make test-security` runs.

Runs the suites of attacks and of reward hacks on every backend that this host can run, then says in one
table what came of them. Exits 1 if anything is not as it must be.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.security.records import FOLDERS, Row, forget, rows_of, run_pytest
from tests.support.any_engine import engine_where_possible
from tests.support.backends import BACKENDS, REPOSITORY, why_not

LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Tally:
    """One group of programs on one backend, counted."""

    suite: str
    group: str
    backend: str
    programs: int
    as_expected: int
    false_accepted: int
    honest_refused: int
    host_changed: int | None

    @property
    def holds(self) -> bool:
        """Say whether all programs ended as they must and left the host as it was."""
        return self.as_expected == self.programs and not self.host_changed


def tallies(rows: Sequence[Row]) -> list[Tally]:
    """Count the rows of each group on each backend."""
    groups = dict.fromkeys((row.suite, row.group, row.backend) for row in rows)
    return [
        _tally(key, [row for row in rows if (row.suite, row.group, row.backend) == key]) for key in groups
    ]


def _tally(key: tuple[str, str, str], rows: Sequence[Row]) -> Tally:
    looked_at = [row for row in rows if row.host_ok is not None]
    return Tally(
        *key,
        programs=len(rows),
        as_expected=sum(row.as_expected for row in rows),
        false_accepted=sum(row.false_accepted for row in rows),
        honest_refused=sum(row.honest_refused for row in rows),
        host_changed=sum(row.host_ok is False for row in looked_at) if looked_at else None,
    )


def table(counted: Sequence[Tally]) -> Table:
    """Return the table of all groups and backends."""
    shown = Table(title="attacks and reward hacks")
    for column in ("suite", "group", "backend"):
        shown.add_column(column)
    for column in ("programs", "as expected", "false ACCEPTED", "honest refused", "host"):
        shown.add_column(column, justify="right")
    for tally in counted:
        host = {None: "-", 0: "untouched"}.get(tally.host_changed, f"{tally.host_changed} changed it")
        shown.add_row(
            *(tally.suite, tally.group, tally.backend, str(tally.programs), str(tally.as_expected)),
            *(str(tally.false_accepted), str(tally.honest_refused), host),
            style=None if tally.holds else "bold red",
        )
    return shown


def main() -> int:
    """Run the suites that are there and print the table."""
    console = Console()
    suites = [suite for suite, folder in FOLDERS.items() if (REPOSITORY / folder).is_dir()]
    if not suites:
        sys.stderr.write("there is neither a suite of attacks nor one of reward hacks\n")
        return 1
    with engine_where_possible():
        for suite in suites:
            forget(suite)
        ran = run_pytest(*(FOLDERS[suite] for suite in suites), limit_s=LIMIT_S, shown=True)
        reasons = {backend.name: why_not(backend) for backend in BACKENDS}
    rows = [row for suite in suites for row in rows_of(suite)]
    counted = tallies(rows)
    console.print(table(counted))
    for row in rows:
        if not row.holds:
            host = ", the host was changed" if row.host_ok is False else ""
            place = f"{row.suite}: {row.group}/{row.program} on {row.backend}"
            console.print(f"{place}: expected {row.expected}, got {row.got}{host}", style="red", markup=False)
    for name, reason in reasons.items():
        if reason:
            console.print(f"not run on {name}: {reason}", markup=False)
    for defect in ran.defects:
        console.print(f"known defect: {defect}", style="red", markup=False)
    console.print(ran.summary, markup=False)
    return 0 if ran.is_green and rows and all(tally.holds for tally in counted) else 1


if __name__ == "__main__":
    raise SystemExit(main())
