"""The `livecodebench` checkers follow LiveCodeBench's evaluator.

Source: LiveCodeBench/LiveCodeBench, lcb_runner/evaluation/testing_util.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.evaluators.lines import digest_of_lines, show_line, stripped_lines, words
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.pythonic import as_list, first_unequal, python_fingerprint
from verifierd.judging.showing import show_value
from verifierd.judging.tolerant import FloatValue, Tolerance

_NUMBERS_ALIKE = FloatValue(Tolerance(0.0, 0.0))


@dataclass(frozen=True, slots=True)
class LiveCodeBench(Followed[bytes]):
    """Lines without the whitespace around them; where they differ, as decimal numbers that are equal.

    It is grade_stdio and convert_line_to_decimals. A signalling NaN, at which the evaluator itself
    fails, is equal to nothing. Unsound is that 1_000 and digits of other scripts are numbers. Strict: they
    are text.
    """

    name = "livecodebench"
    version = 2

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the stripped lines."""
        return digest_of_lines(stripped_lines(output))

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that is neither equal nor equal in numbers."""
        pairs = zip_longest(stripped_lines(expected), stripped_lines(actual))
        for number, (a, b) in enumerate(pairs, start=1):
            if a is None or b is None:
                return f"line {number}: expected {show_line(a)}, got {show_line(b)}"
            if a != b and not self._equal_in_numbers(a, b):
                return f"line {number}: expected {show_value(a)}, got {show_value(b)}"
        return None

    def _equal_in_numbers(self, expected: str, actual: str) -> bool:
        if self.strict and not (_has_plain_digits(expected) and _has_plain_digits(actual)):
            return False
        pairs = zip_longest(words(expected), words(actual))
        try:
            return all(a is not None and b is not None and Decimal(a) == Decimal(b) for a, b in pairs)
        except (InvalidOperation, ValueError):
            return False


@dataclass(frozen=True, slots=True)
class LiveCodeBenchValue(Followed[Any]):
    """Typed values by Python's own `==`, so that 1, 1.0 and True are equal; a tuple passes for a list.

    It is grade_call_based. Only the outermost tuple passes for a list there. NaN, which is equal to
    nothing there, is equal to itself here. Unsound is that True passes for 1. Strict: types count as they do
    in `float`, where 1 and 1.0 are equal.
    """

    name = "livecodebench"
    version = 2

    def digest(self, output: Any) -> bytes | None:
        """Return the fingerprint, unless strict by Python's `==`; a tuple's is that of a list."""
        value = as_list(output)
        return fingerprint(value) if self.strict else python_fingerprint(value)

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs."""
        wanted, got = as_list(expected), as_list(actual)
        difference = first_unequal(wanted, got)
        return _NUMBERS_ALIKE.difference(wanted, got) if self.strict and difference is None else difference


def _has_plain_digits(line: str) -> bool:
    return line.isascii() and "_" not in line
