"""`verifierd console`: pages in a browser that show what the audit store holds."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated

import typer

from verifierd import logs
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.endings import write_line
from verifierd.cli.exits import ExitCode, ended, reported
from verifierd.cli.output import print_json
from verifierd.config import load_settings

HELP = """Show the audit store in a browser: batches, candidates, clusters, suites, cost and latency.

It reads the store and changes nothing. No daemon is needed, and one that runs may go on: its batches are seen
as they grow.

    verifierd console --database /var/lib/verifierd/audit.db
    verifierd console --config verifierd.toml --listen 127.0.0.1:8082

It listens on this machine alone and asks nobody who they are. To reach it from elsewhere, let a proxy or an
SSH tunnel that does ask forward to it, and name the host that browsers then ask for with `--host`; any other
name is refused.

Exit status: 0 after SIGTERM or SIGINT; 2 an option or a setting is wrong, or the console's libraries are
missing (`pip install 'verifierd[console]'`); 3 the store cannot be opened, or the address cannot be listened
on; 130 or 143 (128 and the signal's number) after a signal during the start, or a second one.
"""

OPEN_ADVICE = (
    "whoever reaches this address reads the whole store: let a proxy that asks who they are stand before it"
)


def console(
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT to listen on.")] = "127.0.0.1:8081",
    host: Annotated[
        list[str] | None,
        typer.Option("--host", help="A further name by which browsers may ask for it; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say where it listens, and what went wrong, as JSON.")
    ] = False,
) -> None:
    """Serve the console until a signal."""
    with reported(as_json):
        serving = _serving(as_json)
        settings = load_settings(config)
        logs.configure(settings.log.level, settings.log.format)
        try:
            address = serving.listen_of(listen)
            serving.check_names(host or ())
        except serving.CannotListen as error:
            raise ended(str(error), ExitCode.BAD_INPUT, as_json) from None
        if not address.is_loopback:
            logs.get_logger(__name__).warning("console_open_to_others", listen=listen, advice=OPEN_ADVICE)
        with opened(settings, database, blobs) as store:
            try:
                code = serving.serve(store, address, host or (), lambda url: _say_ready(url, as_json))
            except serving.CannotListen as error:
                raise ended(str(error), ExitCode.TROUBLE, as_json) from None
    raise typer.Exit(code)


def _serving(as_json: bool) -> ModuleType:
    """Return the module that serves; without its libraries the command ends with what to install."""
    try:
        from verifierd.console import serving
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in {"jinja2", "markupsafe", "starlette", "uvicorn"}:
            raise
        message = f"the console needs {library}: pip install 'verifierd[console]'"
        raise ended(message, ExitCode.BAD_INPUT, as_json) from None
    return serving


def _say_ready(url: str, as_json: bool) -> None:
    if as_json:
        print_json({"listening": url})
    else:
        write_line(f"listening on {url}")
