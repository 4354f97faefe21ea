"""The containers that cross in one call, numbered alike on both sides.

Values cross by copy. So that a copy is as good as the original for the length of a call, each mutable
container has a number, given in the order in which both sides meet it: met again, it crosses as that
number, and what the called side changed is written into the caller's own containers.
"""

from __future__ import annotations

import base64
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

Snapshot = tuple[Any, ...] | frozenset[Any] | bytes

DICTS = (dict, Counter, OrderedDict, defaultdict)
SEQUENCES = (list, deque)


class Copies:
    """The containers of one call by number."""

    def __init__(self) -> None:
        """Start with none."""
        self.containers: list[Any] = []
        self._numbers: dict[int, int] = {}

    def add(self, container: Any) -> None:
        """Give a container the next number; it is kept alive."""
        self._numbers[id(container)] = len(self.containers)
        self.containers.append(container)

    def number(self, container: Any) -> int | None:
        """Return a container's number, None where it has not been met."""
        return self._numbers.get(id(container))


def snapshot(container: Any) -> Snapshot:
    """Return what a container holds, to tell later whether that has changed."""
    if isinstance(container, DICTS):
        return tuple(part for pair in container.items() for part in pair)
    if isinstance(container, set):
        return frozenset(container)
    return bytes(container) if isinstance(container, bytearray) else tuple(container)


def has_changed(container: Any, before: Snapshot) -> bool:
    """Tell whether a container holds something else now: other objects, if they be equal ones."""
    now = snapshot(container)
    if not isinstance(now, tuple):
        return now != before
    return len(now) != len(before) or any(one is not other for one, other in zip(now, before, strict=True))


def refill(container: Any, content: Any) -> None:
    """Make a container hold `content`: items, or pairs for a dict, or bytes."""
    if isinstance(container, (list, bytearray)):
        container[:] = content
    else:
        container.clear()
        container.extend(content) if isinstance(container, deque) else container.update(content)


def octets(text: Any) -> bytes:
    """Return the bytes of a base64 text. Raises ValueError and TypeError."""
    return base64.b64decode(text, validate=True)


def octets_text(content: bytes | bytearray) -> str:
    """Return bytes as base64."""
    return base64.b64encode(content).decode()
