"""Lines and columns over time: where their points lie, and the axes around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifierd.console.drawing.scales import Tick, linear_ticks, round_step

WIDTH = 560.0
HEIGHT = 180.0
LEAST_TOP = 1e-12  # less than any amount that is told


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its name; `paths` are its stretches without a gap, `dots` points without a neighbour."""

    name: str
    paths: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its left edge, its upper edge, its size, and what it says."""

    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What a plot shows, in a space of `WIDTH` times `HEIGHT`; ticks of `y` count from the bottom."""

    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def lines_plot(
    series: Sequence[tuple[str, Sequence[float | None]]],
    labels: Sequence[str],
    told: Callable[[float], str],
) -> Plot | None:
    """Return a plot of named lines over evenly spaced times; None where no line has a point."""
    values = [value for _, line in series for value in line if value is not None]
    if not values:
        return None
    top = _top(max(values))
    return Plot(
        tuple(_line(name, line, top) for name, line in series),
        (),
        _time_ticks(labels),
        linear_ticks(top, HEIGHT, told),
    )


def columns_plot(values: Sequence[float], labels: Sequence[str], told: Callable[[float], str]) -> Plot | None:
    """Return a plot of one column for each time; None where all are 0."""
    if not any(values):
        return None
    top = _top(max(values))
    step = WIDTH / len(values)
    columns = tuple(
        Column(
            place * step + 0.1 * step,
            HEIGHT * (1 - value / top),
            0.8 * step,
            HEIGHT * value / top,
            told(value),
        )
        for place, value in enumerate(values)
        if value
    )
    return Plot((), columns, _time_ticks(labels), linear_ticks(top, HEIGHT, told))


def _top(highest: float) -> float:
    """Return the upper end of an axis: the round mark at or above the highest point."""
    if highest < LEAST_TOP:
        return 1.0
    step = round_step(highest)
    marks = -(-highest // step)
    return float(marks * step)


def _line(name: str, values: Sequence[float | None], top: float) -> Line:
    step = WIDTH / len(values)
    stretches: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((round((place + 0.5) * step, 1), round(HEIGHT * (1 - value / top), 1)))
    paths = tuple("M" + "L".join(f"{x} {y}" for x, y in each) for each in stretches if len(each) > 1)
    return Line(name, paths, tuple(each[0] for each in stretches if len(each) == 1))


def _time_ticks(labels: Sequence[str]) -> tuple[Tick, ...]:
    step = WIDTH / len(labels)
    every = max(1, -(-len(labels) // 4))
    return tuple(Tick((place + 0.5) * step, labels[place]) for place in range(every // 2, len(labels), every))
