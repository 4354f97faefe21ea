"""The `genesys` checkers follow SYNTHETIC-1's: PrimeIntellect-ai/genesys, verifiers/code_test_verifier.py."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.evaluators.lines import digest_of_lines, show_line, stripped_lines
from verifierd.judging.pythonic import as_list, first_unequal, python_fingerprint
from verifierd.judging.showing import show_value


@dataclass(frozen=True, slots=True)
class Genesys(Followed[bytes]):
    """Lines without the whitespace around them, and without blank ones around all. Nothing in it is unsound.

    Unlike there, what is written to standard error is no part of the output.
    """

    name = "genesys"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the stripped lines."""
        return digest_of_lines(stripped_lines(output))

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that differs."""
        pairs = zip_longest(stripped_lines(expected), stripped_lines(actual))
        for number, (a, b) in enumerate(pairs, start=1):
            if a != b:
                return f"line {number}: expected {show_line(a)}, got {show_line(b)}"
        return None


@dataclass(frozen=True, slots=True)
class GenesysValue(Followed[Any]):
    """Values by what `print` writes of them, without the whitespace around it.

    So the text `[1, 2]` passes for the list, and a tuple or 1.0 for no list or 1. Strict: as `livecodebench`
    has it, by Python's `==`.
    """

    name = "genesys"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the SHA-256 of the text; None where Python prints none. Strict: as Python's `==` has it."""
        if self.strict:
            return python_fingerprint(as_list(output))
        text = _written(output)
        return None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs, or show both."""
        if self.strict:
            return first_unequal(as_list(expected), as_list(actual))
        text = _written(actual)
        if text is not None and text == _written(expected):
            return None
        return f"expected {show_value(expected)}, got {show_value(actual)}"


def _written(value: Any) -> str | None:
    """Return what `print` writes; None where a number has too many digits for it, or it nests too deeply."""
    try:
        return str(value).strip()
    except (ValueError, RecursionError):
        return None
