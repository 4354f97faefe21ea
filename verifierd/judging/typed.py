"""The `exact` checker of typed values returned by `call` tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verifierd.judging.checker import Checker
from verifierd.judging.differences import first_difference, same_exactly
from verifierd.judging.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class ExactValue(Checker[Any]):
    """Types and contents are equal by the rules of `verifierd.judging.fingerprint`.

    Where `numbers_are_one`, an int is equal to a float that is the same number: so are they in the language
    that the value comes from.
    """

    name = "exact"
    version = 1

    numbers_are_one: bool = False

    def digest(self, output: Any) -> bytes | None:
        """Return the value's fingerprint; None for what has no value form."""
        return fingerprint(output)

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs, by its path."""
        same = _same_number if self.numbers_are_one else same_exactly
        return first_difference(expected, actual, same)


def _same_number(expected: Any, actual: Any) -> bool:
    if {type(expected), type(actual)} == {int, float}:
        return bool(expected == actual)  # exactly: Python compares the numbers, not their doubles
    return same_exactly(expected, actual)
