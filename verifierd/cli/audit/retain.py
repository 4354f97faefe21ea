"""`verifierd audit retain`: old batches go, by age and by size, and that they went is recorded."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.audit.retention import Bounds, Outcome, plan
from verifierd.audit.retention import retain as remove
from verifierd.audit.sizes import Amount
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.who import who
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views, size_text
from verifierd.cli.progress import progress
from verifierd.config import ConfigError, Settings, load_settings
from verifierd.config.records import retention_bounds

HELP = """Remove old batches, with all that was recorded of them.

The oldest go first, each one whole: records, sources, outputs. One that is not finished stays, and so does
one under legal hold (`verifierd audit hold`). What went is recorded: the rest still verifies, and who looks
for a batch later finds when and why it went.

    verifierd audit retain --older-than 90 --dry-run
    verifierd audit retain --older-than 90
    verifierd audit retain --keep-gib 200 --json
    verifierd audit retain --config verifierd.toml --dry-run

`--older-than` counts days from a batch's end. `--keep-gib` is what all batches may take together: records and
blobs as they are stored, and about 250 bytes for each execution's row. A batch goes where one of the two says
so. Without them `audit.keep_days` and `audit.keep_gib` of the settings hold. By these the daemon removes what
is old every `audit.retain_seconds`; `--dry-run` alone says what it would remove now.

A daemon that writes to the store may go on, and waits for moments. Room in an SQLite file is used again for
what comes next; the file does not shrink.

Exit status: 0 it is done, or told; 2 an option or a setting is wrong; 3 the store cannot be read or written;
130 interrupted (what went by then is gone, and recorded).
"""


def retain(
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    older_than: Annotated[
        int | None,
        typer.Option("--older-than", min=1, metavar="DAYS", help="Days since its end.", show_default=False),
    ] = None,
    keep_gib: Annotated[
        float | None,
        typer.Option("--keep-gib", min=0, metavar="GIB", help="What may stay in all.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Remove old batches."""
    with reported(as_json):
        settings = load_settings(config)
        rules = _bounds(settings, older_than, keep_gib).rules(time.time_ns(), who())
        with opened(settings, database, blobs) as store:
            if dry_run:
                outcome = plan(store, rules)
            else:
                going = plan(store, rules).gone.batches
                with progress("removing batches", going, shown=not as_json) as advance:
                    outcome = remove(store, rules, time.time_ns, advance)
        if as_json:
            print_json({"dry_run": dry_run, **asdict(outcome)})
        else:
            print_views(*outcome_views(outcome, dry_run))
    raise typer.Exit(ExitCode.FINE)


def outcome_views(outcome: Outcome, dry_run: bool) -> list[RenderableType]:
    """Return what went, or would go, and what is left, for a person."""
    table = Table(title="What would be removed" if dry_run else "What was removed", title_justify="left")
    table.add_column("")
    for name in ("batches", "candidates", "executions", "records", "size"):
        table.add_column(name, justify="right")
    table.add_row("would go" if dry_run else "gone", *_cells(outcome.gone))
    table.add_row("would stay" if dry_run else "left", *_cells(outcome.left))
    kept = [
        (outcome.held, "under legal hold: `verifierd audit release` frees one"),
        (outcome.unfinished, "not finished"),
    ]
    stays = [f"Stays whatever the rules: {_batches(count)} {why}." for count, why in kept if count]
    return [table, *map(Text, stays)]


def _cells(amount: Amount) -> list[str]:
    numbers = (amount.batches, amount.candidates, amount.executions, amount.records)
    return [*(f"{number:,}" for number in numbers), size_text(amount.stored_bytes)]


def _batches(count: int) -> str:
    return "1 batch" if count == 1 else f"{count} batches"


def _bounds(settings: Settings, older_than: int | None, keep_gib: float | None) -> Bounds:
    """Return the bounds of the options, or those of the settings where no option gives one."""
    given = Bounds(older_than, keep_gib)
    bounds = retention_bounds(settings) if given.are_none else given
    if bounds.are_none:
        raise ConfigError(
            "nothing says what may go: give --older-than or --keep-gib, or set audit.keep_days or "
            "audit.keep_gib"
        )
    return bounds
