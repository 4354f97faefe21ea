"""What the checkers that follow an evaluator have in common: that they can be strict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from verifierd.judging.checker import Checker, Output
from verifierd.judging.parameters import read_strict


@dataclass(frozen=True, slots=True)
class Followed(Checker[Output]):
    """A checker that does as an evaluator does, or, if strict, rightly what is unsound in that."""

    parameters = ("strict",)

    strict: bool = False

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls(strict=read_strict(parameters, path))
