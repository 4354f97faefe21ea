"""How large a typed value is, roughly and in bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

OBJECT_BYTES = 32


def bytes_of(value: Any, enough: int) -> int:
    """Return about how many bytes of memory a value takes; counting stops at `enough`."""
    counted = 0
    levels: list[Iterator[Any]] = [iter((value,))]
    while levels and counted < enough:
        for item in levels[-1]:
            counted += OBJECT_BYTES + (len(item) if isinstance(item, bytes | str) else 0)
            if isinstance(item, int):
                counted += item.bit_length() // 8
            parts = _parts(item)
            if parts is not None:
                levels.append(parts)
                break
            if counted >= enough:
                break
        else:
            levels.pop()
    return counted


def _parts(value: Any) -> Iterator[Any] | None:
    if isinstance(value, dict):
        return chain.from_iterable(value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return iter(value)
    return None
