"""Axes: round numbers to mark, and where they lie."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

MARKS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: how far along it lies, in the drawing's units, and what it says."""

    at: float
    label: str


def round_step(span: float, marks: int = MARKS) -> float:
    """Return the step of 1, 2 or 5 times a power of ten that gives at most so many marks over a span."""
    rough = span / marks
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def linear_ticks(span: float, length: float, label: Callable[[float], str]) -> tuple[Tick, ...]:
    """Return the marks of an axis from 0 to `span` that is `length` long."""
    step = round_step(span)
    marks = [place * step for place in range(int(span / step + 1e-9) + 1)]
    return tuple(Tick(mark / span * length, label(mark)) for mark in marks)
