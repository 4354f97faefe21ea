"""Checkers that follow the evaluators of published sets of problems: `codecontests` and `livecodebench`.

Each does what its set's own evaluator does, unsound or not, so that figures can be compared. With the
parameter `strict=true` what is unsound in it is done rightly; the class says what that is.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any, Self

from verifierd.errors import InvalidField
from verifierd.judging.checker import Checker
from verifierd.judging.differences import first_difference
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.showing import shorten, show_bytes, show_value
from verifierd.judging.text import blocks

STRICT = {"true": True, "false": False}
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


def _strict(parameters: Mapping[str, str], path: str) -> bool:
    text = parameters.get("strict", "false")
    if text not in STRICT:
        raise InvalidField(f"{path}['strict']", f"it is {shorten(text)!r}", ", ".join(STRICT))
    return STRICT[text]


@dataclass(frozen=True, slots=True)
class CodeContests(Checker[bytes]):
    """Tokens without regard to case; where both are numbers, as doubles that are less than 1e-5 apart.

    Source: google-deepmind/code_contests, execution/tester_sandboxer.cc, OutputsMatch and ValuesMatch. That
    takes whole numbers for doubles too, so above 2**53 it takes neighbours for equal, and below 1e-5 every
    number for zero. Strict: whole numbers must be equal.
    """

    name = "codecontests"
    version = 1
    parameters = ("strict",)

    strict: bool = False

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls(_strict(parameters, path))

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
        if self.strict and _INTEGER.fullmatch(expected) and _INTEGER.fullmatch(actual):
            return int(expected) == int(actual)
        return abs(_double(expected) - _double(actual)) < PRECISION


@dataclass(frozen=True, slots=True)
class LiveCodeBench(Checker[bytes]):
    """Lines without the whitespace around them; where they differ, as decimal numbers that are equal.

    Source: LiveCodeBench/LiveCodeBench, lcb_runner/evaluation/testing_util.py, grade_stdio.
    """

    name = "livecodebench"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the stripped lines."""
        return hashlib.sha256("\n".join(_stripped_lines(output)).encode("utf-8", "surrogatepass")).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that is neither equal nor equal in numbers."""
        want, got = _stripped_lines(expected), _stripped_lines(actual)
        if len(want) != len(got):
            return f"expected {len(want)} lines, got {len(got)}"
        for number, (a, b) in enumerate(zip(want, got, strict=True), start=1):
            if a == b:
                continue
            numbers = _decimals(b)
            if numbers is None or numbers != _decimals(a):
                return f"line {number}: expected {show_value(a)}, got {show_value(b)}"
        return None


@dataclass(frozen=True, slots=True)
class LiveCodeBenchValue(Checker[Any]):
    """Typed values by Python's own `==`, so that 1, 1.0 and True are equal; a tuple passes for a list.

    Source: LiveCodeBench/LiveCodeBench, lcb_runner/evaluation/testing_util.py, grade_call_based. Only the
    outermost tuple passes for a list there. NaN, which is equal to nothing there, is equal to itself here.
    """

    name = "livecodebench"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the fingerprint, a tuple's as that of a list."""
        return fingerprint(_as_list(output))

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs in type or content."""
        given = _as_list(actual)
        return None if given == expected else first_difference(expected, given) or "it is not equal to itself"


def _as_list(value: Any) -> Any:
    return list(value) if type(value) is tuple else value


def _stripped_lines(output: bytes) -> list[str]:
    text = output.decode("utf-8", "surrogateescape").strip()
    return [line.strip() for line in text.split("\n")]


def _decimals(line: str) -> list[Decimal] | None:
    try:
        return [Decimal(word) for word in line.split()]
    except (InvalidOperation, ValueError):
        return None


def _tokens(normal: bytes) -> Iterator[bytes]:
    return (match.group() for match in _TOKEN.finditer(normal))


def _is_number(token: bytes) -> bool:
    return len(token) <= NUMBER_BYTES and _NUMBER.fullmatch(token) is not None


def _double(token: bytes) -> float:
    return math.nan if b"nan" in token else float(token)
