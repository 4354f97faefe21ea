"""Checkers of bytes on standard output: `exact`, `tokens` and `lines`."""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from verifierd.judging.checker import Checker
from verifierd.judging.showing import show_bytes

# Output is normalised block by block: splitting all of it at once would make an object of some
# 40 bytes for every token, which is gigabytes for a program that prints "1 1 1 1 ...".
BLOCK_BYTES = 1 << 16
EXCERPT_BYTES = 40

_WHITESPACE = re.compile(rb"[ \t\n\r\x0b\x0c]")
_NEWLINE = re.compile(rb"\n")


@dataclass(frozen=True, slots=True)
class ExactBytes(Checker[bytes]):
    """Every byte counts."""

    name = "exact"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the bytes as they are."""
        return hashlib.sha256(output).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first byte that differs and show both outputs from there."""
        if expected == actual:
            return None
        at = common_prefix_length(expected, actual)
        line = expected.count(b"\n", 0, at) + 1
        return (
            f"byte {at + 1} (line {line}): expected {_from(expected, at)}, got {_from(actual, at)}"
            f" ({len(expected)} bytes expected, {len(actual)} came)"
        )


class Units(Checker[bytes]):
    """Compare outputs as sequences of units (tokens, lines), each followed by one separator byte."""

    unit: str
    separator: bytes

    @staticmethod
    @abstractmethod
    def normal(output: bytes) -> bytes:
        """Return all units of the output, each followed by the separator."""

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the normal form."""
        return hashlib.sha256(self.normal(output)).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first unit that differs."""
        want, got = self.normal(expected), self.normal(actual)
        if want == got:
            return None
        at = common_prefix_length(want, got)
        number = want.count(self.separator, 0, at) + 1
        start = want.rfind(self.separator, 0, at) + 1
        if start == len(want):
            return f"{self.unit} {number}: nothing more expected, got {self._at(got, start, at)}"
        if start == len(got):
            ended = "the output ended" if got else "there was no output"
            return f"{self.unit} {number}: expected {self._at(want, start, at)}, but {ended}"
        return f"{self.unit} {number}: expected {self._at(want, start, at)}, got {self._at(got, start, at)}"

    def _at(self, normal: bytes, start: int, at: int) -> str:
        unit = normal[start : normal.index(self.separator, at)]
        if len(unit) > EXCERPT_BYTES * 2 and at - start > EXCERPT_BYTES:
            return f"…{show_bytes(unit[at - start - EXCERPT_BYTES // 2 :])}"
        return show_bytes(unit)


@dataclass(frozen=True, slots=True)
class Tokens(Units):
    """Tokens separated by ASCII whitespace are compared byte by byte; how much whitespace is ignored."""

    name = "tokens"
    version = 1
    unit = "token"
    separator = b" "

    @staticmethod
    def normal(output: bytes) -> bytes:
        """Return all tokens, each followed by one space."""
        tokens = (block.split() for block in blocks(output, _WHITESPACE))
        return b"".join(b" ".join(some) + b" " for some in tokens if some)


@dataclass(frozen=True, slots=True)
class Lines(Units):
    """Lines are compared; whitespace at the end of a line and blank lines at the end are ignored."""

    name = "lines"
    version = 1
    unit = "line"
    separator = b"\n"

    @staticmethod
    def normal(output: bytes) -> bytes:
        """Return all lines up to the last that is not blank, each followed by one newline."""
        stripped = (
            b"\n".join([line.rstrip() for line in block.split(b"\n")]) for block in blocks(output, _NEWLINE)
        )
        text = b"".join(stripped).rstrip(b"\n")
        return text + b"\n" if text else b""


def blocks(data: bytes, boundary: re.Pattern[bytes]) -> Iterator[bytes]:
    """Cut bytes into blocks of about BLOCK_BYTES, each but the first beginning with a boundary byte."""
    start = 0
    while start < len(data):
        found = boundary.search(data, start + BLOCK_BYTES)
        end = found.start() if found else len(data)
        yield data[start:end]
        start = end


def common_prefix_length(left: bytes, right: bytes) -> int:
    """Return how many leading bytes are equal. Halves its way there, so that C does the comparing."""
    a, b = memoryview(left), memoryview(right)
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _from(output: bytes, at: int) -> str:
    return show_bytes(output[at : at + EXCERPT_BYTES]) if at < len(output) else "the end of the output"
