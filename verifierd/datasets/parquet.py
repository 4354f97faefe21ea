"""The rows of a Parquet file as JSON objects, a few in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

MAGIC = b"PAR1"

# Rows of contest problems hold megabytes of tests each.
_ROWS_AT_A_TIME = 16


class ParquetError(Exception):
    """A Parquet file that cannot be used; `row`, from 1, is where, or None where it is the whole file."""

    def __init__(self, row: int | None, what: str) -> None:
        """Name the row and what is wrong there."""
        super().__init__(what)
        self.row = row


def parquet_rows(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield each row of a file that can be sought in; bytes are taken for UTF-8, dates and decimals for text.

    Bytes that are no UTF-8 become lone surrogates, as `errors="surrogateescape"` makes them.

    Raises:
        ParquetError: the data are damaged or cut off, some text is not UTF-8, or the extra `parquet` is
            not installed.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise ParquetError(
            None, "this is Parquet, which needs pyarrow: pip install 'verifierd[parquet]'"
        ) from None
    row = 0
    try:
        file = ParquetFile(stream, page_checksum_verification=True)
        for batch in file.iter_batches(batch_size=_ROWS_AT_A_TIME, use_threads=False):
            columns = list(zip(batch.schema.names, batch.columns, strict=True))
            for place in range(batch.num_rows):
                row += 1
                yield {name: _value(name, row, column[place]) for name, column in columns}
    except (pyarrow.ArrowException, OSError) as error:
        after = f" after row {row}" if row else ""
        reason = " ".join(str(error).split())
        raise ParquetError(None, f"the Parquet data are damaged or cut off{after}: {reason}") from None


def _value(name: str, row: int, scalar: Any) -> Any:
    try:
        return _json_like(scalar.as_py())
    except UnicodeDecodeError as error:
        raise ParquetError(row, f"field {name!r} is not UTF-8: {error.reason}") from None


def _json_like(value: Any) -> Any:
    """Return a value of a column as JSON has it: what JSON has no type for as text."""
    if isinstance(value, dict):
        return {key: _json_like(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_like(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    if isinstance(value, (date, time, timedelta, Decimal)):
        return str(value)
    return value
