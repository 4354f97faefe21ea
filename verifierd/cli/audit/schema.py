"""`verifierd audit schema`: the version of a store's tables, and the way back to an older one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, place_of
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.config import load_settings

HELP = """Tell the version of a store's tables, or bring them back to an older one.

A daemon brings tables up to date when it starts, and so does every other command here. A verifierd that is
older refuses them then: to go back to it, stop the newer daemons, and let the newer verifierd make the tables
older first.

    verifierd audit schema --database verifierd.db
    verifierd audit schema --database verifierd.db --to 0002

`--to` is one transaction: it is done, or nothing is. It is refused while a daemon is at the store. Columns
and tables that the older version does not know go, with what is in them: below 0003 all tokens of callers,
and what tenants used of their quotas. Records, sources and outputs stay, and `verifierd audit verify` proves
it. Keep a copy of the store all the same.

Exit status: 0 it is told, or done; 2 an option or a setting is wrong, or there is no such version; 3 the
store cannot be read or written.
"""


def schema(
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION", help="The older version, such as 0001.", show_default=False),
    ] = None,
    beside_older: Annotated[
        bool,
        typer.Option(
            "--beside-older", help="Though daemons are at the store: all of them older ones, as is --to."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Tell the version, or go back."""
    with reported(as_json):
        # A command line that opens no store does not wait for its libraries.
        from verifierd.audit.versions import roll_back, versions

        place = place_of(load_settings(config), database, blobs)
        told = versions(place) if to is None else roll_back(place, to, beside_older=beside_older)
        if as_json:
            print_json(asdict(told))
        else:
            print_views(plain(f"the store's tables: {told.found}"), plain(f"the newest known: {told.newest}"))
    raise typer.Exit(ExitCode.FINE)
