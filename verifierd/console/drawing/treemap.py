"""A treemap: rectangles whose areas are as some sizes, as near to squares as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left upper corner, in the drawing's own units."""

    x: float
    y: float
    width: float
    height: float


def squarified(sizes: Sequence[float], width: float, height: float) -> list[Box]:
    """Return one rectangle for each size, in the order given, together filling `width` times `height`.

    Bruls, Huizing and van Wijk 2000, "Squarified Treemaps": a row along the shorter side takes one more
    rectangle for as long as the worst shape in it gets no worse.

    Args:
        sizes: above 0, the largest first.
        width: of the whole.
        height: of the whole.
    """
    total = sum(sizes)
    areas = [size / total * width * height for size in sizes]
    return list(_rows(areas, Box(0, 0, width, height)))


def _rows(areas: list[float], free: Box) -> Iterator[Box]:
    start = 0
    while start < len(areas):
        side = min(free.width, free.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        boxes, free = _laid(areas[start:end], free)
        yield from boxes
        start = end


def _worst(row: list[float], side: float) -> float:
    """Return the worst ratio of sides in a row of these areas along a side."""
    total = sum(row)
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _laid(row: list[float], free: Box) -> tuple[list[Box], Box]:
    """Return the rectangles of a row, and the space that it leaves."""
    total = sum(row)
    boxes = []
    if free.width >= free.height:
        thickness = total / free.height
        y = free.y
        for area in row:
            boxes.append(Box(free.x, y, thickness, area / thickness))
            y += area / thickness
        return boxes, Box(free.x + thickness, free.y, max(0.0, free.width - thickness), free.height)
    thickness = total / free.width
    x = free.x
    for area in row:
        boxes.append(Box(x, free.y, area / thickness, thickness))
        x += area / thickness
    return boxes, Box(free.x, free.y + thickness, free.width, max(0.0, free.height - thickness))
