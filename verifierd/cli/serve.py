"""`verifierd serve`: the daemon, until a signal ends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from verifierd import logs
from verifierd.cli.exits import EXIT_CODES_HELP, reported
from verifierd.cli.options import CONFIG_HELP
from verifierd.cli.output import print_json
from verifierd.config import load_settings, with_listen
from verifierd.config.document import default_toml
from verifierd.daemon import process

HELP = f"""Serve batches over gRPC until SIGTERM or SIGINT.

The first signal drains: running batches end, new ones are refused, the exit status is 0. A second signal
forces: what runs is cancelled, and the exit status is 128 and the signal's number. Logs go to standard error;
once batches are served, one line on standard output says where.

    verifierd serve
    verifierd serve --listen unix:/run/verifierd/api.sock
    verifierd serve --print-config > verifierd.toml
    VERIFIERD_SANDBOX__COUNT=8 verifierd serve --config verifierd.toml

{EXIT_CODES_HELP} An unknown setting and a host that cannot run sandboxes stop the start.
"""


def serve(
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", help="HOST:PORT or unix:PATH; goes before the setting server.listen."),
    ] = None,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print all settings with their defaults as TOML, and end.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say where it listens, and what went wrong, as JSON.")
    ] = False,
) -> None:
    """Serve until a signal."""
    if print_config:
        sys.stdout.write(default_toml())
        return
    with reported(as_json):
        settings = load_settings(config)
        if listen is not None:
            settings = with_listen(settings, listen)
        logs.configure(settings.log.level, settings.log.format)
        code = process.run(settings, lambda address: _say_ready(address, as_json))
    raise typer.Exit(code)


def _say_ready(address: str, as_json: bool) -> None:
    if as_json:
        print_json({"listening": address})
    else:
        sys.stdout.write(f"listening on {address}\n")
        sys.stdout.flush()
