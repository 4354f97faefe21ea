"""Numbers like those seen at one place: their range, how they are written, and new ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

BOUNDARY = 0.35
WIDENED = 0.15
BOUNDARY_INTS = (0, 1, -1)
MAX_DECIMALS = 17


@dataclass(frozen=True, slots=True)
class IntRange:
    """The least and the greatest int seen at a place."""

    low: int
    high: int

    @property
    def floor(self) -> int | None:
        """The least int that is not another kind of number than those seen; None: there is none.

        Nothing negative comes where nothing negative was. Zero may come beside one, which it neighbours.
        """
        return None if self.low < 0 else int(self.low > 1)

    @property
    def wide(self) -> IntRange:
        """The range with as much again on each side, as far as the sign allows."""
        more = max(1, self.high - self.low)
        return IntRange(self._kept(self.low - more), self._kept(self.high + more))

    def draw(self, rng: Random) -> int:
        """Return an int of the range, often an end of it or a neighbour of one, at times one further out."""
        chance = rng.random()
        if chance < BOUNDARY:
            return self._kept(rng.choice(self.boundaries()))
        wide = self.wide
        low, high = (wide.low, wide.high) if chance < BOUNDARY + WIDENED else (self.low, self.high)
        return rng.randint(low, high)

    def near(self, value: int, rng: Random) -> int:
        """Return a neighbour of an int or its negative, as far as the sign allows: EvalPlus's x±1."""
        negative = [-value] if self.low < 0 else []
        near = self._kept(rng.choice([value - 1, value + 1, *negative]))
        return near if self.allows(near) else value

    def allows(self, value: int) -> bool:
        """Return whether a value is in the wide range, or seen there."""
        return self.wide.low <= value <= self.wide.high

    def boundaries(self) -> list[int]:
        """Return the ends of the range, their neighbours, and 0, 1 and -1 where the wide range has them."""
        wide = self.wide
        return [
            *(self.low, self.high, self.low - 1, self.high + 1),
            *(each for each in BOUNDARY_INTS if wide.low <= each <= wide.high),
        ]

    def _kept(self, value: int) -> int:
        """Return the value, or what is nearest to it on the side of the sign that was seen."""
        if self.high <= 0 and self.low < 0:
            value = min(value, 0)
        return value if self.floor is None else max(value, self.floor)


@dataclass(frozen=True, slots=True)
class FloatRange:
    """The least and the greatest finite float seen at a place, and the most decimals one was written with.

    Without a finite one among those seen, `low` is above `high` and nothing can be drawn.
    """

    low: float
    high: float
    decimals: int

    def draw(self, rng: Random, wide: bool = True) -> float:
        """Return a finite float of the range, at times an end of it or a small whole number.

        With `wide` it may be further out.
        """
        chance = rng.random() if wide else rng.choice((0.0, 1.0, 1.0))
        if chance < BOUNDARY:
            value = rng.choice([self.low, self.high, *self._plain()])
        else:
            more = (self.high - self.low) if chance < BOUNDARY + WIDENED else 0.0
            low = self.low if self.low == 0.0 or self.low - more < 0.0 <= self.low else self.low - more
            high = self.high if self.high + more > 0.0 >= self.high else self.high + more
            share = rng.random()
            value = low * (1.0 - share) + high * share
        value = round(value, self.decimals)
        return value if math.isfinite(value) else self.low

    def _plain(self) -> list[float]:
        return [each for each in (0.0, 1.0, -1.0) if self.low <= each <= self.high]


def int_range(values: Sequence[int]) -> IntRange:
    """Return the range of at least one int."""
    return IntRange(min(values), max(values))


def float_range(values: Sequence[float]) -> FloatRange:
    """Return the range of floats, those that are not finite left out."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return FloatRange(math.inf, -math.inf, 0)
    return FloatRange(min(finite), max(finite), max(map(decimals, map(repr, finite))))


def decimals(text: str) -> int:
    """Return how many digits a number in decimal has after its point; of one with an exponent, the most."""
    if "e" in text.lower():
        return MAX_DECIMALS
    return len(text.partition(".")[2])
