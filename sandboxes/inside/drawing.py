"""An iterator of the other side's: its items cross when they are asked for, a few ahead of that."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ITEMS_BOUND = 100_000
AHEAD = 8  # one item in so many that were drawn is drawn ahead: what it costs may grow with each


@dataclass(frozen=True)
class Drawn:
    """The next items, whether they are the last, and what was raised after them."""

    items: list[Any]
    ended: bool
    raised: BaseException | None


class Drawing:
    """Draws from one iterator; `draw` returns so many of its next items, or all that are left."""

    def __init__(self, draw: Callable[[int], Drawn]) -> None:
        """Draw nothing yet."""
        self._draw = draw
        self._items: deque[Any] = deque()
        self._count = 0
        self._ended = False
        self._raised: BaseException | None = None

    def next(self) -> Any:
        """Return the next item.

        Raises:
            StopIteration: there is none.
            RuntimeError: more than `ITEMS_BOUND` were asked for.
            BaseException: what the iterator raised.
        """
        if not self._items and not self._ended:
            self._fetch()
        if self._items:
            return self._items.popleft()
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        raise StopIteration

    def _fetch(self) -> None:
        if self._count >= ITEMS_BOUND:
            raise RuntimeError(f"an iterator has more than the {ITEMS_BOUND} items that are drawn")
        count = max(1, self._count // AHEAD)
        drawn = self._draw(count)
        self._count += count
        self._items.extend(drawn.items)
        self._ended, self._raised = drawn.ended, drawn.raised
