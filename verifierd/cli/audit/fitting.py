"""A list as wide as its terminal: ids stay whole, texts are shortened, and columns give way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

TEXT_CHARS = 10
"""A text is shortened to so many characters before a column gives way."""
_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        is_number: it stands to the right.
        is_text: what does not fit is shortened with `…`; else it stays whole, in one line.
        folds: of a text: it goes on in the next line instead.
        gives_way: where there is no room for all, columns go whose number is the largest; 0: it never does.
    """

    name: str
    is_number: bool = False
    is_text: bool = False
    folds: bool = False
    gives_way: int = 0


class Listing:
    """Rows under columns, and a remark below them."""

    def __init__(self, columns: tuple[Column, ...], rows: Iterable[tuple[Text | str, ...]]) -> None:
        """Take a cell for each column in every row."""
        self.remark = ""
        self._columns = columns
        self._rows = [tuple(each if isinstance(each, Text) else Text(each) for each in row) for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table that fits."""
        needed = [self._needed_chars(place) for place in range(len(self._columns))]
        shown = list(range(len(self._columns)))
        while sum(needed[place] + _GAP for place in shown) - _GAP > options.max_width:
            last = max(shown, key=lambda place: self._columns[place].gives_way)
            if not self._columns[last].gives_way:
                break
            shown.remove(last)
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), expand=False)
        for place in shown:
            column = self._columns[place]
            table.add_column(
                column.name,
                justify="right" if column.is_number else "left",
                no_wrap=not column.is_text,
                overflow="fold" if column.folds else "ellipsis",
            )
        for row in self._rows:
            table.add_row(*(self._cell(place, row[place]) for place in shown))
        yield table
        gone = [each.name for place, each in enumerate(self._columns) if place not in shown]
        left_out = f"no room for {', '.join(gone)}: `--json` has all" if gone else ""
        if remark := "; ".join(filter(None, (self.remark, left_out))):
            yield Text(remark, style="dim italic")

    def _cell(self, place: int, cell: Text) -> Text:
        column = self._columns[place]
        if column.is_text and not column.folds:
            cell = cell.copy()
            cell.no_wrap = True
        return cell

    def _needed_chars(self, place: int) -> int:
        """Return how wide a column is at least."""
        column = self._columns[place]
        widest = max([row[place].cell_len for row in self._rows], default=0)
        return max(len(column.name), min(widest, TEXT_CHARS) if column.is_text else widest)
