"""`verifierd audit hold` and `release`: a batch stays whatever retention says, until it is freed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from verifierd.audit.holding import change_hold
from verifierd.audit.naming import named_batch
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.who import who
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.config import load_settings

HOLD_HELP = """Put a batch under legal hold: retention does not remove it.

BATCH is a batch's id, or enough of its beginning. Who did it, when and why is recorded in the chain, and so
is its end (`verifierd audit release`).

    verifierd audit hold 3f2a91c0 --reason "case 2026-114"

Exit status: 0 it is held; 2 there is no such batch, or an option or a setting is wrong; 3 the store cannot be
read or written.
"""

RELEASE_HELP = """Free a batch of its legal hold: retention may remove it again.

BATCH is a batch's id, or enough of its beginning.

    verifierd audit release 3f2a91c0 --reason "case 2026-114 is closed"

Exit status: 0 it is free; 2 there is no such batch, or an option or a setting is wrong; 3 the store cannot be
read or written.
"""

BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="The batch.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, as it is recorded.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help=JSON_HELP)]


def hold(
    batch: BatchArgument,
    reason: ReasonOption,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a batch under hold."""
    _change(batch, True, reason, database, blobs, config, as_json)


def release(
    batch: BatchArgument,
    reason: ReasonOption,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Free a batch."""
    _change(batch, False, reason, database, blobs, config, as_json)


def _change(
    batch: str,
    is_held: bool,
    reason: str,
    database: str | None,
    blobs: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        with store.reading() as connection:
            batch_id = named_batch(connection, batch).id
        is_new = change_hold(store, batch_id, is_held=is_held, by=who(), reason=reason, now_ns=time.time_ns())
        if as_json:
            print_json({"batch_id": batch_id, "is_held": is_held, "changed": is_new})
        else:
            state = "under" if is_held else "free of"
            print_views(plain(f"batch {batch_id} is {'' if is_new else 'already '}{state} legal hold"))
    raise typer.Exit(ExitCode.FINE)
