"""`verifierd audit export`: executions as a file for other tools."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from verifierd.audit.exporting import FORMATS, NoParquet, check_format, pieces
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.lookups import exported
from verifierd.audit.naming import named_batch
from verifierd.audit.recorded import NOTHING, SOURCE_AND_OUTPUTS, RecordedExecution
from verifierd.audit.search_index import check_search
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.texts import TIME_HELP, time_from, verdicts_from
from verifierd.cli.endings import write_bytes
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views
from verifierd.cli.set_options import known_in
from verifierd.cli.words import plural
from verifierd.config import load_settings
from verifierd.datasets.output import check_writable, whole_bytes
from verifierd.datasets.records import InputError

HELP = f"""Write executions to a file for other tools: a row each, the oldest first, with all that it knows.

`jsonl` is one JSON object a line, `parquet` Apache Parquet, which needs pyarrow (`pip install
'verifierd[parquet]'`). With `--with-outputs` each row has the program (`source`) and what it wrote (`stdout`,
`stderr`, `actual`); in JSON what is no UTF-8 is `{{"$bytes": base64}}`. A row whose record or blobs cannot be
read has what is known, and says in `lost` what is not.

    verifierd audit export --out all.jsonl
    verifierd audit export --out week.parquet --format parquet --since 7d
    verifierd audit export --out - --verdict WA --with-outputs | jq -r .source

The file appears whole or not at all; `-` is standard output. `--since` and `--until` take how long
{TIME_HELP}.

Exit status: 0 it is written; 1 nothing matches, and what is written has no row; 2 an option is wrong; 3 the
store cannot be read.
"""


def export(
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where it goes.", show_default=False)],
    form: Annotated[
        str,
        typer.Option("--format", metavar="|".join(FORMATS), callback=known_in(dict.fromkeys(FORMATS))),
    ] = FORMATS[0],
    with_blobs: Annotated[bool, typer.Option("--with-outputs", help="With programs and outputs.")] = False,
    batch: Annotated[str | None, typer.Option("--batch", help="Only of this batch.")] = None,
    problem: Annotated[str, typer.Option("--problem", help="Only of this problem.")] = "",
    language: Annotated[str, typer.Option("--language", help="Only in this language.")] = "",
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", help="Only with this verdict; may be repeated.")
    ] = None,
    words: Annotated[str | None, typer.Option("--words", help="Only of candidates with these words.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only since then.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only before then.")] = None,
    tenant: Annotated[str, typer.Option("--tenant", help="Only of this tenant.")] = "",
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Export executions."""
    verdicts, now_ns = verdicts_from(verdict), time.time_ns()
    from_ns, until_ns = time_from(since, now_ns), time_from(until, now_ns)
    to_stdout = out == "-"
    if to_stdout and as_json:
        raise typer.BadParameter("--json tells of a file, and `--out -` writes to where it would be told")
    path = Path(out)
    with reported(as_json), opened(load_settings(config), database, blobs) as store:
        try:
            check_format(form)
        except NoParquet as error:
            raise InputError(path, None, str(error)) from None
        if words is not None:
            check_search(words)
        if not to_stdout:
            check_writable(path)
        with store.reading() as connection:
            batch_id = "" if batch is None else named_batch(connection, batch).id
        wanted = ExecutionFilter(
            batch_id=batch_id,
            problem_id=problem,
            language=language,
            verdicts=verdicts,
            text=words or "",
            recorded_from_ns=from_ns,
            recorded_until_ns=until_ns,
            tenant=tenant,
        )
        counter = _Counter(exported(store, wanted, SOURCE_AND_OUTPUTS if with_blobs else NOTHING))
        with _writer(None if to_stdout else path) as write:
            for piece in pieces(counter, form, with_blobs):
                write(piece)
        if as_json:
            print_json({"out": out, "format": form, "executions": counter.count, "lost": counter.lost})
        elif not to_stdout:
            print_views(f"{plural(counter.count, 'execution')} written to {out}")
            if counter.lost:
                print_views(f"{plural(counter.lost, 'row')} with something lost: see `lost` there")
    raise typer.Exit(ExitCode.FINE if counter.count else ExitCode.NEGATIVE)


@contextmanager
def _writer(path: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Give what writes to a file that appears whole, or, of no path, to standard output as it is."""
    if path is None:
        yield write_bytes
        return
    with whole_bytes(path) as file:
        yield file.write


class _Counter:
    """Counts records that pass by."""

    def __init__(self, records: Iterator[RecordedExecution]) -> None:
        self._records = records
        self.count = self.lost = 0

    def __iter__(self) -> Iterator[RecordedExecution]:
        for record in self._records:
            self.count += 1
            self.lost += bool(record.lost)
            yield record
