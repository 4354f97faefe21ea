"""`verifierd select`: pick again from results that were saved, by any rule, without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.words import plural
from verifierd.datasets.params import read_params
from verifierd.datasets.records import InputError
from verifierd.datasets.saved import SavedBatch, read_saved
from verifierd.economics.intervals import mean_estimate
from verifierd.model import Estimate, Verdict
from verifierd.selection.replay import standings_of, without_hidden_tests
from verifierd.selection.rules import (
    RULES,
    ParameterRefused,
    Selected,
    SelectionRule,
    parameters_of,
    rule_named,
)

PARAMS_HELP = "Parameters of the rule, a JSON object such as `verifierd calibrate` writes."

HELP = f"""Pick candidates from saved results, by another rule or with other parameters.

SAVED is what `verifierd verify --json` wrote, of one problem or of several after one another:

    verifierd verify problem.json candidates.jsonl --json > saved.jsonl
    verifierd select saved.jsonl --rule posterior --picks 3

The rules are {", ".join(RULES)}; `verifierd verify --help` says what each does. `codet` and `posterior` look
at tests of the role `generated`, all at what candidates did on probe inputs, or on tests without those.

Those may be picked that passed every test that judges. With `--blind` the verdicts of tests of the role
`judge` are hidden from the rule, as they are where a sampler has no such tests, and only used to say whether
what was picked is right: that is how rules are compared.

    verifierd select saved.jsonl --rule codet --picks 10 --blind

Exit status: 0 there is a pick for some problem; 1 for none; 2 a file or an option is wrong.
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Choice:
    """What was picked of one problem's candidates, and whether a pick passes; None where no test judges."""

    problem_id: str
    candidates: int
    selected: Selected
    solved: bool | None


def select(
    saved: Annotated[Path, typer.Argument(metavar="SAVED", help="What `verifierd verify --json` wrote.")],
    rule: Annotated[str, typer.Option("--rule", help="By which rule.")] = next(iter(RULES)),
    picks: Annotated[int, typer.Option("--picks", min=1, help="How many to pick at most.")] = 1,
    params: Annotated[Path | None, typer.Option("--params", help=PARAMS_HELP)] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Hide the verdicts of judging tests.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Pick from saved results."""
    with reported(as_json):
        by = _rule(rule, params)
        choices = [_choice(batch, by, picks, blind) for batch in read_saved(saved)]
        if as_json:
            for choice in choices:
                print_json(_as_json(choice))
            print_json({"summary": _summary(choices)})
        else:
            print_views(*_views(choices))
    raise typer.Exit(ExitCode.FINE if any(each.selected.picks for each in choices) else ExitCode.NEGATIVE)


def _rule(name: str, file: Path | None) -> SelectionRule:
    if name not in RULES:
        raise typer.BadParameter(f"{name!r} is no rule; allowed: {', '.join(RULES)}", param_hint="--rule")
    given = {} if file is None else read_params(file)
    for param in given:
        if param not in parameters_of(name):
            allowed = ", ".join(parameters_of(name)) or "none"
            raise InputError(file or "", None, f"{name} has no parameter {param!r}; allowed: {allowed}")
    try:
        return rule_named(name, given)
    except ParameterRefused as refused:
        raise InputError(file or "", None, str(refused)) from None


def _choice(batch: SavedBatch, rule: SelectionRule, picks: int, blind: bool) -> Choice:
    results = batch.results
    if blind:
        results = [without_hidden_tests(result, batch.tests) for result in results]
    selected = rule.select(standings_of(results, batch.tests, batch.probe_ids), picks)
    right = {each.candidate_id for each in batch.results if each.verdict is Verdict.ACCEPTED}
    judged = any(test.judges for test in batch.tests)
    solved = any(pick.candidate_id in right for pick in selected.picks) if judged else None
    return Choice(batch.problem_id, len(results), selected, solved)


def _solved(choices: Sequence[Choice]) -> Estimate | None:
    told = [float(each.solved) for each in choices if each.solved is not None]
    return mean_estimate(told) if told else None


def _views(choices: Sequence[Choice]) -> Iterator[RenderableType]:
    table = Table(expand=False)
    table.add_column("problem", overflow="fold")
    table.add_column("candidates", justify="right")
    table.add_column("picks", overflow="fold")
    table.add_column("none right", justify="right")
    table.add_column("solved")
    for each in choices:
        picks = Text(", ").join(
            Text.assemble(
                plain(pick.candidate_id), "" if pick.probability is None else f" ({pick.probability:.0%})"
            )
            for pick in each.selected.picks
        )
        none = each.selected.none_probability
        solved = {True: Text("yes", "green"), False: Text("no", "red"), None: Text("")}[each.solved]
        table.add_row(
            plain(each.problem_id),
            str(each.candidates),
            picks or Text("none", "yellow"),
            "" if none is None else f"{none:.0%}",
            solved,
        )
    yield table
    solved_share = _solved(choices)
    if solved_share is not None:
        ends = f"{solved_share.low:.0%} to {solved_share.high:.0%}"
        of = plural(len(choices), "problem")
        yield Text(f"solved: {solved_share.value:.1%} of {of} (95 %: {ends})")


def _as_json(choice: Choice) -> dict[str, Any]:
    return {
        "problem_id": choice.problem_id,
        "candidates": choice.candidates,
        "picks": [asdict(pick) for pick in choice.selected.picks],
        "none_probability": choice.selected.none_probability,
        "solved": choice.solved,
    }


def _summary(choices: Sequence[Choice]) -> dict[str, Any]:
    solved = _solved(choices)
    return {"problems": len(choices), "solved": None if solved is None else asdict(solved)}
