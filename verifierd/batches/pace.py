"""How often something is done that takes longer the more there is: less and less often as it grows."""

from __future__ import annotations


class Pace:
    """Due whenever a count has grown by a factor, and by one at the least: the work stays linear in all.

    Beyond `last` it is never due: then once would take longer than an event loop may be held.
    """

    def __init__(self, growth: float, last: int) -> None:
        """`growth` is above 1."""
        self._growth = growth
        self._last = last
        self._next = 1

    def is_due(self, count: int) -> bool:
        """Tell whether it is to be done at this count; then the next time is later."""
        if count < self._next or count > self._last:
            return False
        self._next = max(count + 1, int(count * self._growth))
        return True
