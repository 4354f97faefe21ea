"""`verifierd worker`: this host's sandboxes, lent to a fleet until a signal ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifierd import logs
from verifierd.cli.endings import write_line
from verifierd.cli.exits import reported
from verifierd.cli.options import CONFIG_HELP
from verifierd.cli.output import print_json
from verifierd.config import load_settings
from verifierd.daemon import StartFailed, process
from verifierd.daemon.starting import fleet_part
from verifierd.fleet.errors import FleetUnavailable

HELP = """Run candidates for a fleet: work comes through NATS JetStream, from daemons that have no sandboxes.

Any number of workers, on any number of hosts, share what there is. Sandboxes are as for `verifierd serve`:
sections [sandbox] and [cache] say which and how many, [jetstream] where NATS is.

    verifierd worker
    verifierd worker --config verifierd.toml
    VERIFIERD_JETSTREAM__SERVERS=nats://nats:4222 verifierd worker

The first signal drains: what runs comes to its end, what waits goes to other workers. A second signal stops
at once; then other workers begin anew what ran, and nothing is lost. Logs go to standard error; once it is at
work, one line on standard output says its name.

Exit status: 0 after one signal; 2 a setting or an option is wrong; 3 this host cannot run sandboxes, or NATS
cannot be used, or has refused this worker for a minute; 130 or 143 (128 and the signal's number) after a
second signal, or one during the start.
"""


def worker(
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say who it is, and what went wrong, as JSON.")
    ] = False,
) -> None:
    """Work until a signal."""
    with reported(as_json):
        settings = load_settings(config)
        logs.configure(settings.log.level, settings.log.format)
        try:
            service = fleet_part("worker").WorkerDaemon
        except FleetUnavailable as error:
            raise StartFailed(str(error)) from error
        code = process.run(settings, lambda name: _say_ready(name, as_json), service)
    raise typer.Exit(code)


def _say_ready(name: str, as_json: bool) -> None:
    if as_json:
        print_json({"worker": name})
    else:
        write_line(f"working as {name}")
