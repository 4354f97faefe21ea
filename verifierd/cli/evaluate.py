"""`verifierd eval`: a published set of problems, a file of samples, a verdict for each, and pass@k."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from verifierd.cli import interrupts
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP, SERVER_HELP, SETTINGS_HELP
from verifierd.cli.output import money_text, print_json, print_views, seconds_text
from verifierd.cli.progress import progress
from verifierd.cli.session import session
from verifierd.cli.set_options import (
    FormOption,
    ProblemsOption,
    SamplesOption,
    StrictOption,
    check_languages,
    known_in,
    languages_in,
)
from verifierd.cli.words import counted, cpu_text, plural
from verifierd.datasets.adapter import read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.evaluation import Evaluation, Plan
from verifierd.datasets.journal import journal_beside
from verifierd.datasets.keys import evaluation_key
from verifierd.datasets.narrowing import Narrowing
from verifierd.datasets.output import check_writable, whole_file
from verifierd.datasets.records import InputError
from verifierd.datasets.styles import STYLES, About
from verifierd.datasets.task import Rule
from verifierd.model import Estimate
from verifierd_client import Limits

MIB = 1 << 20

_FORMATS = "\n".join(f"    {name:<15} {adapter.help}" for name, adapter in ADAPTERS.items())

HELP = f"""Judge the samples of a published set of problems and reckon pass@k.

Problems are read with the fields that they are published with, from JSON lines, a JSON list or Parquet, plain
or gzipped. A set that is published as several files is given as `--problems` for each, in their order.
`--format` names the set:

{_FORMATS}

Samples are JSON lines. Each has the `task_id` of its problem and either a `completion`, which is completed as
that set's own evaluator does it (after the prompt, below the imports), or a whole program as `solution`; and
its `language` where it is not the problem's.

    verifierd eval --format humaneval --problems HumanEval.jsonl.gz \\
        --samples samples.jsonl --out results.jsonl

`results.jsonl` has one line a sample, in the order of the samples: `task_id`, `sample_index` (counted within
its task), `language`, `verdict`, `passed`, `tests_passed`, `tests_total`, `failed_test` (the first),
`cpu_time_s`, `wall_time_s`, `peak_memory_bytes`, `duplicate_of` (the sample_index of an earlier sample with
the same program, whose run this is), `detail`, `cluster` (the same for samples of a task that did the same on
every test that was run; null for one that was not seen), `failed_tests` (all of them, with `--all-tests`;
else null after a first failure), `program_sha256` (of the whole program) and `suite_sha256` (of the task's
tests and what judges by them). It appears whole at the end, or not at all. `verifierd report`,
`verifierd plan` and `verifierd export traces` go on from there.
`--out-style human-eval` and `--out-style evalplus` write what those evaluators write, without the samples
that could not be judged: SKIPPED and INFRASTRUCTURE_ERROR would be counted as failures there. After a failed
base test `plus_status` is null, unless `--all-tests` runs the others too.

An evaluation that was killed goes on where it stopped when it is started again: what is judged stands in a
journal beside `--out` until that appears. Where some samples ended with INFRASTRUCTURE_ERROR the journal
stays after that, and the same command judges these alone.

Each set is judged by the rule of its own evaluator, under the limits that the set states; `--strict` does the
right thing where that rule is unsound. A sample is judged up to its first failed test, unless `--all-tests`.

pass@k is the unbiased estimate (Chen et al. 2021), for those k of 1, 10 and 100 that every task has samples
for, with the interval in which it is with 95 % for tasks of this kind (bootstrap over tasks). Samples that
could not be judged do not count as wrong: they are left out.

{SETTINGS_HELP}

Exit status: 0 every sample was judged; 2 a file, an option or a setting is wrong; 3 the service or this host
failed, or some sample could not be judged; 130 interrupted.
"""


def evaluate(
    problems: ProblemsOption,
    samples: SamplesOption,
    out: Annotated[Path, typer.Option("--out", help="Where the results go.", show_default=False)],
    form: FormOption = "humaneval",
    style: Annotated[
        str,
        typer.Option(
            "--out-style",
            metavar="|".join(STYLES),
            callback=known_in(STYLES),
            help="How results are written.",
        ),
    ] = "lines",
    languages: Annotated[
        str | None,
        typer.Option(
            "--languages",
            metavar="A,B",
            callback=check_languages,
            help="Only samples in these languages, such as python,cpp17.",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Only the first problems.", min=1)] = None,
    strict: StrictOption = False,
    all_tests: Annotated[
        bool, typer.Option("--all-tests", help="Run the tests after a sample's first failed one, too.")
    ] = False,
    server: Annotated[str | None, typer.Option("--server", help=SERVER_HELP)] = None,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    cpu_time_s: Annotated[
        float | None,
        typer.Option(help="CPU seconds of an execution, in place of what the set states.", min=0.01),
    ] = None,
    wall_time_s: Annotated[
        float | None, typer.Option(help="Wall clock seconds; three times the CPU time and 2 s if not given.")
    ] = None,
    memory_mib: Annotated[
        int | None,
        typer.Option(help="Memory of an execution in MiB, in place of what the set states.", min=1),
    ] = None,
    batches: Annotated[int, typer.Option(help="Tasks that are judged at a time.", min=1, max=64)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Judge a file of samples."""
    memory_bytes = None if memory_mib is None else memory_mib * MIB
    limits = Limits(cpu_time_s=cpu_time_s, wall_time_s=wall_time_s, memory_bytes=memory_bytes)
    narrowing = Narrowing(languages_in(languages), limit)
    began, made_at = time.monotonic(), datetime.now().astimezone()
    inputs = (*problems, samples)
    with reported(as_json):
        check_writable(out, inputs)
        all_tasks = ADAPTERS[form].read_tasks(problems, Rule(strict, limits))
        tasks = narrowing.tasks(all_tasks)
        with Evaluation(tasks, Plan(batches, all_tests)) as evaluation:
            evaluation.take(narrowing.samples(read_samples(samples, all_tasks), tasks))
            if not len(evaluation.samples):
                raise InputError(samples, None, "no sample is for one of the chosen problems and languages")
            options = {"format": form, "strict": strict, "all_tests": all_tests, "limits": asdict(limits)}
            key = evaluation_key(tasks, evaluation.samples, options)
            with journal_beside(out, key) as journal:
                evaluation.resume(journal)
                resumed = evaluation.tally.samples
                interrupts.run(_run(evaluation, server, config, as_json))
                with whole_file(out, inputs) as stream:
                    STYLES[style](evaluation, About(made_at, problems), stream)
                if not evaluation.tally.infrastructure_errors:
                    journal.finish()
        elapsed_s = time.monotonic() - began
        if as_json:
            extra = {
                "format": form,
                "strict": strict,
                "tasks_without_samples": evaluation.tasks_without_samples,
                "resumed": resumed,
            }
            print_json({**evaluation.tally.as_json(), **extra, "elapsed_s": elapsed_s, "out": str(out)})
        else:
            print_views(_view(evaluation, elapsed_s, out, resumed))
    raise typer.Exit(ExitCode.TROUBLE if evaluation.tally.infrastructure_errors else ExitCode.FINE)


async def _run(evaluation: Evaluation, server: str | None, config: Path | None, as_json: bool) -> None:
    done, total = evaluation.tally.samples, len(evaluation.samples)
    if done == total:
        return
    async with session(server, config) as verifier:
        with progress("judging", total, shown=not as_json, done=done) as advance:
            await evaluation.run(verifier, advance)


def _view(evaluation: Evaluation, elapsed_s: float, out: Path, resumed: int) -> RenderableType:
    tally = evaluation.tally
    table = Table(show_header=False, expand=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("samples", f"{tally.samples} of {plural(len(tally.tasks), 'task')}")
    if resumed:
        table.add_row("", f"{resumed} of them judged earlier, before this evaluation went on")
    if evaluation.tasks_without_samples:
        table.add_row(
            "", f"{plural(evaluation.tasks_without_samples, 'task')} without samples, left out below"
        )
    table.add_row("verdicts", counted(tally.verdict_counts))
    if tally.infrastructure_errors:
        table.add_row("", f"{tally.infrastructure_errors} not judged; the same command tries these again")
    groups = list(tally.groups)
    for position, group in enumerate(groups[:-1], start=1):
        _add_pass_at_k(table, tally.pass_at_k(group), " of " + " and ".join(groups[:position]))
    _add_pass_at_k(table, tally.pass_at_k())
    table.add_row("CPU", cpu_text(tally.cpu_time_s, tally.executions, tally.executions_saved))
    table.add_row("cost", money_text(tally.cost_usd))
    new = tally.samples - resumed
    table.add_row("time", f"{seconds_text(elapsed_s)}, {new / elapsed_s:.1f} samples/s")
    table.add_row("results", str(out))
    return table


def _add_pass_at_k(table: Table, estimates: Mapping[int, Estimate | None], of: str = "") -> None:
    for k, estimate in estimates.items():
        told = f"some task has fewer than {k} samples"
        if estimate is not None:
            told = f"{estimate.value:.2%} ({estimate.low:.1%} to {estimate.high:.1%})"
        table.add_row(f"pass@{k}{of}", told)
