"""`verifierd audit verify`: does everything that was recorded still stand as it was written?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.audit.keys import public_file
from verifierd.audit.verifying import Asked, Report, verify_records
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, is_of_settings, opened
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.progress import progress
from verifierd.cli.words import plural
from verifierd.config import ConfigError, load_settings
from verifierd.config.audit import AuditSection

HELP = """Prove that nobody changed what was recorded.

Each record names its predecessor by a hash, and so all of them hang together. What was changed, removed, put
in or moved is found and named; so is a row of a table that says something else than its record, and a blob
that is missing or damaged. A daemon that writes to the store may go on.

    verifierd audit verify --database audit.db
    verifierd audit verify --checkpoints audit.jsonl --public-key audit.key.pub
    verifierd audit verify --from 1000 --to 2000 --json

Who can write to the store can also write all of it anew, hashes and all. Only signed checkpoints show that:
the daemon appends them to a file elsewhere (`audit.checkpoint_file`). Without `--checkpoints` those of the
settings are compared, where the store is the settings' own.

What retention removed is accounted for by records of its own. With `--from` or `--to` each batch that has a
record among those is compared whole, and blobs are not read.

Exit status: 0 everything stands; 1 something does not, and each place is named; 2 an option, a setting or a
file is wrong; 3 the store cannot be read; 130 interrupted.
"""


def verify(
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    first: Annotated[
        int, typer.Option("--from", min=1, metavar="SEQUENCE", help="The first record.", show_default=False)
    ] = 1,
    last: Annotated[
        int | None,
        typer.Option("--to", min=1, metavar="SEQUENCE", help="The last one.", show_default=False),
    ] = None,
    skip_blobs: Annotated[
        bool, typer.Option("--skip-blobs", help="Look only whether blobs are there; do not read them.")
    ] = False,
    checkpoints: Annotated[
        Path | None,
        typer.Option("--checkpoints", help="The file of signed checkpoints.", show_default=False),
    ] = None,
    public_keys: Annotated[
        list[Path] | None,
        typer.Option(
            "--public-key",
            help="What they are signed with (the .pub of `keygen`); several where keys changed.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Verify a store."""
    with reported(as_json):
        settings = load_settings(config)
        if last is not None and last < first:
            raise ConfigError(f"--to {last} is before --from {first}")
        section = settings.audit if is_of_settings(settings, database) else AuditSection()
        file, keys = _checkpoints(section, checkpoints, tuple(public_keys or ()))
        asked = Asked(first, last, not skip_blobs, file, keys)

        def watch(what: str, steps: int) -> AbstractContextManager[Callable[[], None]]:
            return progress(what, steps, shown=not as_json)

        with opened(settings, database, blobs) as store:
            report = verify_records(store, asked, watch)
        if first > max(1, report.newest[0]):
            raise ConfigError(f"--from {first} is behind the newest record, {report.newest[0]}")
        if as_json:
            print_json(report_as_json(report))
        else:
            print_views(*report_views(report))
    raise typer.Exit(ExitCode.FINE if report.holds else ExitCode.NEGATIVE)


def report_as_json(report: Report) -> dict[str, Any]:
    """Return a report as a JSON object."""
    sequence, newest_hash = report.newest
    return {
        "holds": report.holds,
        **{name: value for name, value in asdict(report).items() if name not in ("newest", "faults")},
        "newest": {"sequence": sequence, "hash": newest_hash.hex()},
        "faults": [asdict(fault) for fault in report.faults],
    }


def report_views(report: Report) -> list[RenderableType]:
    """Return a report for a person: a table of the faults if there are any, and what it all amounts to."""
    views: list[RenderableType] = []
    if report.faults:
        table = Table(title="Faults", title_justify="left", expand=False)
        table.add_column("record", justify="right", no_wrap=True)
        table.add_column("what is wrong", overflow="fold")
        for fault in report.faults:
            table.add_row(str(fault.sequence) if fault.sequence else "", plain(fault.description))
        views.append(table)
    views.append(_looked_at(report))
    views.append(_conclusion(report))
    return views


def _looked_at(report: Report) -> Text:
    counts = [
        plural(report.records_checked, "record"),
        f"{report.batches_checked} batches with {plural(report.executions_checked, 'execution')}",
        plural(report.blobs_checked, "blob"),
        plural(report.checkpoints_checked, "checkpoint"),
    ]
    text = Text(f"Looked at {', '.join(counts)}.")
    if report.records_removed:
        text.append(
            f" Retention removed {plural(report.records_removed, 'record')}, and recorded that it did."
        )
    if report.checkpoints_of_removed:
        count = plural(report.checkpoints_of_removed, "checkpoint")
        text.append(f" Of {count} more the record is removed: nothing follows from them.")
    return text


def _conclusion(report: Report) -> Text:
    if not report.holds:
        more = f" and {report.faults_left_out} more" if report.faults_left_out else ""
        count = plural(len(report.faults), "fault")
        return Text(f"Not everything stands as it was written: {count}{more}.", style="bold red")
    newest, _ = report.newest
    text = Text("Everything stands as it was written.", style="green")
    if report.checkpointed_sequence == 0:
        why = "no checkpoint agrees with a record, or none were given"
        text.append(f" Whether all of it was written anew is not known: {why}.", "yellow")
    else:
        text.append(f" Checkpoints prove it up to record {report.checkpointed_sequence} of {newest}.")
    return text


def _checkpoints(
    section: AuditSection, file: Path | None, keys: tuple[Path, ...]
) -> tuple[Path | None, tuple[Path, ...]]:
    """Return the file and the keys that are meant: those of the options, else those of the settings."""
    if file is None and keys and section.checkpoint_file is None:
        raise ConfigError("--public-key is for checkpoints, and none are named: give --checkpoints too")
    file = section.checkpoint_file if file is None else file
    if file is not None and not keys:
        if section.checkpoint_key_file is None:
            raise ConfigError(
                f"{file}: checkpoints need the key that they are signed with: give --public-key"
            )
        keys = (public_file(section.checkpoint_key_file),)
    return file, keys
