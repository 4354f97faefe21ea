"""Where in a user's files a field stands that a server refused by its path in the request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verifierd.datasets.records import InputError
from verifierd_client import InvalidRequest, NotAValue, OutOfRange

_PROBLEM = re.compile(r"(message\[0\]\.open\.)?batch\.problem\b")
_CANDIDATE = re.compile(r"candidates\[(?P<closed>\d+)\]|message\[(?P<streamed>\d+)\]\.candidate\b")


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a batch was read from; `lines` has the line of each candidate."""

    problem: Path
    candidates: Path
    lines: Sequence[int]

    @contextmanager
    def named(self) -> Iterator[None]:
        """Have each refusal in the block say first in which file, and on which line, it stands.

        Raises:
            InputError: in place of what the client raised.
        """
        try:
            yield
        except InvalidRequest as refused:
            place = self._place(refused.field)
            if place is None:
                raise
            raise InputError(*place, str(refused)) from None
        except (NotAValue, OutOfRange) as unsent:
            raise InputError(self.problem, None, str(unsent)) from None

    def _place(self, field: str) -> tuple[Path, int | None] | None:
        """Return the file and the line of a field of the request; None where it comes from neither file."""
        if _PROBLEM.match(field):
            return self.problem, None
        if found := _CANDIDATE.match(field):
            index = int(found["closed"]) if found["closed"] else int(found["streamed"]) - 1
            return self.candidates, self.lines[index] if 0 <= index < len(self.lines) else None
        return (self.candidates, None) if field == "candidates" else None
