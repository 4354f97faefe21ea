"""What is judged already, in a file beside the results: a killed evaluation goes on from there.

The first line holds the key of the evaluation, each other line one entry. A line is written in one piece
before the next result is asked for, so that a kill loses what was in flight at most; the last may be torn.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from verifierd.datasets.records import InputError

FORM = "verifierd eval 1"


def journal_beside(out: Path, key: str) -> Journal:
    """Return the journal of an evaluation whose results go to `out`: none is kept for a pipe or a device.

    Raises:
        InputError: the journal there is of another evaluation, or being written by another process.
    """
    path = out.resolve()
    if path.exists() and not path.is_file():
        return Journal(None, key)
    return Journal(path.with_name(f"{path.name}.journal"), key)


class Journal:
    """The journal of one evaluation, which its `key` tells from every other. Use it in a `with` block.

    The file appears with the first entry, and goes with `finish`.
    """

    def __init__(self, path: Path | None, key: str) -> None:
        """Open the journal at `path` if there is one, for this process alone. None: nothing is kept.

        Raises:
            InputError: it is of another evaluation, or being written by another process.
        """
        self.path = path
        self._key = key
        self._file: int | None = None
        if path is not None and path.exists():
            self._open(path, os.O_RDWR)
            try:
                self._check(path)
            except InputError:
                self._close()
                raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, which stays."""
        self._close()

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """Yield the entries that are there already, before any is added. A last line that is torn is cut off.

        Raises:
            InputError: another line is damaged.
        """
        if self.path is None or self._file is None:
            return
        whole = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    os.truncate(self.path, whole)
                    return
                whole += len(line)
                if number > 1:
                    yield _parsed(self.path, number, line)

    def damaged(self, number: int) -> InputError:
        """Return the error for a line that cannot be of an evaluation."""
        return _damaged(self.path, number)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write an entry.

        Raises:
            InputError: another process began a journal at the same place meanwhile.
            OSError: it cannot be written.
        """
        if self.path is None:
            return
        if self._file is None:
            self._open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
            self._write(self._head)
        self._write(entry)

    def finish(self) -> None:
        """Delete the file: all of it is in the results now, and nothing is left to judge."""
        if self.path is not None and self._file is not None:
            self.path.unlink(missing_ok=True)
            self._close()

    def _open(self, path: Path, flags: int) -> None:
        try:
            self._file = os.open(path, flags | os.O_APPEND | os.O_CLOEXEC, 0o666)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, FileExistsError):
            self._close()
            raise InputError(path, None, "another evaluation is writing this journal") from None
        except OSError as error:
            what = f"cannot be opened: {error.strerror or error}"
            raise InputError(path, None, what) from None

    def _check(self, path: Path) -> None:
        with path.open("rb") as lines:
            head = lines.readline()
        if not head.endswith(b"\n"):
            if not json.dumps(self._head).encode().startswith(head):
                raise _damaged(path, 1)
            os.truncate(path, 0)
            self._write(self._head)
        elif _parsed(path, 1, head) != self._head:
            raise InputError(
                path,
                1,
                "this journal is of an evaluation with other problems, samples or options; run that one to "
                "its end, delete the journal, or give another --out",
            )

    @property
    def _head(self) -> Mapping[str, Any]:
        return {"journal": FORM, "key": self._key}

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry).encode() + b"\n"
        assert self._file is not None  # noqa: S101 - opened by the caller
        while line:
            line = line[os.write(self._file, line) :]

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _damaged(path: Path | None, number: int) -> InputError:
    return InputError(path or "the journal", number, "the journal is damaged here; delete it to begin anew")


def _parsed(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        raise _damaged(path, number)
    return entry
