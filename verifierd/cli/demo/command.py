"""The command `verifierd demo`: start a daemon, show it at work, stop it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli import interrupts
from verifierd.cli.demo.data import CHECKOUT_DATA, read_demo, read_humaneval
from verifierd.cli.demo.run import Findings, judge_all
from verifierd.cli.demo.views import as_json as findings_as_json
from verifierd.cli.demo.views import views
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.progress import progress
from verifierd.cli.spawn import daemon_process
from verifierd.config import load_settings

HELP = """Show the service at work.

Starts a daemon, judges five problems with sixteen candidates each (right in different ways, wrong, slow,
exponential, greedy for memory, crashing, printing for ever, after the network or the host's files, empty) and
the 164 published solutions of HumanEval, says what came of it and how fast, and stops the daemon.

    verifierd demo
    verifierd demo --json | jq .candidates_per_s
    verifierd demo --data my/problems

DATA has a folder for each problem, with `problem.json` and `candidates.jsonl` as `verifierd verify` takes
them; each candidate says its `expected_verdict` and may name a `behaviour`, by which the last table is made.

The daemon's settings are those of `--config` and of `VERIFIERD_...` variables, which go before the file.

Exit status: 0 each candidate got its verdict; 1 some did not, and a table names them; 2 a file, an option
or a setting is wrong; 3 the service or this host failed; 130 interrupted.
"""


def demo(
    data: Annotated[
        Path,
        typer.Option("--data", help="The problems; those of the checkout if not given.", show_default=False),
    ] = CHECKOUT_DATA,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Show the service at work."""
    with reported(as_json):
        load_settings(config)  # what is wrong with them is said here, and not in the daemon's last words
        findings = interrupts.run(_run(data, config, as_json))
        if as_json:
            print_json(findings_as_json(findings))
        else:
            print_views(*views(findings))
    raise typer.Exit(ExitCode.FINE if findings.as_it_must_be else ExitCode.NEGATIVE)


async def _run(data: Path, config: Path | None, as_json: bool) -> Findings:
    batches, tasks = read_demo(data), read_humaneval()
    programs = sum(len(batch.candidates) for batch in batches) + len(tasks)
    async with daemon_process(config) as address:
        with progress("judging", programs, shown=not as_json) as advance:
            return await judge_all(address, batches, tasks, advance)
