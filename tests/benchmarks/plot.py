"""The ratios as bars on a logarithmic axis, each with its reach and the spread over repeats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

from tests.benchmarks.promises import AT_LEAST, PROMISES
from tests.benchmarks.running import Ratios

mpl.use("svg")
from matplotlib import pyplot

HOLDS, FALLS_SHORT, REACH = "#2e7d32", "#c62828", "#37474f"


def draw(found: Mapping[str, Ratios], file: Path) -> None:
    """Write an SVG: one bar a promise, 1 at its reach, to the right of it is better."""
    rows = [
        (promise, found[promise.comparison][promise.ratio])
        for promise in PROMISES
        if promise.number and promise.ratio in found.get(promise.comparison, {})
    ]
    if not rows:
        return
    figure, axes = pyplot.subplots(figsize=(10, 0.45 * len(rows) + 1.5), layout="constrained")
    for place, (promise, ratio) in enumerate(reversed(rows)):
        shares = [
            value / promise.number if promise.bound == AT_LEAST else promise.number / max(value, 1e-9)
            for value in (min(ratio.values), ratio.median, max(ratio.values))
        ]
        axes.barh(place, shares[1], color=HOLDS if shares[1] >= 1 else FALLS_SHORT, height=0.6)
        axes.plot([min(shares), max(shares)], [place, place], color=REACH, linewidth=1.5)
        said = f"{ratio.median:.3g}{promise.unit} ({promise.reach})"
        axes.annotate(said, (max(shares), place), xytext=(4, -3), textcoords="offset points", fontsize=8)
    axes.set_yticks(range(len(rows)), [promise.what for promise, _ in reversed(rows)], fontsize=8)
    axes.axvline(1, color=REACH, linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("share of the reach (1: just reached; further right is better)")
    axes.margins(x=0.25)
    figure.savefig(file)
    pyplot.close(figure)
