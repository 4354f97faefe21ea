"""`verifierd audit list`: batches, the candidates of one, or executions, the newest first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer

from verifierd.audit.filters import BATCH_STATES, BatchFilter, ExecutionFilter
from verifierd.audit.finding_batches import batches
from verifierd.audit.finding_candidates import candidates_of_batch
from verifierd.audit.finding_executions import executions
from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow
from verifierd.audit.lookups import each_of
from verifierd.audit.naming import named_batch
from verifierd.cli.audit.as_json import row_as_json
from verifierd.cli.audit.fitting import Listing
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.tables import batches_listing, candidates_listing, executions_listing
from verifierd.cli.audit.texts import TIME_HELP, time_from, verdicts_from
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.config import load_settings

HELP = f"""List what was recorded.

Without BATCH these are batches, the newest first; with BATCH (its id, or enough of its beginning) the
candidates that it has verdicts of; with `--executions` single executions, the newest first.

    verifierd audit list
    verifierd audit list --problem two-sum --since 2d --state finished
    verifierd audit list 3f2a91c0 --verdict WA
    verifierd audit list --executions --verdict TLE --sandbox s-17 --since 1h
    verifierd audit list 3f2a91c0 --executions --candidate first
    verifierd audit list --executions --problem two-sum --json | jq .cpu_time_s

`--since` and `--until` take how long {TIME_HELP}.

Exit status: 0 there is something; 1 there is nothing; 2 an option is wrong; 3 the store cannot be read.
"""
Row = BatchRow | CandidateRow | ExecutionRow


def list_(
    batch: Annotated[str | None, typer.Argument(metavar="BATCH", help="Its candidates.")] = None,
    of_executions: Annotated[bool, typer.Option("--executions", help="List executions.")] = False,
    problem: Annotated[str, typer.Option("--problem", help="Only of this problem.")] = "",
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", help="Only with this verdict; may be repeated.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only since then.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only before then.")] = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="|".join(BATCH_STATES), help="Only such batches; may be repeated."),
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", metavar="NAME=VALUE", help="Only batches so labelled.")
    ] = None,
    candidate: Annotated[str, typer.Option("--candidate", help="Only executions of this candidate.")] = "",
    test: Annotated[str, typer.Option("--test", help="Only executions on this test.")] = "",
    language: Annotated[str, typer.Option("--language", help="Only executions in this language.")] = "",
    worker: Annotated[str, typer.Option("--worker", help="Only executions of this worker.")] = "",
    sandbox: Annotated[str, typer.Option("--sandbox", help="Only executions in this sandbox.")] = "",
    tenant: Annotated[str, typer.Option("--tenant", help="Only of this tenant.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many at most.")] = 50,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """List records."""
    verdicts = verdicts_from(verdict)
    now_ns = time.time_ns()
    from_ns, until_ns = time_from(since, now_ns), time_from(until, now_ns)
    for_executions = {
        "--candidate": candidate, "--test": test, "--language": language, "--worker": worker,
        "--sandbox": sandbox,
    }  # fmt: skip
    for_batches = {"--state": state, "--label": label}
    if of_executions:
        _refuse(for_batches, "lists executions", "batches")
    else:
        _refuse(for_executions, "lists no executions", "`--executions`")
        if batch is None:
            _refuse({"--verdict": verdict}, "lists batches", "`--executions` or a BATCH")
        else:
            others = {"--problem": problem, "--since": since, "--until": until, "--tenant": tenant}
            _refuse({**for_batches, **others}, "lists the candidates of one batch", "others")
    wanted_batches = BatchFilter(
        states=_states(state),
        problem_id=problem,
        labels=_labels(label),
        submitted_from_ns=from_ns,
        submitted_until_ns=until_ns,
        tenant=tenant,
    )
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        batch_id = ""
        if batch is not None:
            with store.reading() as connection:
                batch_id = named_batch(connection, batch).id
        rows: Iterable[Row]
        if of_executions:
            wanted = ExecutionFilter(
                batch_id=batch_id,
                problem_id=problem,
                candidate_id=candidate,
                test_id=test,
                language=language,
                verdicts=verdicts,
                recorded_from_ns=from_ns,
                recorded_until_ns=until_ns,
                tenant=tenant,
                worker_id=worker,
                sandbox_id=sandbox,
            )
            rows = each_of(store, lambda connection, asked: executions(connection, wanted, asked), limit)
        elif batch_id:
            rows = each_of(
                store,
                lambda connection, asked: candidates_of_batch(connection, batch_id, asked, verdicts),
                limit,
            )
        else:
            rows = each_of(store, lambda connection, asked: batches(connection, wanted_batches, asked), limit)
        count = _print(rows, as_json, limit)
    raise typer.Exit(ExitCode.FINE if count else ExitCode.NEGATIVE)


def _print(rows: Iterable[Row], as_json: bool, limit: int) -> int:
    """Write rows of one kind, and return how many."""
    if as_json:
        count = 0
        for row in rows:
            print_json(row_as_json(row))
            count += 1
        return count
    listed = list(rows)
    if not listed:
        print_views("nothing recorded matches")
        return 0
    view = _view(listed)
    if len(listed) == limit:
        view.remark = f"the first {limit}; `--limit` shows more"
    print_views(view)
    return len(listed)


def _view(rows: list[Row]) -> Listing:
    match rows[0]:
        case BatchRow():
            return batches_listing(row for row in rows if isinstance(row, BatchRow))
        case CandidateRow():
            return candidates_listing(row for row in rows if isinstance(row, CandidateRow))
        case ExecutionRow():
            return executions_listing(row for row in rows if isinstance(row, ExecutionRow))


def _refuse(options: Mapping[str, object], why: str, theirs: str) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        raise typer.BadParameter(f"{', '.join(given)}: for a list of {theirs}, and this command {why}")


def _states(names: list[str] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in BATCH_STATES:
            raise typer.BadParameter(f"{name!r} is no state; allowed: {', '.join(BATCH_STATES)}")
    return tuple(dict.fromkeys(names or ()))


def _labels(given: list[str] | None) -> tuple[tuple[str, str], ...]:
    labels = {}
    for each in given or ():
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"{each!r} is no label; give NAME=VALUE")
        labels[name] = value
    return BatchFilter.labelled(labels)
