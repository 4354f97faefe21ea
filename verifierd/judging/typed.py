"""The `exact` checker of typed values returned by `call` tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verifierd.judging.checker import Checker
from verifierd.judging.differences import first_difference
from verifierd.judging.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class ExactValue(Checker[Any]):
    """Types and contents are equal by the rules of `verifierd.judging.fingerprint`."""

    name = "exact"
    version = 1

    def digest(self, output: Any) -> bytes | None:
        """Return the value's fingerprint; None for what has no value form."""
        return fingerprint(output)

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs, by its path."""
        return first_difference(expected, actual)
