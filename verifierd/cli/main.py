"""The command line, put together: one function a command, its help beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from verifierd.cli import (
    calibrate,
    console,
    doctor,
    evaluate,
    export,
    plan,
    report,
    select,
    serve,
    token,
    top,
    verify,
    worker,
)
from verifierd.cli.audit import entry as audit
from verifierd.cli.demo import command as demo
from verifierd.cli.endings import write_line
from verifierd.daemon.parts import distribution_version

HELP = """Judge candidate programs against tests, in sandboxes: verdicts, clusters, picks, and what it cost.

The commands, from a first look to daily use:

    verifierd doctor                                can this host do it?
    verifierd demo                                  see it at work
    verifierd verify problem.json candidates.jsonl  judge some programs
    verifierd eval --problems ... --samples ...     judge a whole benchmark
    verifierd select saved.jsonl --rule posterior   pick again from results
    verifierd calibrate saved.jsonl --out b.json    what `posterior` believes
    verifierd report results.jsonl --html r.html    what do results say?
    verifierd plan results.jsonl ...                how many samples pay?
    verifierd export traces results.jsonl ...       what passed, to train on
    verifierd serve                                 serve others over gRPC
    verifierd worker                                lend sandboxes to a fleet
    verifierd token create --tenant team-a          who may call it?
    verifierd top                                   what is a daemon at?
    verifierd audit list                            what was recorded?
    verifierd console --database audit.db           see that in a browser

`verifierd COMMAND --help` tells the rest, with examples.
"""


def build() -> typer.Typer:
    """Return the command line."""
    app = typer.Typer(
        name="verifierd",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
    )
    app.callback(help=HELP)(_before_the_command)
    app.command(help=serve.HELP)(serve.serve)
    app.command(help=worker.HELP)(worker.worker)
    app.command(help=verify.HELP)(verify.verify)
    app.command("eval", help=evaluate.HELP)(evaluate.evaluate)
    app.command(help=plan.HELP)(plan.plan)
    app.command(help=report.HELP)(report.report)
    app.command(help=select.HELP)(select.select)
    app.command(help=calibrate.HELP)(calibrate.calibrate)
    app.command(help=top.HELP)(top.top)
    app.add_typer(export.build(), name="export")
    app.add_typer(token.build(), name="token")
    app.add_typer(audit.build(), name="audit")
    app.command(help=console.HELP)(console.console)
    app.command(help=doctor.HELP)(doctor.doctor)
    app.command(help=demo.HELP)(demo.demo)
    return app


def run() -> None:
    """Run the command that the arguments name, and end the process with its exit status."""
    build()(prog_name="verifierd")


def _tell_version(asked: bool) -> None:
    if asked:
        write_line(f"verifierd {distribution_version()}")
        raise typer.Exit


def _before_the_command(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version, and end.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """Take the options that need no command."""
