"""The `livecodebench` checkers follow LiveCodeBench's evaluator.

Source: LiveCodeBench/LiveCodeBench, lcb_runner/evaluation/testing_util.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from verifierd.judging.checker import Checker
from verifierd.judging.evaluators.lines import decoded, lines, words
from verifierd.judging.pythonic import as_list, first_unequal, python_fingerprint
from verifierd.judging.showing import show_value


@dataclass(frozen=True, slots=True)
class LiveCodeBench(Checker[bytes]):
    """Lines without the whitespace around them; where they differ, as decimal numbers that are equal.

    It is grade_stdio and convert_line_to_decimals. A signalling NaN, at which the evaluator itself
    fails, is equal to nothing.
    """

    name = "livecodebench"
    version = 2

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the stripped lines."""
        content = hashlib.sha256()
        for line in _stripped_lines(output):
            content.update(f"{line}\n".encode("utf-8", "surrogatepass"))
        return content.digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that is neither equal nor equal in numbers."""
        pairs = zip_longest(_stripped_lines(expected), _stripped_lines(actual))
        for number, (a, b) in enumerate(pairs, start=1):
            if a is None or b is None:
                return f"line {number}: expected {_shown(a)}, got {_shown(b)}"
            if a != b and not _equal_in_numbers(a, b):
                return f"line {number}: expected {show_value(a)}, got {show_value(b)}"
        return None


@dataclass(frozen=True, slots=True)
class LiveCodeBenchValue(Checker[Any]):
    """Typed values by Python's own `==`, so that 1, 1.0 and True are equal; a tuple passes for a list.

    It is grade_call_based. Only the outermost tuple passes for a list there. NaN, which is equal to
    nothing there, is equal to itself here.
    """

    name = "livecodebench"
    version = 2

    def digest(self, output: Any) -> bytes | None:
        """Return the fingerprint by Python's `==`, a tuple's as that of a list."""
        return python_fingerprint(as_list(output))

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs."""
        return first_unequal(as_list(expected), as_list(actual))


def _stripped_lines(output: bytes) -> Iterator[str]:
    return (line.strip() for line in lines(decoded(output).strip()))


def _shown(line: str | None) -> str:
    return "no such line" if line is None else show_value(line)


def _equal_in_numbers(expected: str, actual: str) -> bool:
    pairs = zip_longest(words(expected), words(actual))
    try:
        return all(a is not None and b is not None and Decimal(a) == Decimal(b) for a, b in pairs)
    except (InvalidOperation, ValueError):
        return False
