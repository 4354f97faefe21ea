"""Rows of the store as tables for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow
from verifierd.cli.audit.fitting import Column, Listing
from verifierd.cli.audit.texts import SECOND_NS, minute, word, zone
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


def batches_listing(rows: Iterable[BatchRow]) -> Listing:
    """Return batches, a line each."""
    columns = (
        Column("batch"),
        Column(f"submitted ({zone()})"),
        Column("problem", is_text=True),
        Column("state", is_text=True, folds=True),
        Column("candidates", is_number=True),
        Column("verdicts", is_text=True, folds=True),
        Column("cost", is_number=True, gives_way=1),
    )
    return Listing(columns, map(_batch_cells, rows))


def candidates_listing(rows: Iterable[CandidateRow]) -> Listing:
    """Return candidates, a line each."""
    columns = (
        Column("record"),
        Column("batch"),
        Column("candidate", is_text=True),
        Column("language", gives_way=2),
        Column("verdict", is_text=True, folds=True),
        Column("tests", is_number=True),
        Column("CPU", is_number=True),
        Column("memory", is_number=True, gives_way=1),
    )
    return Listing(columns, map(_candidate_cells, rows))


def executions_listing(rows: Iterable[ExecutionRow]) -> Listing:
    """Return executions, a line each."""
    columns = (
        Column("id"),
        Column(f"recorded ({zone()})"),
        Column("problem", is_text=True),
        Column("candidate", is_text=True),
        Column("test", is_text=True),
        Column("verdict"),
        Column("CPU", is_number=True),
        Column("memory", is_number=True, gives_way=2),
        Column("sandbox", gives_way=1),
    )
    return Listing(columns, map(_execution_cells, rows))


def _batch_cells(row: BatchRow) -> tuple[Text | str, ...]:
    total = f" of {row.candidates_total}" if row.candidates_total else ""
    return (
        plain(row.id[:ID_CHARS]),
        minute(row.submitted_at_ns),
        plain(row.problem_id),
        state_text(row),
        f"{row.candidates_judged}{total}",
        _short(row.verdict_counts),
        "" if row.money_usd is None else money_text(row.money_usd),
    )


def _candidate_cells(row: CandidateRow) -> tuple[Text | str, ...]:
    candidate = plain(row.candidate_id)
    if row.duplicate_of:
        candidate = Text.assemble(candidate, (" = ", "dim"), plain(row.duplicate_of))
    return (
        str(row.sequence),
        plain(row.batch_id[:ID_CHARS]),
        candidate,
        plain(row.language),
        words(word(row.verdict)),
        f"{row.tests_passed}/{row.tests_total}",
        time_text(row.cpu_time_ns) if row.has_run else "",
        memory_text(row.peak_memory_bytes) if row.has_run else "",
    )


def _execution_cells(row: ExecutionRow) -> tuple[Text | str, ...]:
    return (
        row.name,
        minute(row.recorded_at_ns),
        plain(row.problem_id),
        plain(row.candidate_id),
        plain(row.test_id),
        short(word(row.verdict)),
        time_text(row.cpu_time_ns) if row.has_run else "",
        memory_text(row.peak_memory_bytes) if row.has_run else "",
        plain(row.sandbox_id),
    )


def state_text(row: BatchRow) -> Text:
    """Return how a batch stands."""
    styles = {"abandoned": "yellow", "cancelled": "yellow", "running": "cyan"}
    text = Text(row.standing, style=styles.get(row.standing, ""))
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
