"""The `taco` checker follows TACO's: FlagOpen/TACO, metrics/testing_util.py, compare_std_results."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Self

from verifierd.judging.checker import Checker
from verifierd.judging.evaluators.apps import IN_ORDER, near, rounded
from verifierd.judging.evaluators.lines import decoded, lines, words
from verifierd.judging.parameters import read_choice, read_strict
from verifierd.judging.text import Lines

REMEMBERED = 100_000  # words of an output that are not looked at twice


@dataclass(frozen=True, slots=True)
class Taco(Checker[bytes]):
    """The text without the whitespace around it; else what APPS' steps make of a text in place of lines.

    The evaluator gives the whole output as one text to steps that were made for a list of lines, so that
    they see its characters:

    1. One digit of the output for each line expected, as close as numpy.allclose has it: `12` for `1` and
       `2` on lines, where no line feed ends the output.
    2. The set of the output's words, each taken as the set of its characters, against the set of the
       expected lines, each taken as the set of its words. So where all words are single characters, no order
       and no repetition counts: `2 1 1` passes for `1` and `2` on lines, and `ba` for `a b`.
    3. As step 2, with characters and words as numbers, rounded to three digits.

    All three are unsound. Strict: the words must also be there in order, decimal fractions within the
    tolerance of step 1 and whole numbers equal. `rstrip`: line feeds at the end of the output do not count
    in step 1, as in rllm's copy of it (rllm/rewards/code_utils/taco.py, clean_stdout).

    Text that is equal but for the whitespace around it passes. The evaluator reads a carriage return as the
    end of a line in the output alone, and so rejects some text that is equal.
    """

    name = "taco"
    version = 1
    parameters = ("rstrip", "strict")

    rstrip: bool = False
    strict: bool = False

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        rstrip = read_choice(parameters, "rstrip", ("true", "false"), "false", path) == "true"
        return cls(rstrip, read_strict(parameters, path))

    def digest(self, output: bytes) -> bytes:
        """Return the SHA-256 of the text without the whitespace around it."""
        return hashlib.sha256(decoded(output).strip().encode("utf-8", "surrogateescape")).digest()

    def difference(self, expected: bytes, actual: bytes) -> str | None:
        """Name the first line that differs, where no step takes the output."""
        if self.strict:
            found = IN_ORDER.difference(expected, actual)
            if found is not None:
                return found
        printed = _text(actual)
        if self.rstrip:
            printed = printed.rstrip("\n")
        if _taken(decoded(expected), printed):
            return None
        return Lines().difference(expected, actual) or "the whitespace in it differs"


def _text(output: bytes) -> str:
    """Return the output as Python's text mode reads it."""
    return decoded(output).replace("\r\n", "\n").replace("\r", "\n")


def _taken(expected: str, printed: str) -> bool:
    return (
        expected.strip() == printed.strip()
        or _digits_close(expected, printed)
        or _same_sets(expected, printed, lambda word: word)
        or _same_sets(expected, printed, rounded)
    )


def _wanted(expected: str) -> Iterator[str]:
    return (line.strip() for line in lines(expected) if line)


def _digits_close(expected: str, printed: str) -> bool:
    if not printed.isdecimal():
        return False
    try:
        return all(
            line is not None and digit is not None and near(float(line), float(digit))
            for line, digit in zip_longest(_wanted(expected), printed)
        )
    except ValueError:
        return False


def _same_sets(expected: str, printed: str, read: Callable[[str], str]) -> bool:
    """Compare the lines' words with the words' characters. What the output has too much of ends it."""
    try:
        keys = {_key({read(word) for word in words(line)}) for line in _wanted(expected)}
        missing, seen = set(keys), set[str]()
        for word in words(printed):
            if word in seen:
                continue
            if len(seen) < REMEMBERED:
                seen.add(word)
            key = _key({read(character) for character in set(word)})
            if key not in keys:
                return False
            missing.discard(key)
    except ValueError:
        return False
    return not missing


def _key(some: set[str]) -> str:
    return " ".join(sorted(some))
