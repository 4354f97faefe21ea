"""The commands of `verifierd audit`, put together: one module a command, its help beside it."""

from __future__ import annotations

import typer

from verifierd.cli.audit import (
    diff,
    export,
    hold,
    keygen,
    listing,
    logs,
    replay,
    retain,
    schema,
    search,
    show,
    tail,
    verify,
)


def build() -> typer.Typer:
    """Return the commands of `verifierd audit`."""
    app = typer.Typer(rich_markup_mode="markdown")  # as `cli.main` has it: it is not handed down
    app.command("list", help=listing.HELP)(listing.list_)
    app.command(help=show.HELP)(show.show)
    app.command(help=logs.HELP)(logs.logs)
    app.command(help=tail.HELP)(tail.tail)
    app.command(help=search.HELP)(search.search)
    app.command(help=diff.HELP)(diff.diff)
    app.command(help=export.HELP)(export.export)
    app.command(help=replay.HELP)(replay.replay)
    app.command(help=verify.HELP)(verify.verify)
    app.command(help=retain.HELP)(retain.retain)
    app.command(help=hold.HOLD_HELP)(hold.hold)
    app.command(help=hold.RELEASE_HELP)(hold.release)
    app.command(help=keygen.HELP)(keygen.keygen)
    app.command(help=schema.HELP)(schema.schema)
    return app
