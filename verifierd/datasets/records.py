"""JSON lines, a JSON list or Parquet, plain or gzipped, as records; every complaint names file and line."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from verifierd.datasets import parquet
from verifierd.datasets.positions import item_starts

_GZIP_MAGIC = b"\x1f\x8b"


class InputError(Exception):
    """A file that cannot be used as it is. The message reads `file:line: what is wrong`."""

    def __init__(self, file: Path | str, line: int | None, what: str) -> None:
        """Name the file, the line where it is known, and what is wrong there."""
        super().__init__(f"{file}:{line}: {what}" if line is not None else f"{file}: {what}")


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object of a file, and where it stands: its line, in Parquet its row, from 1.

    `index` counts the objects from 0, over all files of a set.
    """

    file: Path
    line: int
    fields: Mapping[str, Any]
    index: int = 0

    def error(self, what: str) -> InputError:
        """Return the error that says what is wrong with this record."""
        return InputError(self.file, self.line, what)

    @property
    def place(self) -> str:
        """Return where it stands, as `file:line`."""
        return f"{self.file}:{self.line}"

    def has(self, key: str) -> bool:
        """Say whether a field is there and not null."""
        return self.fields.get(key) is not None

    def value(self, key: str) -> Any:
        """Return a field that must be there. Raises InputError where it is missing."""
        if key not in self.fields:
            there = ", ".join(sorted(self.fields)) or "none"
            raise self.error(f"field {key!r} is missing (fields here: {there[:200]})")
        return self.fields[key]

    def text(self, key: str, of_a_model: bool = False) -> str:
        """Return a field that must be there and hold text; what a model wrote may be any.

        Raises:
            InputError: it is missing, is no string, or holds a lone surrogate, which no UTF-8 can hold.
        """
        value = self.value(key)
        if not isinstance(value, str):
            raise self.error(f"field {key!r} must be a string, and is {type_name(value)}")
        if not (of_a_model or is_unicode(value)):
            raise self.error(f"field {key!r} holds a lone surrogate, which is no Unicode text")
        return value

    def id(self, key: str) -> str:
        """Return a field that must be there and be text or a whole number, as text. Raises InputError."""
        value = self.value(key)
        return str(value) if type(value) is int else self.text(key)

    def text_or(self, key: str, otherwise: str) -> str:
        """Return a field that holds text, or `otherwise` where it is not there or null. Raises InputError."""
        return self.text(key) if self.has(key) else otherwise

    def values(self, key: str) -> list[Any]:
        """Return a field that must be there and be a list. Raises InputError where it is not."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.error(f"field {key!r} must be a list, and is {type_name(value)}")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a field that must be there and be a list of strings. Raises InputError where it is not."""
        values = self.values(key)
        for index, value in enumerate(values):
            if not isinstance(value, str) or not is_unicode(value):
                is_what = "text with a lone surrogate" if isinstance(value, str) else type_name(value)
                raise self.error(f"field {key!r}: item {index} must be a string, and is {is_what}")
        return values


def read_records(file: Path) -> Iterator[Record]:
    """Yield the objects of a file: one a line, or those of one list, where the file begins with `[`.

    Lines of white space alone are passed over. Of Parquet each row is an object. Whether the file is that,
    and whether it is gzipped, is told by its first bytes, not by its name.

    Raises:
        InputError: the file cannot be read, its data are damaged or cut off, or it is not JSON objects in
            UTF-8; or it is Parquet, and the extra `parquet` is not installed.
    """
    line, index = 0, 0
    try:
        with opened(file) as stream:
            if stream.peek(len(parquet.MAGIC)).startswith(parquet.MAGIC):
                yield from _rows(file, stream)
                return
            for line, raw in enumerate(stream, start=1):
                if not raw.strip():
                    continue
                if index == 0 and raw.lstrip().startswith(b"["):
                    yield from _listed(file, line, raw + stream.read())
                    return
                yield Record(file, line, _json_object(file, line, raw), index)
                index += 1
    except EOFError:
        raise InputError(file, line + 1, "the gzip data end too early: the file is cut off") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(file, line + 1, f"the gzip data are damaged: {error}") from None
    except OSError as error:
        raise InputError(file, None, f"cannot be read: {error.strerror or error}") from None


def type_name(value: object) -> str:
    """Return what a JSON value is, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def is_unicode(text: str) -> bool:
    """Return False where text holds lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def opened(file: Path) -> Iterator[io.BufferedReader | gzip.GzipFile]:
    """Open a file to read it, unzipped where it is gzipped. Raises OSError, and what unzipping raises."""
    with file.open("rb") as stream:
        if not stream.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC):
            yield stream
            return
        with gzip.GzipFile(fileobj=stream) as unzipped:
            yield unzipped


def _rows(file: Path, stream: io.BufferedReader | gzip.GzipFile) -> Iterator[Record]:
    """Yield the rows of Parquet; what cannot be sought in well is read whole."""
    in_place = stream.seekable() and not isinstance(stream, gzip.GzipFile)
    try:
        rows = parquet.parquet_rows(cast(BinaryIO, stream) if in_place else io.BytesIO(stream.read()))
        for index, fields in enumerate(rows):
            yield Record(file, index + 1, fields, index)
    except parquet.ParquetError as error:
        raise InputError(file, error.row, str(error)) from None


def _listed(file: Path, first_line: int, raw: bytes) -> Iterator[Record]:
    """Yield the objects of a JSON list that begins on `first_line`, each with the line it begins on."""
    text = _text(file, first_line, raw)
    values = _json(file, first_line, text)
    place, line = 0, first_line
    for index, (value, start) in enumerate(zip(values, item_starts(text), strict=True)):
        place, line = start, line + text.count("\n", place, start)
        yield Record(file, line, _object(file, line, value), index)


def _json_object(file: Path, line: int, raw: bytes) -> dict[str, Any]:
    return _object(file, line, _json(file, line, _text(file, line, raw.rstrip())))


def _text(file: Path, line: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line += raw.count(b"\n", 0, error.start)
        raise InputError(file, line, f"not UTF-8: {error.reason} at byte {error.start}") from None


def _json(file: Path, line: int, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line += error.lineno - 1
        raise InputError(file, line, f"not JSON: {error.msg} at column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(file, line, f"not JSON that can be read: {error}") from None


def _object(file: Path, line: int, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(file, line, f"must be a JSON object, and is {type_name(value)}")
    return value
