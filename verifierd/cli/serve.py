"""`verifierd serve`: the daemon, until a signal ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifierd import logs
from verifierd.cli.endings import write_line
from verifierd.cli.exits import reported
from verifierd.cli.options import CONFIG_HELP
from verifierd.cli.output import print_json
from verifierd.config import load_settings, with_listen
from verifierd.config.document import default_toml
from verifierd.daemon import process

HELP = """Serve batches over gRPC until SIGTERM or SIGINT.

The first signal drains: running batches end, new ones are refused. A second signal forces: what runs is
cancelled. Logs go to standard error; once batches are served, one line on standard output says where.

    verifierd serve
    verifierd serve --listen unix:/run/verifierd/api.sock
    verifierd serve --print-config > verifierd.toml
    VERIFIERD_SANDBOX__COUNT=8 verifierd serve --config verifierd.toml

`VERIFIERD_...` variables set what a file sets, and go before it.

Exit status: 0 after one signal; 2 a setting or an option is wrong; 3 this host cannot run sandboxes, or the
address cannot be listened on; 130 or 143 (128 and the signal's number) after a second signal, or one during
the start. SIGINT does nothing where it is ignored, as it is behind a script's `&`; SIGTERM always counts.
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
    with reported(as_json):
        if print_config:
            write_line(default_toml().rstrip())
            return
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
        write_line(f"listening on {address}")
