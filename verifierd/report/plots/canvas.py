"""A plot as SVG to stand in a page: colours and letters are the page's, names are its own, links are none."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

# Colours that stand for names: the page's style sheet says what they are, in the light and in the dark.
INK, MUTED, LINE, PAPER = "#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04"
RIGHT, WRONG = "#0a0b05", "#0a0b06"
_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    PAPER: "--paper",
    RIGHT: "--right",
    WRONG: "--wrong",
}
# Matplotlib's own type of a setting's name lists them all, and differs from release to release.
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "verifierd",
    "font.size": 9.5,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
WIDTH_IN, HEIGHT_IN = 5.2, 3.3
PERCENT = FuncFormatter(lambda value, _: f"{value:.0%}")
COUNT = FuncFormatter(lambda value, _: f"{value:,.0f}")
SECONDS = FuncFormatter(lambda value, _: seconds(value))


def plot(
    key: str, title: str, description: str, draw: Callable[[Axes], None], height_in: float = HEIGHT_IN
) -> str:
    """Return what `draw` draws as an `<svg>` element.

    Args:
        key: tells this plot's names from those of the page's other plots.
        title: what the plot is, for who cannot see it.
        description: what it shows, in a sentence.
        draw: draws on the axes that it is given.
        height_in: in inches, as wide as `WIDTH_IN`.
    """
    with mpl.rc_context(_SETTINGS), io.StringIO() as stream:
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.subplots()
        axes.patch.set_visible(False)
        draw(axes)
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", metadata=nothing)
        drawn = stream.getvalue()
    return _for_a_page(drawn, key, title, description)


def legend_above(axes: Axes, handles: list[Patch] | None = None) -> None:
    """Put the legend above the plot: of these handles, or of all that has a label."""
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)


def seconds(value: float) -> str:
    """Return a time with three significant digits and its unit: 4 ms, 1.53 s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def _for_a_page(drawn: str, key: str, title: str, description: str) -> str:
    """Return an SVG file's root element without what a file needs and a page does not."""
    _, opening, body = re.split(r"(<svg\b[^>]*>)", drawn, maxsplit=1)
    found = re.search(r'viewBox="([^"]*)"', opening)
    view = found[1] if found else "0 0 1 1"
    body = re.sub(r"<metadata>.*?</metadata>|<style\b.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{key}-", body)
    body = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    return (
        f'<svg class="plot" viewBox="{view}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
        f"{body}"
    )
