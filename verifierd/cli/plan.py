"""`verifierd plan`: from measured results to how many samples to draw, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.plan_report import Wanted, reckon
from verifierd.cli.plan_view import report_as_json, report_views
from verifierd.cli.progress import progress
from verifierd.cli.words import plural
from verifierd.config import load_settings
from verifierd.config.convert import price_table
from verifierd.datasets.measured import measured
from verifierd.datasets.records import InputError
from verifierd.datasets.results import read_results
from verifierd.economics.forecast import REFITS

HELP = """Plan how many samples to draw, from results that were measured.

RESULTS is what `verifierd eval --out` wrote, a line a sample. Samples that nobody judged (SKIPPED, CANCELLED,
INFRASTRUCTURE_ERROR) are left out: they are no failures. From the others follows how hard each problem is,
and from that a plan for a fresh run over the same problems. One target is needed:

    verifierd plan results.jsonl --usd-per-sample 0.002 --target-coverage 0.9
    verifierd plan results.jsonl --usd-per-sample 0.002 --budget-usd 5 --value-usd 0.50
    verifierd plan results.jsonl --tokens-per-sample 800 --usd-per-million-tokens 2 \\
        --latency-p99-s 30 --parallel 8 --sample-mean-s 6 --sample-p99-s 14

Two plans are told for a coverage or a budget. The first gives each problem the same number of samples. The
second gives the next sample always to the problem where it has the most chance for its money to be the first
that solves it: no plan that costs as much is expected to solve more. With `--until-solved` the samples of a
problem end with the first that solves it, and a plan says how many are drawn at most. For a latency there is
one plan, with as many samples of each problem as its streams draw and verify in that time in 99 of 100 cases.

What is told of a plan: the coverage that is expected (the share of problems that some sample solves) with the
interval in which a run will be with 95 %, or somewhat less where little was measured; what all its samples
cost, and what is spent on average where those of a problem end with the first that solves it; and the chance
that one more sample is the first to solve its problem, with `--until-solved` of one that is still unsolved
then. Where `--value-usd` says what a solved problem is worth, that chance of it less the cost of the sample
is told too: while it is above 0, draw on.

A sample costs what drawing it costs and what verifying it was measured to cost. The first is
`--usd-per-sample`, or `--tokens-per-sample` times the price of tokens, or else `generation_usd` in the
results. The second is CPU and memory by the prices of the settings (`--config`, `VERIFIERD_PRICES__...`). A
duplicate of another sample costs nothing to verify.

With `--rate`, the batches that arrive each second, and `--rate-p99-s`, the seconds that verifying a batch may
take in 99 of 100 cases, waiting included, it is told how many workers that needs: a batch is a problem with
all its samples, verified one after another by one worker.

With `--json` the plans have their `samples` by task.

Exit status: 0 there is a plan; 2 a file, an option or a setting is wrong, or the target cannot be reached.
"""


def plan(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What `verifierd eval --out` wrote.")],
    target_coverage: Annotated[
        float | None, typer.Option(help="Share of the problems to solve, from 0 to 1.")
    ] = None,
    budget_usd: Annotated[float | None, typer.Option(help="Money for all samples of all problems.")] = None,
    latency_p99_s: Annotated[
        float | None, typer.Option(help="Seconds for the samples of a problem, in 99 of 100 cases.")
    ] = None,
    usd_per_sample: Annotated[float | None, typer.Option(help="Price of drawing one sample.")] = None,
    tokens_per_sample: Annotated[float | None, typer.Option(help="Tokens of a sample.")] = None,
    usd_per_million_tokens: Annotated[float | None, typer.Option(help="Price of tokens.")] = None,
    value_usd: Annotated[float | None, typer.Option(help="What a solved problem is worth.")] = None,
    until_solved: Annotated[
        bool, typer.Option("--until-solved", help="The first sample that solves a problem is its last.")
    ] = False,
    parallel: Annotated[int, typer.Option(help="Streams that draw samples of a problem at a time.")] = 1,
    sample_mean_s: Annotated[
        float | None, typer.Option(help="Seconds that a stream takes to draw a sample, on average.")
    ] = None,
    sample_p99_s: Annotated[float | None, typer.Option(help="The same in 99 of 100 cases.")] = None,
    rate: Annotated[float | None, typer.Option(help="Batches to verify that arrive each second.")] = None,
    rate_p99_s: Annotated[
        float | None, typer.Option(help="Seconds for verifying a batch, in 99 of 100 cases.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Plan samples."""
    with reported(as_json):
        wanted = Wanted(
            target_coverage=target_coverage,
            budget_usd=budget_usd,
            latency_p99_s=latency_p99_s,
            usd_per_sample=usd_per_sample,
            tokens_per_sample=tokens_per_sample,
            usd_per_million_tokens=usd_per_million_tokens,
            value_usd=value_usd,
            until_solved=until_solved,
            parallel=parallel,
            sample_mean_s=sample_mean_s,
            sample_p99_s=sample_p99_s,
            rate=rate,
            rate_p99_s=rate_p99_s,
        )
        seen = measured(read_results(results), price_table(load_settings(config)))
        if not seen.tasks:
            raise InputError(results, None, f"nobody judged its {plural(seen.not_judged, 'sample')}")
        with progress("reckoning intervals", REFITS, shown=not as_json) as advance:
            report = reckon(wanted, seen, REFITS, advance)
        if as_json:
            print_json(report_as_json(report))
        else:
            print_views(*report_views(report))
    raise typer.Exit(ExitCode.FINE)
