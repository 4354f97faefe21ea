"""The `float` checkers: numbers within a tolerance, of tokens on standard output and of typed values.

Two numbers are close where |actual - expected| <= max(abs, rel * |expected|). NaN is close to NaN
alone, an infinity to itself alone. Two integers must be equal however large the tolerance is: a
tolerance is for what floating point cannot say exactly, and it would forgive a wrong count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Self

from verifierd.judging.checker import Checker
from verifierd.judging.differences import first_difference, same_exactly
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.parameters import read_tolerance
from verifierd.judging.showing import show_bytes
from verifierd.judging.text import Tokens, common_prefix_length

DEFAULT_TOLERANCE = 1e-6
EXACT_BOUND = 2**53  # up to which a double is every whole number

# Longer digits are text: nobody prints such a number, and reading one takes more than linear time.
NUMBER_BYTES = 400
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INTEGER = re.compile(rb"[+-]?\d+")
_TOKEN = re.compile(rb"[^ ]+")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off: absolutely, and relative to the expected one."""

    abs: float = DEFAULT_TOLERANCE
    rel: float = DEFAULT_TOLERANCE

    @classmethod
    def parse(cls, parameters: Mapping[str, str], path: str) -> Self:
        """Read `abs` and `rel`, each a decimal number of at least 0.

        Raises:
            InvalidField: one of them is not such a number.
        """
        numbers = (read_tolerance(parameters, name, DEFAULT_TOLERANCE, path) for name in ("abs", "rel"))
        return cls(*numbers)

    def close(self, expected: float, actual: float) -> bool:
        """Tell whether a number is close enough to the expected one."""
        if math.isnan(expected) or math.isnan(actual):
            return math.isnan(expected) and math.isnan(actual)
        if math.isinf(expected) or math.isinf(actual):
            return expected == actual
        return abs(actual - expected) <= max(self.abs, self.rel * abs(expected))


@dataclass(frozen=True, slots=True)
class FloatTokens(Checker[bytes]):
    """Tokens as `tokens` compares them, but decimal numbers within a tolerance.

    Words such as `nan` and `inf` are text.
    """

    name = "float"
    version = 2
    parameters = ("abs", "rel")

    tolerance: Tolerance = Tolerance()
    rel_of_wholes: bool = True  # False: where a whole number is expected, it is to be met within `abs`

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls(Tolerance.parse(parameters, path))

    def digest(self, output: bytes) -> bytes:
        """Return the digest that `tokens` gives: closeness is no equivalence, so it cannot group outputs."""
        return Tokens().digest(output)

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first token that is neither equal nor close."""
        want, got = Tokens.normal(expected), Tokens.normal(actual)
        start = want.rfind(b" ", 0, common_prefix_length(want, got)) + 1
        first = want.count(b" ", 0, start) + 1
        pairs = zip_longest(_tokens(want, start), _tokens(got, start), fillvalue=b"")
        for number, (a, b) in enumerate(pairs, start=first):
            if a == b or (a and b and self._close(a, b)):
                continue
            expected_text = show_bytes(a) if a else "nothing more"
            actual_text = show_bytes(b) if b else "the end of the output"
            return f"token {number}: expected {expected_text}, got {actual_text}{self._gap(a, b)}"
        return None

    def _close(self, expected: bytes, actual: bytes) -> bool:
        if not (_is_number(expected) and _is_number(actual)):
            return False
        if _INTEGER.fullmatch(expected) and _INTEGER.fullmatch(actual):
            return int(expected) == int(actual)
        if not self.rel_of_wholes and _INTEGER.fullmatch(expected):
            return (
                abs(int(expected)) <= EXACT_BOUND and abs(float(actual) - int(expected)) <= self.tolerance.abs
            )
        numbers = float(expected), float(actual)
        if any(map(math.isinf, numbers)):  # beyond every float, where all numbers look the same
            return False
        return self.tolerance.close(*numbers)

    def _gap(self, expected: bytes, actual: bytes) -> str:
        if not (_is_number(expected) and _is_number(actual)):
            return ""
        return f" (off by {abs(float(actual) - float(expected)):.3g})"


@dataclass(frozen=True, slots=True)
class FloatValue(Checker[Any]):
    """Typed values as `exact` compares them, but a number within a tolerance where either is a float.

    So 2 passes for 2.0, and complex numbers are compared by their parts; a bool is no number. Elements of
    sets and keys of dicts are compared exactly, since closeness does not say which belongs to which.
    """

    name = "float"
    version = 2
    parameters = ("abs", "rel")

    tolerance: Tolerance = Tolerance()

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls(Tolerance.parse(parameters, path))

    def digest(self, output: Any) -> bytes | None:
        """Return the exact fingerprint: closeness is no equivalence, so it cannot group outputs."""
        return fingerprint(output)

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that is neither equal nor close, by its path."""
        return first_difference(expected, actual, self._same)

    def _same(self, expected: Any, actual: Any) -> bool:
        kinds = {type(expected), type(actual)}
        if kinds <= {int, float} and float in kinds:
            return self._close(expected, actual)
        if kinds == {complex}:
            return self._close(expected.real, actual.real) and self._close(expected.imag, actual.imag)
        return same_exactly(expected, actual)

    def _close(self, expected: float, actual: float) -> bool:
        try:
            return self.tolerance.close(float(expected), float(actual))
        except OverflowError:  # an integer beyond every float, which no tolerance brings near one
            return False


def _tokens(normal: bytes, start: int) -> Iterator[bytes]:
    return (match.group() for match in _TOKEN.finditer(normal, start))


def _is_number(token: bytes) -> bool:
    return len(token) <= NUMBER_BYTES and _NUMBER.fullmatch(token) is not None
