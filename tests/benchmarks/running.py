"""Comparisons, each done as often as asked for, and what came of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.comparisons import COMPARISONS, Sizes


@dataclass(slots=True)
class Ratio:
    """The values of one ratio, one a repeat, with the facts of the last."""

    values: list[float] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Return the middle of the values."""
        return statistics.median(self.values)

    @property
    def spread(self) -> str:
        """Return the least and the greatest of them, as text."""
        return f"{min(self.values):.3g} to {max(self.values):.3g}" if len(self.values) > 1 else "once"


Ratios = dict[str, Ratio]


def repeated(name: str, sizes: Sizes, repeats: int, told: Callable[[], None] = lambda: None) -> Ratios:
    """Do a comparison so often; `told` is called after each time. Raises what a contender raises."""
    ratios: Ratios = {}
    for _ in range(repeats):
        for ratio, sample in COMPARISONS[name](sizes).items():
            kept = ratios.setdefault(ratio, Ratio())
            kept.values.append(sample.value)
            kept.facts = sample.facts
        told()
    return ratios
