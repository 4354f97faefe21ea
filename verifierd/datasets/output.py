"""A result file that appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from verifierd.datasets.records import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a text file beside `path` that takes its place at the end; after an error nothing is left.

    Raises:
        InputError: the folder does not exist or cannot be written to.
    """
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise InputError(path, None, f"cannot be written: {error.strerror or error}") from None
    part = Path(name)
    try:
        with open(number, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123 - a descriptor
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
