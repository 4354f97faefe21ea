"""One bar whose parts are as some counts: verdicts of a batch, stages of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR_WIDTH = 1000
LEAST_WIDTH = 4.0  # a part that is not empty is seen, however small its share


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: where it begins and how long it is, of `BAR_WIDTH`."""

    x: float
    width: float


def bar_parts(counts: Sequence[float], total: float | None = None) -> list[Part]:
    """Return where each count's part lies; with a `total` above their sum the bar's end stays empty."""
    whole = max(total or 0, sum(counts))
    if not whole:
        return [Part(0, 0) for _ in counts]
    widths = [max(LEAST_WIDTH, BAR_WIDTH * each / whole) if each else 0.0 for each in counts]
    if sum(widths) > BAR_WIDTH:
        widths = [width * BAR_WIDTH / sum(widths) for width in widths]
    return [Part(sum(widths[:place]), width) for place, width in enumerate(widths)]
