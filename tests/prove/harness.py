"""Measures what a part of the service promises, line by line, and says which lines hold.

A proof is a list of lines. Each is measured on its own: one that falls short, breaks or cannot be
measured here never keeps the next from being measured. The table and `build/prove-NAME.json` hold
the same figures.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


class NotMeasured(Exception):
    """The line cannot be measured on this host; the message says why. It does not hold."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one measurement found: a figure for a person, whether it holds, and the facts behind it."""

    text: str
    holds: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One promise: what it is about, how far it must reach, and how it is measured."""

    what: str
    reach: str
    measure: Callable[[], Figure]


@dataclass(frozen=True, slots=True)
class Row:
    """A line with what was measured for it."""

    what: str
    figure: str
    reach: str
    holds: bool
    took_s: float
    facts: Mapping[str, Any]


def unwind_on_sigterm() -> None:
    """Let SIGTERM end a proof as an interrupt does: what it has started ends with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def prove(name: str, lines: Sequence[Line], build: Path, console: Console) -> int:
    """Measure every line, print the table, write `prove-NAME.json` into `build`.

    Returns:
        The exit status: 0 if every line holds, else 1.
    """
    rows = []
    for number, line in enumerate(lines, 1):
        with console.status(f"{number} of {len(lines)}: {line.what}"):
            row = _measure(line)
        rows.append(row)
        _write(name, rows, len(lines), build)
        mark = "holds" if row.holds else "FALLS SHORT"
        console.print(f"{number}/{len(lines)} {mark}: {row.what}: {row.figure} ({row.took_s:.0f} s)")
    console.print(_table(name, rows))
    return 0 if all(row.holds for row in rows) else 1


def _write(name: str, rows: Sequence[Row], count: int, build: Path) -> None:
    """Keep what has been measured so far: a proof that is ended before its end does not hold."""
    holds = len(rows) == count and all(row.holds for row in rows)
    report = {"name": name, "holds": holds, "lines": [asdict(row) for row in rows]}
    build.mkdir(parents=True, exist_ok=True)
    (build / f"prove-{name}.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def _measure(line: Line) -> Row:
    started = time.monotonic()
    try:
        figure = line.measure()
    except NotMeasured as reason:
        figure = Figure(f"skipped: {reason}", holds=False)
    except Exception as error:  # whatever broke, the lines after it are still measured
        figure = Figure(f"broke: {type(error).__name__}: {error}", holds=False)
    took_s = round(time.monotonic() - started, 1)
    return Row(line.what, figure.text, line.reach, figure.holds, took_s, figure.facts)


def _table(name: str, rows: Sequence[Row]) -> Table:
    table = Table(title=f"prove-{name}", show_lines=True)
    for column in ("what", "figure", "reach", "holds"):
        table.add_column(column, overflow="fold")
    for row in rows:
        style = "green" if row.holds else "bold red"
        table.add_row(row.what, row.figure, row.reach, "yes" if row.holds else "NO", style=style)
    return table
