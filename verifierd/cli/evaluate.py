"""`verifierd eval`: a published set of problems, a file of samples, a verdict for each, and pass@k."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP, SERVER_HELP, SETTINGS_HELP
from verifierd.cli.output import money_text, print_json, print_views, seconds_text
from verifierd.cli.progress import progress
from verifierd.cli.session import session
from verifierd.cli.words import counted, cpu_text, plural
from verifierd.datasets.adapter import read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.evaluation import Evaluation
from verifierd.datasets.output import whole_file
from verifierd.datasets.task import Rule
from verifierd_client import Limits

MIB = 1 << 20

HELP = f"""Judge the samples of a published set of problems and reckon pass@k.

`humaneval`: problems have `task_id`, `prompt`, `entry_point` and `test`; samples have `task_id` and either a
`completion` that goes on from the prompt or a whole program as `solution`. Files are JSON lines, plain or
gzipped.

    verifierd eval --format humaneval --problems HumanEval.jsonl.gz \\
        --samples samples.jsonl --out results.jsonl

`results.jsonl` has one line a sample, in the order of the samples: `task_id`, `sample_index` (counted within
its task), `verdict`, `passed`, `tests_passed`, `tests_total`, `cpu_time_s`, `wall_time_s`,
`peak_memory_bytes`, `duplicate_of` (the sample_index of an earlier sample with the same program, whose run
this is) and `detail`. It appears whole at the end, or not at all.

pass@k is the unbiased estimate (Chen et al. 2021), for those k of 1, 10 and 100 that every task has samples
for. Samples that the service itself could not judge do not count as wrong: they are left out.

{SETTINGS_HELP}

Exit status: 0 every sample was judged; 2 a file, an option or a setting is wrong; 3 the service or this host
failed, or some sample could not be judged; 130 interrupted.
"""

STRICT_HELP = "Judge rightly where the dataset's own evaluator is unsound; else its rule is followed."


def _format(name: str) -> str:
    if name not in ADAPTERS:
        raise typer.BadParameter(f"{name!r} is not known; allowed: {', '.join(ADAPTERS)}")
    return name


def evaluate(
    problems: Annotated[Path, typer.Option("--problems", help="The problems.", show_default=False)],
    samples: Annotated[Path, typer.Option("--samples", help="The samples.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Where the results go.", show_default=False)],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            callback=_format,
            help="How problems and samples are written.",
        ),
    ] = "humaneval",
    server: Annotated[str | None, typer.Option("--server", help=SERVER_HELP)] = None,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    strict: Annotated[bool, typer.Option("--strict", help=STRICT_HELP)] = False,
    cpu_time_s: Annotated[
        float | None,
        typer.Option(help="CPU seconds of an execution, in place of what the problems state.", min=0.01),
    ] = None,
    wall_time_s: Annotated[
        float | None, typer.Option(help="Wall clock seconds; three times the CPU time and 2 s if not given.")
    ] = None,
    memory_mib: Annotated[
        int | None,
        typer.Option(help="Memory of an execution in MiB, in place of what the problems state.", min=1),
    ] = None,
    batches: Annotated[int, typer.Option(help="Tasks that are judged at a time.", min=1, max=64)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Judge a file of samples."""
    memory_bytes = None if memory_mib is None else memory_mib * MIB
    limits = Limits(cpu_time_s=cpu_time_s, wall_time_s=wall_time_s, memory_bytes=memory_bytes)
    began = time.monotonic()
    with reported(as_json):
        with (
            Evaluation(ADAPTERS[form].read_tasks(problems, Rule(strict, limits)), batches) as evaluation,
            whole_file(out, inputs=(problems, samples)) as stream,
        ):
            evaluation.take(read_samples(samples, evaluation.tasks))
            asyncio.run(_run(evaluation, server, config, as_json))
            evaluation.write(stream)
        elapsed_s = time.monotonic() - began
        if as_json:
            extra = {"format": form, "tasks_without_samples": evaluation.tasks_without_samples}
            print_json({**evaluation.tally.as_json(), **extra, "elapsed_s": elapsed_s, "out": str(out)})
        else:
            print_views(_view(evaluation, elapsed_s, out))
    raise typer.Exit(ExitCode.TROUBLE if evaluation.tally.infrastructure_errors else ExitCode.FINE)


async def _run(evaluation: Evaluation, server: str | None, config: Path | None, as_json: bool) -> None:
    async with session(server, config) as verifier:
        with progress("judging", evaluation.samples, shown=not as_json) as advance:
            await evaluation.run(verifier, advance)


def _view(evaluation: Evaluation, elapsed_s: float, out: Path) -> RenderableType:
    tally = evaluation.tally
    table = Table(show_header=False, expand=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("samples", f"{tally.samples} of {plural(len(tally.tasks), 'task')}")
    if evaluation.tasks_without_samples:
        table.add_row(
            "", f"{plural(evaluation.tasks_without_samples, 'task')} without samples, left out below"
        )
    table.add_row("verdicts", counted(tally.verdict_counts))
    for k, value in tally.pass_at_k().items():
        table.add_row(
            f"pass@{k}", f"{value:.2%}" if value is not None else f"some task has fewer than {k} samples"
        )
    table.add_row("CPU", cpu_text(tally.cpu_time_s, tally.executions, tally.executions_saved))
    table.add_row("cost", money_text(tally.cost_usd))
    table.add_row("time", f"{seconds_text(elapsed_s)}, {tally.samples / elapsed_s:.1f} samples/s")
    table.add_row("results", str(out))
    return table
