"""Rows of the store as tables for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow
from verifierd.cli.audit.texts import SECOND_NS, when, word
from verifierd.cli.output import money_text, plain, seconds_text
from verifierd.cli.words import counted, short, words
from verifierd.model import Verdict

MIB = 1 << 20
ID_CHARS = 12  # of a batch's id: enough to name it by


def facts(title: str, rows: Iterable[tuple[str, RenderableType | None]]) -> Table:
    """Return what is known of one thing, a line each; what is not known is left out."""
    table = Table(
        title=plain(title), title_justify="left", title_style="bold", show_header=False, expand=False
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value is not None and (value or not isinstance(value, str | Text)):
            table.add_row(name, value)
    return table


def batches_table(rows: Iterable[BatchRow]) -> Table:
    """Return batches, a line each."""
    table = _table("batch", "submitted", "problem", "state", "candidates", "verdicts", "cost")
    for row in rows:
        total = f" of {row.candidates_total}" if row.candidates_total else ""
        table.add_row(
            plain(row.id[:ID_CHARS]),
            when(row.submitted_at_ns),
            plain(row.problem_id),
            state_text(row),
            f"{row.candidates_finished}{total}",
            _short(row.verdict_counts),
            "" if row.money_usd is None else money_text(row.money_usd),
        )
    return table


def candidates_table(rows: Iterable[CandidateRow]) -> Table:
    """Return candidates, a line each."""
    table = _table("record", "batch", "candidate", "language", "verdict", "tests", "CPU", "memory")
    for row in rows:
        candidate = plain(row.candidate_id)
        if row.duplicate_of:
            candidate = Text.assemble(candidate, (" = ", "dim"), plain(row.duplicate_of))
        table.add_row(
            str(row.sequence),
            plain(row.batch_id[:ID_CHARS]),
            candidate,
            plain(row.language),
            words(word(row.verdict)),
            f"{row.tests_passed}/{row.tests_total}",
            time_text(row.cpu_time_ns),
            memory_text(row.peak_memory_bytes),
        )
    return table


def executions_table(rows: Iterable[ExecutionRow]) -> Table:
    """Return executions, a line each."""
    table = _table("id", "recorded", "problem", "candidate", "test", "verdict", "CPU", "memory", "sandbox")
    for row in rows:
        table.add_row(
            row.name,
            when(row.recorded_at_ns),
            plain(row.problem_id),
            plain(row.candidate_id),
            plain(row.test_id),
            words(word(row.verdict)),
            time_text(row.cpu_time_ns),
            memory_text(row.peak_memory_bytes),
            plain(row.sandbox_id),
        )
    return table


def state_text(row: BatchRow) -> Text:
    """Return how a batch stands."""
    text = Text(row.state, style={"abandoned": "yellow", "running": "cyan"}.get(row.state, ""))
    return Text.assemble(text, (" held", "bold")) if row.is_held else text


def verdicts_text(counts: Mapping[Verdict, int]) -> Text:
    """Return how many got which verdict."""
    return counted({word(verdict): count for verdict, count in counts.items()})


def _short(counts: Mapping[Verdict, int]) -> Text:
    """Return how many got which verdict, in little room."""
    parts = [Text.assemble(f"{counts[each]} ", short(word(each))) for each in Verdict if counts.get(each)]
    return Text(", ").join(parts)


def time_text(nanoseconds: int) -> str:
    """Return a duration."""
    return seconds_text(nanoseconds / SECOND_NS)


def memory_text(size_bytes: int) -> str:
    """Return an amount of memory in MiB."""
    return f"{size_bytes / MIB:.1f} MiB"


def _table(*columns: str) -> Table:
    table = Table(expand=False)
    for name in columns:
        is_number = name in {"candidates", "tests", "CPU", "memory", "cost"}
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table
