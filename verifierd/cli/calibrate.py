"""`verifierd calibrate`: learn what the rule `posterior` believes, from results that say who is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.progress import progress
from verifierd.datasets.output import check_writable, whole_file
from verifierd.datasets.records import InputError
from verifierd.datasets.saved import read_saved
from verifierd.selection.beliefs import Beliefs
from verifierd.selection.trials import (
    DEALS,
    FOLDS,
    KnownProblem,
    Trial,
    cross_validated,
    fitted,
    known_problem,
)

LEAST_PROBLEMS = 2 * FOLDS

HELP = f"""Learn what the rule `posterior` believes of a model's samples.

SAVED is what `verifierd verify --json` wrote for problems whose tests judge (role `judge`), several after one
another: a candidate that passes is taken to be right. Tests of the role `generated` and probe inputs are what
is learned from, so they should be there as they will be in use, where no such tests judge.

    verifierd calibrate saved.jsonl --out beliefs.json
    verifierd select other.jsonl --rule posterior --params beliefs.json --blind
    verifierd verify problem.json candidates.jsonl --rule posterior --params beliefs.json

What is told is measured on problems that were not learned from ({FOLDS} parts of the problems, each left out
once, and all of that {DEALS} times with other parts): how often the first pick is right, the expected
calibration error of its probability beside what that would be by chance alone with so few problems, and how
well the probability that none is right tells problems that no candidate solves from others (the area under
its curve; 0.5 is chance). The file has what was learned from all problems; {LEAST_PROBLEMS} of them are
needed at least.

Exit status: 0 it is written; 2 a file or an option is wrong.
"""  # noqa: S608


def calibrate(
    saved: Annotated[list[Path], typer.Argument(metavar="SAVED...", help="Labelled results.")],
    out: Annotated[Path, typer.Option("--out", help="Where the numbers go, as JSON.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Learn beliefs."""
    with reported(as_json):
        check_writable(out, tuple(saved))
        problems = list(_problems(saved))
        if len(problems) < LEAST_PROBLEMS:
            raise InputError(
                saved[0], None, f"there are {len(problems)} problems; at least {LEAST_PROBLEMS} are needed"
            )
        with progress("learning", DEALS * FOLDS + 1, shown=not as_json) as advance:
            before = cross_validated(problems, lambda _: Beliefs())
            after = cross_validated(problems, fitted, advance)
            beliefs = fitted(problems)
            advance()
        with whole_file(out, tuple(saved)) as stream:
            stream.write(json.dumps(asdict(beliefs), indent=2) + "\n")
        if as_json:
            trials = {"defaults": asdict(before), "learned": asdict(after)}
            print_json({**trials, "problems": len(problems), "beliefs": asdict(beliefs), "out": str(out)})
        else:
            print_views(_view(before, after, len(problems), out))
    raise typer.Exit(ExitCode.FINE)


def _problems(files: list[Path]) -> Iterator[KnownProblem]:
    for file in files:
        for batch in read_saved(file):
            if not any(test.judges for test in batch.tests):
                raise InputError(batch.place, None, f"no test of problem {batch.problem_id!r} judges")
            yield known_problem(batch.results, batch.tests, batch.probe_ids)


def _view(before: Trial, after: Trial, problems: int, out: Path) -> RenderableType:
    table = Table(title=f"posterior on {problems} problems, each left out of learning once", expand=False)
    table.add_column("")
    table.add_column("defaults", justify="right")
    table.add_column("learned", justify="right")
    table.add_row("first pick right", f"{before.accuracy:.1%}", f"{after.accuracy:.1%}")
    table.add_row(
        "expected calibration error",
        f"{before.expected_calibration_error:.3f}",
        f"{after.expected_calibration_error:.3f}",
    )
    table.add_row("the same by chance, if calibrated", _by_chance(before), _by_chance(after))
    table.add_row("none right, told apart (AUC)", _auc(before), _auc(after))
    table.caption = f"written to {out}"
    return table


def _by_chance(trial: Trial) -> str:
    chance = trial.error_if_calibrated
    return f"{chance.value:.3f} ({chance.low:.3f} to {chance.high:.3f})"


def _auc(trial: Trial) -> Any:
    return "no such problem" if trial.none_auc is None else f"{trial.none_auc:.2f}"
