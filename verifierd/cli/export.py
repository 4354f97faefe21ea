"""`verifierd export`: what was verified, for other tools; `export traces` for those that train."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.export_view import view
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.progress import progress
from verifierd.cli.set_options import (
    FormOption,
    ProblemsOption,
    SamplesOption,
    StrictOption,
    check_languages,
    known_in,
    languages_in,
)
from verifierd.daemon.parts import distribution_version
from verifierd.datasets.adapter import read_samples
from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.narrowing import Narrowing
from verifierd.datasets.results import read_results
from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Rule
from verifierd.export.choosing import Choice, Distinct, Wanted, choose
from verifierd.export.completions import Completions
from verifierd.export.files import check_out, write_rows
from verifierd.export.matching import JudgedSample, SampledTask, matched
from verifierd.export.programs import normal_key
from verifierd.export.prompts import read_prompts
from verifierd.export.styles import STYLES
from verifierd.export.tally import tally_of
from verifierd.export.traces import Making, rows_of

HELP = "Write what was verified for other tools."

TRACES_HELP = """Write verified completions as data for rejection-sampling fine-tuning.

RESULTS is what `verifierd eval --out` wrote for these samples and problems; what says which they are is given
as `eval` was given it. Each result names its program by a digest: results of other samples are refused.

    verifierd eval --format humanevalplus --problems HumanEvalPlus.jsonl.gz --samples samples.jsonl \\
        --all-tests --out results.jsonl
    verifierd export traces results.jsonl --format humanevalplus --problems HumanEvalPlus.jsonl.gz \\
        --samples samples.jsonl --out traces.parquet --per-problem 4 --max-false-positives 0.1

Exported are samples that passed every test, and no others; what nobody judged (INFRASTRUCTURE_ERROR, SKIPPED)
is counted and never used. Of each problem one sample is taken of every cluster, then a second one of every
cluster and so on, larger clusters first, up to `--per-problem`. Programs that differ in comments and layout
alone are one program. With `--distinct behaviour` no more than one is taken of a cluster.

A suite that accepts wrong programs makes wrong data. `--max-false-positives` is the share of wrong programs
that a problem's tests may accept: no problem is used whose share may be above it, by the upper end of its
interval of 95 %, or is not known. It takes results of `--all-tests`, with wrong samples among them and at
least two tests a problem (HumanEval's own are one).

`--out-style` names the columns as TRL's SFTTrainer reads them: `prompt-completion` has both as text, `chat`
as turns of a conversation, `messages` as one list of turns. The other columns say where a row comes from:
`task_id`, `sample_index`, `language`, `verdict`, `tests_passed`, `tests_total`, `cluster`, `problem` (how
many of its samples passed), `suite` (digest, checker, strength) and `provenance` (digests, versions, and all
that the sample's own line says, as JSON).

The prompt is that of `--prompts` (lines of `task_id` and `prompt`, text or a list of turns), else the
sample's own `prompt`, else the one that the set publishes. The completion is the sample's `completion` or
`solution` as the model wrote it, as far as it was judged; `--completion-field` names another field, such as
the whole response with its reasoning, and `--fenced` takes the whole program, in a fenced block.

Exit status: 0 it is written; 1 there is nothing to write, and no file; 2 a file or an option is wrong; 3 this
host failed; 130 interrupted.
"""


def build() -> typer.Typer:
    """Return the commands of `verifierd export`."""
    app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode="markdown")
    app.callback()(_nothing_before)
    app.command(help=TRACES_HELP)(traces)
    return app


def _nothing_before() -> None:
    """Keep the commands in a group, however many there are."""


def traces(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What `verifierd eval --out` wrote.")],
    problems: ProblemsOption,
    samples: SamplesOption,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Where it goes; `.parquet` makes Parquet, else JSON lines.", show_default=False
        ),
    ],
    form: FormOption = "humaneval",
    style: Annotated[
        str,
        typer.Option(
            "--out-style",
            metavar="|".join(STYLES),
            callback=known_in(STYLES),
            help="The columns of prompt and completion.",
        ),
    ] = next(iter(STYLES)),
    per_problem: Annotated[int, typer.Option(help="Samples of a problem at most.", min=1)] = 4,
    distinct: Annotated[Distinct, typer.Option(help="What they must differ in.")] = Distinct.PROGRAM,
    max_false_positives: Annotated[
        float | None,
        typer.Option(help="Share of wrong programs that a problem's tests may accept.", min=0, max=1),
    ] = None,
    min_tests: Annotated[int, typer.Option(help="Tests that a problem must have.", min=1)] = 1,
    prompts: Annotated[Path | None, typer.Option(help="Prompts in place of others, by task.")] = None,
    completion_field: Annotated[
        str | None, typer.Option(help="Field of the samples that is the completion.")
    ] = None,
    fenced: Annotated[
        bool, typer.Option("--fenced", help="The completion is the whole program, in a fenced block.")
    ] = False,
    languages: Annotated[
        str | None,
        typer.Option("--languages", metavar="A,B", callback=check_languages, help="As `eval` was given it."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="As `eval` was given it.", min=1)] = None,
    strict: StrictOption = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Export what passed."""
    if fenced and completion_field is not None:
        raise typer.BadParameter("--fenced and --completion-field both name the completion; leave one out")
    inputs = (results, *problems, samples, *([] if prompts is None else [prompts]))
    making_of = Completions(completion_field, fenced)
    wanted = Wanted(per_problem, distinct, max_false_positives, min_tests)
    with reported(as_json), Samples() as held:
        check_out(out, inputs)
        making = Making(
            style,
            {} if prompts is None else read_prompts(prompts),
            making_of,
            form,
            distribution_version(),
            datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        all_tasks = ADAPTERS[form].read_tasks(problems, Rule(strict))
        narrowing = Narrowing(languages_in(languages), limit)
        tasks = narrowing.tasks(all_tasks)
        held.take(narrowing.samples(read_samples(samples, all_tasks), tasks))
        choices = _choices(matched(read_results(results), results, held, tasks), held, wanted, not as_json)
        tally = tally_of(choices)
        if tally.exported:
            write_rows((row for each in choices for row in rows_of(each, held, making)), out, inputs)
        if as_json:
            print_json({**tally.as_json(), "out": str(out) if tally.exported else None})
        else:
            print_views(view(tally, wanted, out))
    raise typer.Exit(ExitCode.FINE if tally.exported else ExitCode.NEGATIVE)


def _choices(tasks: list[SampledTask], held: Samples, wanted: Wanted, shown: bool) -> list[Choice]:
    def key(sample: JudgedSample) -> bytes:
        return normal_key(held.program(sample.number).decode(), sample.result.language)

    choices = []
    with progress("choosing", len(tasks), shown=shown) as advance:
        for task in tasks:
            choices.append(choose(task, wanted, key))
            advance()
    return choices
