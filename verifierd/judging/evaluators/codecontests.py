"""The `codecontests` checker follows the evaluator of DeepMind's CodeContests.

Source: google-deepmind/code_contests, execution/tester_sandboxer.cc.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.showing import show_bytes
from verifierd.judging.text import blocks
from verifierd.judging.tolerant import EXACT_BOUND

PRECISION = 1e-5
# What absl::SimpleAtod reads as a number, in lower case.
_NUMBER = re.compile(
    rb"[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan(?:\([a-z0-9_]*\))?)"
)
_INTEGER = re.compile(rb"[+-]?\d+")
_SEPARATOR = re.compile(rb"[ \n\t\r\v]")  # unlike bytes.split(), not \f
_SEPARATORS = re.compile(rb"[ \n\t\r\v]+")
_TOKEN = re.compile(rb"[^ ]+")
FINITE_DIGITS = 300  # so many make no infinity
NUMBER_BYTES = 4000  # longer digits are text: reading one takes more than linear time


@dataclass(frozen=True, slots=True)
class CodeContests(Followed[bytes]):
    """Tokens without regard to case; where both are numbers, as doubles that are less than 1e-5 apart.

    It is OutputsMatch and ValuesMatch, which take whole numbers for doubles too: above 2**53 neighbours
    are equal, and below 1e-5 every number is zero. Strict: whole numbers must be equal, and above
    2**53 nothing else is equal to one.
    """

    name = "codecontests"
    version = 2

    @staticmethod
    def normal(output: bytes) -> bytes:
        """Return all tokens in lower case, each followed by one space."""
        tokens = (filter(None, _SEPARATORS.split(block)) for block in blocks(output.lower(), _SEPARATOR))
        return b"".join(b" ".join(some) + b" " for some in map(list, tokens) if some)

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the tokens in lower case."""
        return hashlib.sha256(self.normal(output)).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first token that is neither equal nor near."""
        want, got = self.normal(expected), self.normal(actual)
        if want == got:
            return None
        # From the beginning: where one token differs, equal ones are compared too, and `nan` is near nothing.
        pairs = zip_longest(_tokens(want), _tokens(got), fillvalue=b"")
        for number, (a, b) in enumerate(pairs, start=1):
            if a == b and a.isdigit() and len(a) <= FINITE_DIGITS:
                continue
            if not a or not b or not self._match(a, b):
                expected_text = show_bytes(a) if a else "nothing more"
                actual_text = show_bytes(b) if b else "the end of the output"
                return f"token {number}: expected {expected_text}, got {actual_text}"
        return None

    def _match(self, expected: bytes, actual: bytes) -> bool:
        if not (_is_number(expected) and _is_number(actual)):
            return expected == actual
        if self.strict and _INTEGER.fullmatch(expected):
            wanted = int(expected)
            if _INTEGER.fullmatch(actual):
                return wanted == int(actual)
            if abs(wanted) > EXACT_BOUND:
                return False
        return abs(_double(expected) - _double(actual)) < PRECISION


def _tokens(normal: bytes) -> Iterator[bytes]:
    return (match.group() for match in _TOKEN.finditer(normal))


def _is_number(token: bytes) -> bool:
    return len(token) <= NUMBER_BYTES and _NUMBER.fullmatch(token) is not None


def _double(token: bytes) -> float:
    return math.nan if b"nan" in token else float(token)
