"""On which line of a JSON text a value stands, given the way to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def line_of(text: str, way: Sequence[str | int]) -> int:
    """Return the line, counted from 1, of the value that `way` leads to, as far as the way goes.

    `text` must be JSON; `way` holds object keys and list indices, such as `("tests", 2, "id")`. Where
    the text has no such value, the line of the innermost one that it does have is returned.
    """
    place = _skip(text, 0)
    for step in way:
        inner = next((start for name, start in _members(text, place) if name == step), None)
        if inner is None:
            break
        place = inner
    return text.count("\n", 0, place) + 1


def item_starts(text: str) -> Iterator[int]:
    """Yield where each item of a JSON list begins, as an index into its text."""
    yield from (start for _, start in _members(text, _skip(text, 0)))


def _members(text: str, place: int) -> Iterator[tuple[str | int, int]]:
    """Yield the key or index of each member of the object or list at `place`, and where its value starts."""
    closing = {"{": "}", "[": "]"}.get(text[place])
    if closing is None:
        return
    place, index = _skip(text, place + 1), 0
    while text[place] != closing:
        name: str | int = index
        if closing == "}":
            name, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        yield name, place
        place = _skip(text, _DECODER.raw_decode(text, place)[1])
        if text[place] == ",":
            place = _skip(text, place + 1)
        index += 1


def _skip(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    return space.end() if space else place
