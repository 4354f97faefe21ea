"""The command line, put together: one function a command, its help beside it."""

from __future__ import annotations

import typer

from verifierd.cli import doctor, evaluate, serve, verify
from verifierd.cli.demo import command as demo

HELP = """Judge candidate programs against tests, in sandboxes: verdicts, clusters, picks, and what it cost.

The commands, from a first look to daily use:

    verifierd doctor                                 can this host do it?
    verifierd demo                                   see it at work
    verifierd verify problem.json candidates.jsonl   judge some programs
    verifierd eval --problems ... --samples ...      judge a whole benchmark
    verifierd serve                                  serve others over gRPC

`verifierd COMMAND --help` tells the rest, with examples.
"""


def build() -> typer.Typer:
    """Return the command line."""
    app = typer.Typer(
        name="verifierd",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
    )
    app.command(help=serve.HELP)(serve.serve)
    app.command(help=verify.HELP)(verify.verify)
    app.command("eval", help=evaluate.HELP)(evaluate.evaluate)
    app.command(help=doctor.HELP)(doctor.doctor)
    app.command(help=demo.HELP)(demo.demo)
    return app


def main() -> None:
    """Run the command that the arguments name."""
    build()(prog_name="verifierd")
