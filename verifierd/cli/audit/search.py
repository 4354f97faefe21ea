"""`verifierd audit search`: candidates by the words in their programs, details and outputs."""

from __future__ import annotations

from typing import Annotated

import typer

from verifierd.audit.filters import CandidateFilter
from verifierd.audit.finding_candidates import search as candidates_with
from verifierd.audit.lookups import each_of
from verifierd.audit.naming import named_batch
from verifierd.audit.search_index import BEGINNING_CHARS, BEGINNINGS, TEXT_BYTES, check_search
from verifierd.cli.audit.as_json import row_as_json
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.tables import candidates_listing
from verifierd.cli.audit.texts import verdicts_from
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.config import load_settings

HELP = f"""Find candidates by words in their programs, details and outputs, the newest first.

All WORDS must occur, in any order and case. A word is letters, digits and `_` in a row; one that ends with
`*` stands for all that begin so: {BEGINNINGS} words may, with {BEGINNING_CHARS} characters or more before it.
The first {TEXT_BYTES >> 10} KiB of each candidate are searched: program, then details, then outputs.

    verifierd audit search IndexError
    verifierd audit search lru_cache 'heap*' --problem two-sum
    verifierd audit search 'import socket' --json | jq .batch_id

Exit status: 0 some were found; 1 none was; 2 the words or an option are wrong; 3 the store cannot be read.
"""


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="What must occur.")],
    batch: Annotated[str | None, typer.Option("--batch", help="Only in this batch.")] = None,
    problem: Annotated[str, typer.Option("--problem", help="Only of this problem.")] = "",
    language: Annotated[str, typer.Option("--language", help="Only in this language.")] = "",
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", help="Only with this verdict; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many at most.")] = 50,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Find candidates."""
    text, verdicts = " ".join(words), verdicts_from(verdict)
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        check_search(text)
        batch_id = ""
        if batch is not None:
            with store.reading() as connection:
                batch_id = named_batch(connection, batch).id
        wanted = CandidateFilter(text, batch_id, problem, language, verdicts)
        rows = list(each_of(store, lambda at, asked: candidates_with(at, wanted, asked), limit))
        if as_json:
            for row in rows:
                print_json(row_as_json(row))
        elif rows:
            view = candidates_listing(rows)
            if len(rows) == limit:
                view.remark = f"the first {limit}; `--limit` shows more"
            print_views(view)
        else:
            print_views("no candidate has these words")
    raise typer.Exit(ExitCode.FINE if rows else ExitCode.NEGATIVE)
