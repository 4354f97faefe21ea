"""The command `verifierd demo`: start a daemon, show it at work, stop it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli.demo.data import CHECKOUT_DATA, read_demo, read_humaneval
from verifierd.cli.demo.run import Findings, judge_all
from verifierd.cli.demo.views import as_json as findings_as_json
from verifierd.cli.demo.views import views
from verifierd.cli.exits import EXIT_CODES_HELP, ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, stdout_console
from verifierd.cli.progress import progress
from verifierd.cli.spawn import daemon_process

HELP = f"""Show the service at work.

Starts a daemon, judges five problems with sixteen candidates each (right in different ways, wrong, slow,
exponential, greedy for memory, crashing, printing for ever, after the network or the host's files, empty) and
the 164 published solutions of HumanEval, says what came of it and how fast, and stops the daemon.

    verifierd demo
    verifierd demo --json | jq .candidates_per_s
    verifierd demo --data my/problems

DATA has a folder for each problem, with `problem.json` and `candidates.jsonl` as `verifierd verify` takes
them; each candidate says its `expected_verdict` and may name a `behaviour`, by which the last table is made.

{EXIT_CODES_HELP} 1 means that some candidate got another verdict than it must; a table names each.
"""


def demo(
    data: Annotated[
        Path,
        typer.Option("--data", help="The problems; those of the checkout if not given.", show_default=False),
    ] = CHECKOUT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Show the service at work."""
    with reported(as_json):
        findings = asyncio.run(_run(data, as_json))
    if as_json:
        print_json(findings_as_json(findings))
    else:
        console = stdout_console()
        for view in views(findings):
            console.print(view)
    raise typer.Exit(ExitCode.FINE if findings.as_it_must_be else ExitCode.NEGATIVE)


async def _run(data: Path, as_json: bool) -> Findings:
    batches, tasks = read_demo(data), read_humaneval()
    programs = sum(len(batch.candidates) for batch in batches) + len(tasks)
    async with daemon_process() as address:
        with progress("judging", programs, shown=not as_json) as advance:
            return await judge_all(address, batches, tasks, advance)
