"""`verifierd audit logs`: what programs wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from verifierd.audit.entries import CandidateJudged
from verifierd.audit.errors import RecordDamaged
from verifierd.audit.finding_candidates import candidates_of_batch
from verifierd.audit.found import CandidateRow
from verifierd.audit.lookups import each_of
from verifierd.audit.naming import UnknownName, named_batch, named_candidate
from verifierd.audit.recorded import OUTPUTS, ReadRecord, RecordReader
from verifierd.audit.store import Store
from verifierd.cli.audit.as_json import outputs_as_json
from verifierd.cli.audit.show_views import output_views
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.texts import word
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.words import words
from verifierd.config import load_settings
from verifierd.model import ExecutionResult

HELP = """Print what programs wrote: standard output, standard error, and what `call` tests returned.

BATCH is a batch's id, or enough of its beginning; CANDIDATE one of it. Without it all of the batch's
candidates are printed, in their order.

    verifierd audit logs 3f2a91c0 first
    verifierd audit logs 3f2a91c0 first --test 17
    verifierd audit logs 3f2a91c0 --json | jq -r .stderr

Control characters are written out, so that what a program wrote cannot steer the terminal. Outputs are kept
as far as the output limit, and as redaction left them.

Exit status: 0 something was written; 1 nothing was; 2 there is no such batch, candidate or test; 3 the store
cannot be read, or some outputs are lost: which is said, and the others are printed.
"""


def logs(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The batch.", show_default=False)],
    candidate: Annotated[str | None, typer.Argument(metavar="CANDIDATE", help="One candidate of it.")] = None,
    test: Annotated[str, typer.Option("--test", help="Only on this test.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many candidates at most.")] = 1000,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Print outputs."""
    wrote = lost = False
    has_test = not test
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        for row in _rows(store, batch, candidate, limit):
            record = _read(store, row)
            if isinstance(record, str) or record.lost:
                lost = True
            has_test |= any(each.test_id == test for each in _executions(record))
            if as_json:
                wrote |= _print_json(row, record, test)
            else:
                wrote |= _print(row, record, test)
        if not has_test and not lost:
            raise UnknownName(f"no candidate of these was run on a test {test!r}")
        if not wrote and not as_json:
            print_views("nothing was written")
    if lost:
        raise typer.Exit(ExitCode.TROUBLE)
    raise typer.Exit(ExitCode.FINE if wrote else ExitCode.NEGATIVE)


def _rows(store: Store, batch: str, candidate: str | None, limit: int) -> Iterator[CandidateRow]:
    with store.reading() as connection:
        batch_id = named_batch(connection, batch).id
        if candidate is not None:
            yield named_candidate(connection, f"{batch_id}/{candidate}")
            return
    yield from each_of(store, lambda at, asked: candidates_of_batch(at, batch_id, asked), limit)


def _read(store: Store, row: CandidateRow) -> ReadRecord | str:
    try:
        with store.reading() as connection:
            return RecordReader(store, connection, OUTPUTS).candidate(row)[0]
    except RecordDamaged as error:
        return str(error)


def _print(row: CandidateRow, record: ReadRecord | str, test: str) -> bool:
    views: list[RenderableType] = []
    if isinstance(record, str):
        views.append(Text(record, style="red"))
    else:
        views += [Text(each, style="red") for _, each in record.lost]
        if isinstance(judged := record.entry, CandidateJudged):
            for each in judged.result.executions:
                outputs = list(output_views(each, judged.redactions))
                if outputs and test in {"", each.test_id}:
                    views.append(Text.assemble("test ", plain(each.test_id), ": ", words(word(each.verdict))))
                    views += [Padding(view, (0, 0, 0, 2), expand=False) for view in outputs]
    if views:
        title = Text.assemble(plain(row.candidate_id), ": ", words(word(row.verdict)))
        print_views(Rule(title, align="left"), *views)
    return bool(views)


def _print_json(row: CandidateRow, record: ReadRecord | str, test: str) -> bool:
    about = {"batch_id": row.batch_id, "candidate_id": row.candidate_id}
    if isinstance(record, str):
        print_json({**about, "lost": record})
        return False
    lost = "; ".join(each for _, each in record.lost) or None
    chosen = [each for each in _executions(record) if test in {"", each.test_id}]
    for each in chosen:
        told = {"test_id": each.test_id, "verdict": each.verdict.name, "lost": lost}
        print_json({**about, **told, **outputs_as_json(each)})
    return any(_wrote(each) for each in chosen)


def _executions(record: ReadRecord | str) -> tuple[ExecutionResult, ...]:
    judged = None if isinstance(record, str) else record.entry
    return judged.result.executions if isinstance(judged, CandidateJudged) else ()


def _wrote(execution: ExecutionResult) -> bool:
    return bool(
        execution.stdout
        or execution.stdout_total_bytes
        or execution.stderr
        or execution.stderr_total_bytes
        or execution.actual is not None
    )
