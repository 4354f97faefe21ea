"""`verifierd audit hold` and `release`: a batch stays whatever retention says, until it is freed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from verifierd.audit.errors import EntryRefused, UnknownBatch
from verifierd.audit.holding import change_hold
from verifierd.audit.removals import removal_of
from verifierd.audit.store import Store
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.who import who
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.config import load_settings

HOLD_HELP = """Put a batch under legal hold: retention does not remove it.

Who did it, when and why is recorded in the chain, and so is its end (`verifierd audit release`).

    verifierd audit hold 01J9ZX4Q7E --reason "case 2026-114"

Exit status: 0 it is held; 2 there is no such batch, or an option or a setting is wrong; 3 the store cannot be
read or written.
"""

RELEASE_HELP = """Free a batch of its legal hold: retention may remove it again.

    verifierd audit release 01J9ZX4Q7E --reason "case 2026-114 is closed"

Exit status: 0 it is free; 2 there is no such batch, or an option or a setting is wrong; 3 the store cannot be
read or written.
"""

BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="Its id.", show_default=False)]
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
    with _changing(database, blobs, config, as_json) as store:
        is_new = change_hold(store, batch, is_held=True, by=who(), reason=reason, now_ns=time.time_ns())
        _tell(batch, True, is_new, as_json)
    raise typer.Exit(ExitCode.FINE)


def release(
    batch: BatchArgument,
    reason: ReasonOption,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Free a batch."""
    with _changing(database, blobs, config, as_json) as store:
        is_new = change_hold(store, batch, is_held=False, by=who(), reason=reason, now_ns=time.time_ns())
        _tell(batch, False, is_new, as_json)
    raise typer.Exit(ExitCode.FINE)


@contextmanager
def _changing(database: str | None, blobs: str | None, config: Path | None, as_json: bool) -> Iterator[Store]:
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        try:
            yield store
        except UnknownBatch as error:
            removal = removal_of(store, error.batch_id)
            if removal is None:
                raise
            when = datetime.fromtimestamp(removal.occurred_at_ns // 10**9, UTC).isoformat()
            raise EntryRefused(f"batch {error.batch_id!r} was removed at {when}: {removal.why}") from None


def _tell(batch: str, is_held: bool, is_new: bool, as_json: bool) -> None:
    if as_json:
        print_json({"batch_id": batch, "is_held": is_held, "changed": is_new})
        return
    state = "under" if is_held else "free of"
    print_views(plain(f"batch {batch} is {'' if is_new else 'already '}{state} legal hold"))
