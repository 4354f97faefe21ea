"""Checkers of outputs whose order or layout says nothing: `unordered` and `json`."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from verifierd.judging.checker import Checker
from verifierd.judging.differences import first_difference
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.showing import shorten, show_bytes, show_value
from verifierd.judging.text import Lines, Tokens, blocks

_NEWLINE = re.compile(rb"\n")


@dataclass(frozen=True, slots=True)
class UnorderedLines(Checker[bytes]):
    """Lines in any order, each as often as expected; how much whitespace is in a line is ignored."""

    name = "unordered"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the sorted lines."""
        lines = _counted(output)
        return hashlib.sha256(b"\n".join(b"%d %s" % (lines[line], line) for line in sorted(lines))).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name a line that is missing, or one too many."""
        want, got = _counted(expected), _counted(actual)
        for line, count in (want - got).items():
            return (
                f"expected line {show_bytes(line)} {_times(want[line])}, got it {_times(want[line] - count)}"
            )
        for line, count in (got - want).items():
            return f"line {show_bytes(line)} is there {_times(count)} more than expected"
        return None


@dataclass(frozen=True, slots=True)
class UnorderedValue(Checker[Any]):
    """A list's or a tuple's items in any order, each as often as expected; everything else as `exact`."""

    name = "unordered"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the SHA-256 of the sorted fingerprints of its items; None where one has no value form."""
        if type(output) not in (list, tuple):
            return fingerprint(output)
        items = [fingerprint(item) for item in output]
        if None in items:
            return None
        sorted_items = b"".join(sorted(item for item in items if item is not None))
        return hashlib.sha256(type(output).__name__.encode() + sorted_items).digest()

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name an item that is missing, or one too many."""
        if type(expected) is not type(actual) or type(expected) not in (list, tuple):
            return first_difference(expected, actual)
        left_over = Counter(fingerprint(item) for item in actual)
        for item in expected:
            code = fingerprint(item)
            if not left_over[code]:
                return f"expected item {show_value(item)}, it is missing or not there so often"
            left_over[code] -= 1
        if len(expected) != len(actual):
            return f"expected {len(expected)} items, got {len(actual)}"
        return None if None not in left_over else "an item has no value form, so it equals nothing"


@dataclass(frozen=True, slots=True)
class Json(Checker[bytes]):
    """JSON texts by what they say: layout and the order of keys are ignored, 1 and 1.0 are two numbers.

    Numbers with a fraction or an exponent are doubles. A text that is no JSON (RFC 8259), `NaN` and
    `Infinity` among it, equals nothing, and so does one that leaves open what it says: an object that has a
    key twice, or a number beyond every double.
    """

    name = "json"
    version = 2

    def digest(self, output: bytes) -> bytes | None:
        """Return the fingerprint of what the text says; None where it is no JSON."""
        try:
            return fingerprint(_parsed(output))
        except ValueError:
            return None

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first part that differs, by its path."""
        try:
            want = _parsed(expected)
        except ValueError as error:
            return f"the expected output is no JSON: {error}"
        try:
            return first_difference(want, _parsed(actual))
        except ValueError as error:
            return f"the output is no JSON: {error}"


def _counted(output: bytes) -> Counter[bytes]:
    """Return how often each line is there, with one space between its tokens."""
    as_they_are: Counter[bytes] = Counter()
    for block in blocks(Lines.normal(output)[:-1], _NEWLINE):
        as_they_are.update(block.removeprefix(b"\n").split(b"\n"))
    counted: Counter[bytes] = Counter()
    for line, count in as_they_are.items():
        counted[Tokens.normal(line)[:-1]] += count
    return counted


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _parsed(text: bytes) -> Any:
    """Read a JSON text. Raises ValueError."""
    try:
        return json.loads(
            text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{shorten(text)} is beyond every double")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object has a key twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
