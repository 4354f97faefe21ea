"""`verifierd audit show`: one batch, one candidate or one execution, with all that was recorded of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType

from verifierd.audit.exporting import as_json_row
from verifierd.audit.found import BatchRow, CandidateRow
from verifierd.audit.naming import named
from verifierd.audit.reading import batch_end
from verifierd.audit.recorded import SOURCE_AND_OUTPUTS, RecordReader
from verifierd.audit.store import Store
from verifierd.cli.audit.as_json import batch_as_json, candidate_as_json
from verifierd.cli.audit.show_views import batch_views, candidate_views, execution_views
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.config import load_settings

NAMES = """    3f2a91c0         a batch: its id, or enough of its beginning
    3f2a91c0/first   a candidate of it
    4711             the candidate of record 4711
    4711.0           the first execution of it"""

HELP = f"""Show one thing that was recorded.

NAME is one of these, as `verifierd audit list` tells them:

{NAMES}

    verifierd audit show 3f2a91c0
    verifierd audit show 3f2a91c0/first
    verifierd audit show 4711.0 --json

A batch is shown with who asked for it, its verdicts, clusters, picks and bill; a candidate with its program
and executions; an execution with its limits, measurements, outputs and the hashes of its record. What
programs wrote is shown with control characters written out.

Exit status: 0 it is shown; 2 there is no such thing; 3 the store cannot be read, or this record is damaged.
"""


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to show.", show_default=False)],
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Show a record."""
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        form, views = _looked_up(store, name)
        if as_json:
            print_json(form)
        else:
            print_views(*views)
    raise typer.Exit(ExitCode.FINE)


def _looked_up(store: Store, name: str) -> tuple[dict[str, Any], list[RenderableType]]:
    with store.reading() as connection:
        row = named(connection, name)
        reader = RecordReader(store, connection, SOURCE_AND_OUTPUTS)
        if isinstance(row, BatchRow):
            begun, ended = reader.begun(row), batch_end(store, row.id)
            return batch_as_json(row, begun, ended), batch_views(row, begun, ended)
        if isinstance(row, CandidateRow):
            record, judged = reader.candidate(row)
            return candidate_as_json(row, record, judged), candidate_views(row, record, judged)
        (execution,) = reader.executions([row])
        return as_json_row(execution, with_blobs=True), execution_views(execution)
