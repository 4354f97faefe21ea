"""An iterator of the other side's: its items cross when they are asked for, a few ahead of that."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .peer import Peer

ITEMS_BOUND = 100_000
AHEAD = 8  # one item in so many that were drawn is drawn ahead: what it costs may grow with each


class Drawing:
    """Draws from the iterator of one number."""

    def __init__(self, peer: Peer, number: int) -> None:
        """Draw nothing yet."""
        self._peer = peer
        self._number = number
        self._items: deque[Any] = deque()
        self._drawn = 0
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
            self._draw()
        if self._items:
            return self._items.popleft()
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        raise StopIteration

    def _draw(self) -> None:
        if self._drawn >= ITEMS_BOUND:
            raise RuntimeError(f"an iterator has more than the {ITEMS_BOUND} items that are drawn")
        count = max(1, self._drawn // AHEAD)
        reply = self._peer.ask("next", target=self._number, count=count)
        decoder = self._peer.decoder()
        self._items.extend(decoder.decode_alone(form) for form in reply["items"])
        self._drawn += count
        self._ended = reply.get("ended") is not False
        if "raised" in reply:
            self._raised = self._peer.classes.exception(reply["raised"], decoder.decode)
