"""`verifierd audit diff`: two candidates side by side, and the tests that tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifierd.audit.comparing import Apart, answer_to, probes_apart, source_diff, tests_apart
from verifierd.audit.entries import BatchBegun, CandidateJudged
from verifierd.audit.finding_batches import batch_with_id
from verifierd.audit.found import CandidateRow
from verifierd.audit.naming import UnknownName, named_candidate
from verifierd.audit.recorded import PROBLEM, SOURCE_AND_OUTPUTS, RecordReader
from verifierd.audit.store import Store
from verifierd.cli.audit.as_json import outputs_as_json, row_as_json
from verifierd.cli.audit.inputs import probe_input, problem_in, test_input
from verifierd.cli.audit.show_views import output_views
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.tables import ID_CHARS
from verifierd.cli.audit.texts import readable, word
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.words import plural, words
from verifierd.config import load_settings
from verifierd.model import ExecutionResult, ProbeResult

HELP = """Show what tells two candidates apart: programs, and tests on which they did not do the same.

A and B are numbers of records, or BATCH/CANDIDATE. Each test is shown with its input and with what either of
them wrote; what the test expects is not.

    verifierd audit diff 4711 4712
    verifierd audit diff 3f2a91c0/first 3f2a91c0/second --tests 10
    verifierd audit diff 4711 4712 --json | jq '.tests[].test_id'

Exit status: 0 they are alike, program and behaviour; 1 they differ; 2 there is no such candidate; 3 the
store cannot be read, or a record is damaged.
"""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two candidates."""

    row: CandidateRow
    judged: CandidateJudged
    begun: BatchBegun | None
    lost: tuple[str, ...]


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="One candidate.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help="The other.", show_default=False)],
    tests: Annotated[int, typer.Option("--tests", min=0, help="So many tests are shown at most.")] = 3,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Compare candidates."""
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        one, other = _side(store, first), _side(store, second)
        lines = source_diff(one.judged.candidate.source, other.judged.candidate.source, first, second)
        is_one_problem = (
            one.begun is not None
            and other.begun is not None
            and one.begun.problem_sha256 == other.begun.problem_sha256
        )
        apart = list(tests_apart(one.judged, other.judged)) if is_one_problem else []
        probes = probes_apart(one.judged, other.judged) if is_one_problem else []
        if as_json:
            print_json(_form(one, other, lines, apart, probes, is_one_problem))
        else:
            print_views(*_heads(one, other, lines))
            if not is_one_problem:
                print_views("they are of different problems: there are no tests to tell them apart by")
            else:
                print_views(*_tests(one, other, apart, tests), *_probes(one, probes, tests))
    raise typer.Exit(ExitCode.NEGATIVE if lines or apart or probes else ExitCode.FINE)


def _side(store: Store, name: str) -> _Side:
    with store.reading() as connection:
        row = named_candidate(connection, name)
        record, judged = RecordReader(store, connection, SOURCE_AND_OUTPUTS).candidate(row)
        batch = batch_with_id(connection, row.batch_id)
        if batch is None:
            raise UnknownName(f"the batch {row.batch_id} of candidate {name} is not there")
        begun = RecordReader(store, connection, PROBLEM).begun(batch)
    return _Side(row, judged, begun, tuple(words_ for _, words_ in record.lost))


def _heads(one: _Side, other: _Side, lines: list[str]) -> list[RenderableType]:
    table = Table(expand=False)
    for name in ("", "A", "B"):
        table.add_column(name, overflow="fold")
    sides = (one, other)
    table.add_row("candidate", *(plain(side.row.candidate_id) for side in sides))
    table.add_row("batch", *(plain(side.row.batch_id[:ID_CHARS]) for side in sides))
    table.add_row("record", *(str(side.row.sequence) for side in sides))
    table.add_row("verdict", *(words(word(side.row.verdict)) for side in sides))
    table.add_row("tests passed", *(f"{side.row.tests_passed}/{side.row.tests_total}" for side in sides))
    views: list[RenderableType] = [table]
    views += [Text(each, style="red") for side in sides for each in side.lost]
    if not lines:
        views.append("the programs are the same")
    views += [Text(readable(each).plain, style=_STYLES.get(each[:1], "")) for each in lines]
    return views


def _tests(one: _Side, other: _Side, apart: list[Apart], most: int) -> list[RenderableType]:
    if not apart:
        return ["no test tells them apart"]
    problem = problem_in(one.begun.problem) if one.begun is not None else None
    views: list[RenderableType] = [Text(f"told apart by {plural(len(apart), 'test')}", style="bold")]
    for each in apart[:most]:
        given = test_input(problem, each.test_id)
        views.append(Text.assemble("test ", plain(each.test_id)))
        if given is not None:
            views.append(
                Padding(
                    Group(Text("input", style="dim"), Padding(given, (0, 0, 0, 2), expand=False)),
                    (0, 0, 0, 2),
                    expand=False,
                )
            )
        views.append(
            Columns(
                [_did("A", each.first, one.judged), _did("B", each.second, other.judged)],
                expand=True,
                equal=True,
            )
        )
    if len(apart) > most:
        views.append(Text(f"{len(apart) - most} more; `--tests` shows them", style="dim"))
    return views


def _probes(one: _Side, apart: list[tuple[ProbeResult, ProbeResult]], most: int) -> list[RenderableType]:
    if not apart:
        return []
    problem = problem_in(one.begun.problem) if one.begun is not None else None
    views: list[RenderableType] = [Text(f"told apart by {plural(len(apart), 'probe input')}", style="bold")]
    for first, second in apart[:most]:
        given = probe_input(problem, first.probe_id)
        views.append(Text.assemble("probe ", plain(first.probe_id)))
        answers = (
            Text.assemble("A: ", plain(answer_to(first))),
            Text.assemble("B: ", plain(answer_to(second))),
        )
        views += [Padding(view, (0, 0, 0, 2), expand=False) for view in (given, *answers) if view is not None]
    return views


def _did(side: str, result: ExecutionResult | None, judged: CandidateJudged) -> RenderableType:
    if result is None:
        return Padding(Text(f"{side}: not run"), (0, 0, 0, 2), expand=False)
    head = Text.assemble(f"{side}: ", words(word(result.verdict)))
    return Padding(
        Group(head, plain(result.detail), *output_views(result, judged.redactions)),
        (0, 0, 0, 2),
        expand=False,
    )


def _form(
    one: _Side,
    other: _Side,
    lines: list[str],
    apart: list[Apart],
    probes: list[tuple[ProbeResult, ProbeResult]],
    is_one_problem: bool,
) -> dict[str, Any]:
    def did(result: ExecutionResult | None) -> dict[str, Any] | None:
        if result is None:
            return None
        told = {"verdict": result.verdict.name, "detail": result.detail, "behaviour": result.behaviour}
        return {**told, **outputs_as_json(result)}

    def answered(probe: ProbeResult) -> dict[str, Any]:
        told = {"failed": probe.failed, "behaviour": probe.behaviour}
        return {**told, "answer": probe.answer, "answer_is_cut": probe.answer_is_cut}

    return {
        "first": {**row_as_json(one.row), "lost": list(one.lost)},
        "second": {**row_as_json(other.row), "lost": list(other.lost)},
        "same_problem": is_one_problem,
        "source_diff": lines,
        "tests": [
            {"test_id": each.test_id, "first": did(each.first), "second": did(each.second)} for each in apart
        ],
        "probes": [
            {"probe_id": first.probe_id, "first": answered(first), "second": answered(second)}
            for first, second in probes
        ],
    }
