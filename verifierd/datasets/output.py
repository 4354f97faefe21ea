"""A result file that appears whole or not at all; a pipe or a device is written to as it is."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from verifierd.datasets.records import InputError


def check_writable(path: Path, inputs: Sequence[Path] = ()) -> None:
    """Raise the InputError now that `whole_file` would raise in the end."""
    folder = _checked(path, inputs).parent
    if not folder.is_dir():
        raise InputError(path, None, "cannot be written: there is no such folder")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(path, None, "cannot be written: Permission denied")


@contextmanager
def whole_file(path: Path, inputs: Sequence[Path] = ()) -> Iterator[TextIO]:
    """Open a text file as `whole_bytes` does. Where the name ends in `.gz` it is gzipped.

    Raises:
        InputError: as `whole_bytes` does.
    """
    with whole_bytes(path, inputs) as file, _text(file, path.resolve()) as stream:
        yield stream


@contextmanager
def whole_bytes(path: Path, inputs: Sequence[Path] = ()) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place at the end; after an error nothing is left.

    A link is followed.

    Raises:
        InputError: it is one of the `inputs`, a folder, or in a folder that cannot be written to.
    """
    path = _checked(path, inputs)
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise InputError(path, None, f"cannot be written: {error.strerror or error}") from None
    part = Path(name)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _checked(path: Path, inputs: Sequence[Path]) -> Path:
    """Return where a path leads. A stream's name stays: what it leads to is no name of a file."""
    if path.is_dir():
        raise InputError(path, None, "cannot be written: it is a folder")
    for each in inputs:
        if path.exists() and each.exists() and path.samefile(each):
            raise InputError(path, None, "would be overwritten: it is also an input; give another name")
    is_stream = path.exists() and not path.is_file()
    return path if is_stream else path.resolve()


@contextmanager
def _text(file: BinaryIO, path: Path) -> Iterator[TextIO]:
    """Give a text stream onto a binary one, which stays open after it."""
    if path.suffix != ".gz":
        stream = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        yield stream
        stream.detach()
        return
    with gzip.open(file, "wt", encoding="utf-8", newline="\n") as zipped:
        yield cast(TextIO, zipped)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
