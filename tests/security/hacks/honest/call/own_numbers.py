# what: works with numbers of its own class, with own equality, and returns an int
# problem: total
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    value: int = 0

    def __add__(self, other: Number | int) -> Number:
        return Number(self.value + (other if isinstance(other, int) else other.value))

    __radd__ = __add__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.value == other.value


def total(numbers: list[int]) -> int:
    result = sum(numbers, Number())
    assert result == Number(result.value)
    return result.value
