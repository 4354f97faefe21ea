"""Byte strings by number in a temporary file: what must be kept but need not be in memory."""

from __future__ import annotations

import tempfile
from array import array
from types import TracebackType
from typing import Self


class Spool:
    """Takes byte strings under numbers of the caller's and gives them back; 16 bytes of memory each.

    The file has no name, so that nothing is left behind however the process ends.
    """

    def __init__(self) -> None:
        """Open an empty spool."""
        self._file = tempfile.TemporaryFile(prefix="verifierd-spool-")  # noqa: SIM115 - closed by __exit__
        self._end = 0
        self._starts = array("q")
        self._sizes = array("q")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close and so delete the file."""
        self._file.close()

    def __len__(self) -> int:
        """Return one more than the highest number put."""
        return len(self._starts)

    def __contains__(self, number: int) -> bool:
        """Say whether something was put under a number."""
        return 0 <= number < len(self._starts) and self._starts[number] >= 0

    def append(self, content: bytes) -> int:
        """Keep `content` and return its number: 0, 1, 2 ..."""
        number = len(self)
        self.put(number, content)
        return number

    def put(self, number: int, content: bytes) -> None:
        """Keep `content` under a number; numbers may come in any order."""
        missing = number + 1 - len(self._starts)
        if missing > 0:
            self._starts.extend([-1] * missing)
            self._sizes.extend([0] * missing)
        self._file.seek(self._end)
        self._file.write(content)
        self._starts[number], self._sizes[number] = self._end, len(content)
        self._end += len(content)

    def get(self, number: int) -> bytes:
        """Return what was put under a number. Raises KeyError where nothing was."""
        if number not in self:
            raise KeyError(number)
        self._file.seek(self._starts[number])
        return self._file.read(self._sizes[number])
