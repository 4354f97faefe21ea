"""The `apps` checkers follow APPS's evaluator.

Source: hendrycks/apps, eval/testing_util.py, run_test.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from verifierd.judging.evaluators.followed import Followed
from verifierd.judging.evaluators.lines import BLOCK_CHARS, decoded, words
from verifierd.judging.pythonic import as_list, first_unequal, python_fingerprint
from verifierd.judging.text import Lines
from verifierd.judging.tolerant import FloatTokens, Tolerance

# numpy.allclose's defaults: |actual - expected| <= ABSOLUTE + RELATIVE * |expected|.
ABSOLUTE, RELATIVE = 1e-8, 1e-5
DIGITS = 3
# Looser than step 3, which decides how close is close; but 1000001.0 is not close to 1000000.
IN_ORDER = FloatTokens(Tolerance(2 * RELATIVE, 2 * RELATIVE), rel_of_wholes=False)
_LINE = re.compile(r"([^\n]*)\n")


@dataclass(frozen=True, slots=True)
class Apps(Followed[bytes]):
    """Printed lines, by a cascade of five steps: the first that takes the output decides.

    1. The text, without the whitespace around it and, in a second try, around each line of the output.
    2. The output's lines as they are, against the expected ones stripped and without the empty ones; in a
       second try without the output's empty ones.
    3. One number a line, as close as numpy.allclose has it.
    4. The set of the lines, each taken as the set of its words: no order and no repetition counts.
    5. As step 4, with all words as numbers rounded to three digits.

    It is what follows from custom_compare_ to "check6". Unsound are steps 4 and 5, which let `3 1 2` pass for
    `1 2 3`, `1` for `1 1`, and 0.0004 for 0, and step 3 for whole numbers: 1000001 passes for 1000000.
    Strict: the words must also be there in order, decimal fractions within step 3's tolerance, and where
    a whole number is expected, it or a fraction that is within 2e-5 of it.

    Text that is equal but for the whitespace around it passes. The evaluator cuts lines at a form feed
    and its like on one side only, and so rejects some text that is equal.
    """

    name = "apps"
    version = 1

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the text without the whitespace around it."""
        text = decoded(output).strip()
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that differs, where no step takes the output."""
        if self.strict:
            found = IN_ORDER.difference(expected, actual)
            if found is not None:
                return found
        if _taken(decoded(expected), decoded(actual)):
            return None
        return Lines().difference(expected, actual) or "the whitespace in it differs"


@dataclass(frozen=True, slots=True)
class AppsValue(Followed[Any]):
    """Typed values by Python's `==`, a tuple as a list; the expected value may be wrapped in a list.

    So the expected value is right, and so is its first item if it is a list. A tuple or list of tuples is
    right where its items as lists are that first item. NaN is equal to itself, unlike there.

    It is the call-based part, once the keys of expected dicts are the numbers that JSON has as text: who
    loads the set makes them. Unsound is that the first of several items is enough: 1 passes
    for [1, 2]. Strict: it counts only where it is the only one.
    """

    name = "apps"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the fingerprint by Python's `==`, a tuple's as that of a list."""
        return python_fingerprint(as_list(output))

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs from the expected value."""
        given = as_list(actual)
        wraps = type(expected) is list and (len(expected) == 1 if self.strict else len(expected) > 0)
        if wraps:
            right = python_fingerprint(expected[0])
            if right is not None and right in (python_fingerprint(given), python_fingerprint(_lists(given))):
                return None
        return first_unequal(as_list(expected), given)


def _lists(output: Any) -> Any:
    """Return a list that begins with a tuple as a list of lists."""
    if type(output) is not list or not output or type(output[0]) is not tuple:
        return output
    if not all(isinstance(item, Iterable) for item in output):
        return output
    return [list(item) for item in output]


def same_lines(expected: str, actual: str) -> bool:
    """Tell whether step 1 or 2 takes the output."""
    printed = _ended(actual, lambda lines: lines)
    stripped = _ended(actual, lambda lines: [line.strip() for line in lines])
    if expected.strip() in (printed.strip(), stripped.strip()):
        return True
    return wanted_lines(expected) in (printed, filled_lines(actual))


def close_lines(expected: str, actual: str) -> bool:
    """Tell whether step 3 takes the output."""
    try:
        pairs = zip_longest(_LINE.finditer(wanted_lines(expected)), _LINE.finditer(filled_lines(actual)))
        return all(a and b and near(float(a[1]), float(b[1])) for a, b in pairs)
    except ValueError:
        return False


def wanted_lines(expected: str) -> str:
    """Return the expected lines, stripped and without the empty ones, each with a line end."""
    return _ended(expected, lambda lines: [line.strip() for line in lines if line], _split)


def filled_lines(actual: str) -> str:
    """Return the output's lines without the empty ones, each with a line end."""
    return _ended(actual, lambda lines: [line for line in lines if line])


def _taken(expected: str, actual: str) -> bool:
    if same_lines(expected, actual) or close_lines(expected, actual):
        return True
    sets = _distinct(wanted_lines(expected)), _distinct(filled_lines(actual))
    return _same_sets(*sets, str) or _same_sets(*sets, rounded)


def _ended(
    text: str, kept: Callable[[list[str]], list[str]], cut: Callable[[str], list[str]] = str.splitlines
) -> str:
    """Return the lines that `kept` returns of the text's lines, each with a line end. Made block by block."""
    return "".join("\n".join([*kept(cut(block)), ""]) for block in _blocks(text))


def _blocks(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + BLOCK_CHARS) + 1 or len(text)
        yield text[start:end]
        start = end


def _split(block: str) -> list[str]:
    return block.split("\n")


def near(expected: float, actual: float) -> bool:
    """Tell whether a number is as close to the expected one as numpy.allclose has it."""
    if math.isinf(expected):
        return actual == expected
    return abs(actual - expected) <= ABSOLUTE + RELATIVE * abs(expected)


def rounded(word: str) -> str:
    """Return a number rounded as step 5 does it. Raises ValueError where it is none, or NaN."""
    number = round(float(word), DIGITS) + 0.0  # which makes 0.0 of -0.0
    if math.isnan(number):
        raise ValueError("NaN is equal to nothing")
    return repr(number)


def _distinct(ended: str) -> set[str]:
    found: set[str] = set()
    for block in _blocks(ended):
        found.update(block.split("\n")[:-1])
    return found


def _same_sets(wanted: set[str], given: set[str], read: Callable[[str], str]) -> bool:
    """Compare sets of lines as sets of sets of words; blank lines of what is given are none."""
    known: dict[str, str] = {}
    keys, found = set(), set()
    try:
        for line in wanted:
            some = set(map(read, words(line)))
            known.update(zip(some, some, strict=True))
            keys.add(_key(some))
        for line in given:
            # All unknown words are None, so that a line of a million of them makes a set of one.
            same = set(map(known.get, map(read, words(line))))
            if None in same:
                return False
            if same:
                found.add(_key(same))
    except ValueError:
        return False
    return found == keys


def _key(some: Iterable[str | None]) -> str:
    return " ".join(sorted(filter(None, some)))
