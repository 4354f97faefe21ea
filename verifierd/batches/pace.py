"""How often something is done that takes longer the more there is: less and less often as it grows."""

from __future__ import annotations


class Pace:
    """Due whenever a count has grown by a factor, and by one at the least: the work stays linear in all."""

    def __init__(self, growth: float) -> None:
        """`growth` is above 1."""
        self._growth = growth
        self._next = 1

    def is_due(self, count: int) -> bool:
        """Tell whether it is to be done at this count; then the next time is later."""
        if count < self._next:
            return False
        self._next = max(count + 1, int(count * self._growth))
        return True
