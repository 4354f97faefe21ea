"""Rows as JSON lines or as Parquet, in a file that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from verifierd.datasets.output import check_writable, whole_bytes, whole_file
from verifierd.datasets.records import InputError
from verifierd.export.traces import Row

PARQUET = ".parquet"
ROWS_AT_A_TIME = 1000  # a row group


def check_out(out: Path, inputs: Sequence[Path]) -> None:
    """Raise the InputError now that `write_rows` would raise in the end."""
    check_writable(out, inputs)
    if out.suffix == PARQUET:
        _arrow(out)


def write_rows(rows: Iterable[Row], out: Path, inputs: Sequence[Path]) -> None:
    """Write rows to `out`: Parquet where its name ends in `.parquet`, else JSON lines, gzipped for `.gz`.

    Args:
        rows: at least one, all with equal columns; a few are in memory at a time.
        out: is replaced at the end; after an error what was there stands.
        inputs: files that must not be written over.

    Raises:
        InputError: `out` cannot be written, or Parquet's library is not installed; and what `rows` raises.
    """
    if out.suffix == PARQUET:
        _write_parquet(iter(rows), out, inputs)
        return
    with whole_file(out, inputs) as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_parquet(rows: Iterator[Row], out: Path, inputs: Sequence[Path]) -> None:
    arrow = _arrow(out)
    from pyarrow.parquet import ParquetWriter

    group = list(islice(rows, ROWS_AT_A_TIME))
    schema = _schema(arrow, group[0])
    with whole_bytes(out, inputs) as file, ParquetWriter(file, schema) as writer:
        while group:
            writer.write_table(arrow.Table.from_pylist(group, schema))
            group = list(islice(rows, ROWS_AT_A_TIME))


def _schema(arrow: Any, row: Row) -> Any:
    """Return the types of the columns, so that what is null in all rows has its type too."""
    text, whole, share = arrow.string(), arrow.int64(), arrow.float64()
    turns = arrow.list_(arrow.struct({"role": text, "content": text}))
    estimate = arrow.struct(dict.fromkeys(("value", "low", "high", "level"), share))
    known = {
        "task_id": text,
        "sample_index": whole,
        "language": text,
        "verdict": text,
        "tests_passed": whole,
        "tests_total": whole,
        "cluster": arrow.struct({"id": text, "samples": whole}),
        "problem": arrow.struct({"samples": whole, "correct": whole, "pass_rate": share}),
        "suite": arrow.struct(
            {
                "sha256": text,
                "checker": text,
                "tests": whole,
                "false_positive_rate": estimate,
                "accuracy_ceiling": estimate,
            }
        ),
        "provenance": arrow.struct(
            dict.fromkeys(
                ("dataset", "program_sha256", "sample_fields", "verifierd_version", "exported_at"), text
            )
        ),
    }
    of_the_style = {name: turns if isinstance(row[name], list) else text for name in row if name not in known}
    return arrow.schema({**of_the_style, **known})


def _arrow(out: Path) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise InputError(out, None, "Parquet needs pyarrow: pip install 'verifierd[parquet]'") from None
    return pyarrow
