"""`verifierd audit tail`: executions as they are recorded."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.text import Text

from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.finding_executions import executions, executions_after, newest_id
from verifierd.audit.found import ExecutionRow
from verifierd.audit.naming import named_batch
from verifierd.audit.pages import Asked
from verifierd.cli.audit.as_json import row_as_json
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.tables import ID_CHARS, memory_text, time_text
from verifierd.cli.audit.texts import verdicts_from, when, word
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.words import words
from verifierd.config import load_settings

AT_A_TIME = 200

HELP = """Print executions as they are recorded, until interrupted.

It begins with the last `--lines` that match, and ends at once with `--no-follow`.

    verifierd audit tail
    verifierd audit tail --problem two-sum --verdict IE
    verifierd audit tail --json | jq -r '[.candidate_id, .verdict] | @tsv'

Exit status: 130 interrupted, 143 by SIGTERM; 0 with `--no-follow`; 2 an option is wrong; 3 the store cannot
be read.
"""


def tail(
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=1000, help="Earlier ones first.")] = 10,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Wait for more.")] = True,
    batch: Annotated[str | None, typer.Option("--batch", help="Only of this batch.")] = None,
    problem: Annotated[str, typer.Option("--problem", help="Only of this problem.")] = "",
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", help="Only with this verdict; may be repeated.")
    ] = None,
    interval_s: Annotated[
        float, typer.Option("--interval", min=0.05, max=60, help="Seconds between two looks.")
    ] = 0.5,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Follow executions."""
    verdicts = verdicts_from(verdict)
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        with store.reading() as connection:
            batch_id = "" if batch is None else named_batch(connection, batch).id
            wanted = ExecutionFilter(batch_id=batch_id, problem_id=problem, verdicts=verdicts)
            at = newest_id(connection)
            earlier = executions(connection, wanted, Asked(lines)).items if lines else ()
        for row in reversed([row for row in earlier if row.id <= at]):
            _print(row, as_json)
        while follow:
            before = at
            with store.reading() as connection:
                rows, at = executions_after(connection, wanted, at, AT_A_TIME)
            for row in rows:
                _print(row, as_json)
            if at == before:
                time.sleep(interval_s)
    raise typer.Exit(ExitCode.FINE)


def _print(row: ExecutionRow, as_json: bool) -> None:
    if as_json:
        print_json(row_as_json(row))
        return
    about = f"{time_text(row.cpu_time_ns)} CPU, {memory_text(row.peak_memory_bytes)}"
    print_views(
        Text.assemble(
            (f"{when(row.recorded_at_ns)} ", "dim"),
            (f"{row.name} ", "dim"),
            (f"{plain(row.batch_id[:ID_CHARS])} ", "dim"),
            plain(row.problem_id),
            " ",
            plain(row.candidate_id),
            " ",
            plain(row.test_id),
            ": ",
            words(word(row.verdict)),
            (f", {about}", "dim"),
        )
    )
