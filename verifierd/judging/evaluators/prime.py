"""The `prime` checker follows PRIME's evaluator: volcengine/verl, reward_score/prime_code/testing_util.py."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from verifierd.judging.evaluators.apps import IN_ORDER, close_lines, filled_lines, same_lines, wanted_lines
from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.evaluators.lines import decoded, lines
from verifierd.judging.text import Lines


@dataclass(frozen=True, slots=True)
class Prime(Followed[bytes]):
    """The first three steps of `apps`; numbers are not compared as such where all lines are whole ones.

    Whole are digits alone here, so one fraction or negative number among the lines is enough to let 1000001
    pass for 1000000 beside it, which is unsound. Strict: the words must also be there in order, decimal
    fractions within the tolerance and whole numbers equal.
    """

    name = "prime"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the text without the whitespace around it."""
        return hashlib.sha256(decoded(output).strip().encode("utf-8", "surrogateescape")).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that differs, where no step takes the output."""
        if self.strict:
            found = IN_ORDER.difference(expected, actual)
            if found is not None:
                return found
        if _taken(decoded(expected), decoded(actual)):
            return None
        return Lines().difference(expected, actual) or "the whitespace in it differs"


def _taken(expected: str, actual: str) -> bool:
    if same_lines(expected, actual):
        return True
    return close_lines(expected, actual) and not (
        _whole(wanted_lines(expected)) and _whole(filled_lines(actual))
    )


def _whole(ended: str) -> bool:
    return all(line.isdigit() for line in lines(ended[:-1]))
