"""`verifierd console`: pages in a browser that show what the audit store holds."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from verifierd import logs
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.endings import write_line
from verifierd.cli.exits import ExitCode, ended, reported
from verifierd.cli.output import print_json
from verifierd.config import ConfigError, load_settings

HELP = """Show the audit store in a browser: batches, candidates, clusters, suites, cost and latency.

It reads the store and changes nothing. No daemon is needed, and one that runs may go on: its batches are seen
as they grow.

    verifierd console --database /var/lib/verifierd/audit.db
    verifierd console --config verifierd.toml --listen 127.0.0.1:8082

It shows what all tenants have. On this machine alone it asks nobody who they are. To reach it from elsewhere,
let a proxy or an SSH tunnel that does ask forward to it; or let it speak TLS with readers who have a
certificate of yours, and with nobody else. Name the host that browsers ask for with `--host`; any other name
is refused.

    verifierd console --listen 0.0.0.0:8443 --certificate c.pem --key k.pem --client-ca ops.pem --host board

Exit status: 0 after SIGTERM or SIGINT; 2 an option or a setting is wrong, or the console's libraries are
missing (`pip install 'verifierd[console]'`); 3 the store cannot be opened, or the address cannot be listened
on; 130 or 143 (128 and the signal's number) after a signal during the start, or a second one.
"""

OPEN_ADVICE = (
    "whoever reaches it reads the whole store: give --certificate, --key and --client-ca, so that readers "
    "need a certificate; or listen on 127.0.0.1 and let a proxy or an SSH tunnel forward to it; or add "
    "--insecure where something else keeps others out"
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
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="Its certificate, as PEM: it speaks TLS.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The private key of it.")] = None,
    client_ca: Annotated[
        Path | None,
        typer.Option("--client-ca", help="Who signs readers' certificates; without one nobody is let in."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let whoever reaches the address read everything.")
    ] = False,
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
        certificates = None
        if certificate is not None and key is not None and client_ca is not None:
            certificates = serving.Certificates(certificate, key, client_ca)
        elif certificate is not None or key is not None or client_ca is not None:
            raise ConfigError("--certificate, --key and --client-ca go together: give all of them, or none")
        if not (address.is_loopback or certificates or insecure):
            raise ConfigError(f"--listen {listen} can be reached by others: {OPEN_ADVICE}")
        with opened(settings, database, blobs) as store:
            try:
                code = serving.serve(
                    store, address, host or (), lambda url: _say_ready(url, as_json), certificates
                )
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
