"""What differs between two texts, line by line, in time that is bounded whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import zip_longest

CONTEXT_LINES = 3
# A matcher's time may grow with the cube of the lines: more of them than this are not matched one by one.
MATCHED_LINES = 150
MOST_LINES = 5_000
SHOWN_LINES = 1_000


class Change(Enum):
    """What became of a line."""

    SAME = "same"
    LEFT = "left"  # on the left alone
    RIGHT = "right"
    SKIPPED = "skipped"  # a stretch of equal lines that is not shown


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison. Numbers count from 1 and are None where a side lacks the line.

    Of a line that was changed `before` and `after` are what it shares with its counterpart, and `text`, which
    stands between them, is what it does not.
    """

    change: Change
    left: int | None
    right: int | None
    text: str
    before: str = ""
    after: str = ""


def compared(left: str, right: str, context: int = CONTEXT_LINES) -> list[Line]:
    """Return the lines of both texts in one order, equal stretches shortened to some lines of context.

    Of each text `MOST_LINES` lines are looked at, and `SHOWN_LINES` of what there is to see are returned.
    """
    if all(text.endswith("\n") or not text for text in (left, right)):
        # What ends with a line end has no empty line after it, and nothing has no line at all.
        left_lines, right_lines = left.split("\n")[:-1], right.split("\n")[:-1]
    else:
        left_lines, right_lines = left.split("\n"), right.split("\n")
    merged = _merged(left_lines[:MOST_LINES], right_lines[:MOST_LINES])
    shown = list(_shortened(list(merged), context))
    more = max(0, len(left_lines) - MOST_LINES, len(right_lines) - MOST_LINES, len(shown) - SHOWN_LINES)
    if more:
        shown[SHOWN_LINES:] = [Line(Change.SKIPPED, None, None, "more lines that are not shown")]
    return shown


def _merged(left: list[str], right: list[str]) -> Iterator[Line]:
    for tag, a, a_end, b, b_end in _stretches(left, right):
        if tag == "equal":
            for offset in range(a_end - a):
                yield Line(Change.SAME, a + offset + 1, b + offset + 1, left[a + offset])
        else:
            yield from _changed(left[a:a_end], right[b:b_end], a, b)


def _changed(left: list[str], right: list[str], a: int, b: int) -> Iterator[Line]:
    """Yield the lines of both sides of a change, lines in the same place marked where they differ."""
    removed, added = [], []
    for offset, (one, other) in enumerate(zip_longest(left, right)):
        before, after = _shared(one, other) if one is not None and other is not None else (0, 0)
        if one is not None:
            removed.append(_marked(Change.LEFT, a + offset + 1, None, one, before, after))
        if other is not None:
            added.append(_marked(Change.RIGHT, None, b + offset + 1, other, before, after))
    yield from removed
    yield from added


def _marked(change: Change, left: int | None, right: int | None, text: str, before: int, after: int) -> Line:
    end = len(text) - after
    return Line(change, left, right, text[before:end], text[:before], text[end:])


def _shared(one: str, other: str) -> tuple[int, int]:
    """Return how many characters two lines share at their beginnings, and at their ends beside these."""
    before = _common(one, other)
    return before, _common(one[before:][::-1], other[before:][::-1])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items two sequences share at their beginnings."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _stretches(left: list[str], right: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield equal and unequal stretches; equal beginnings and ends are found without a matcher."""
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    left_end, right_end = len(left) - end, len(right) - end
    if start:
        yield "equal", 0, start, 0, start
    middle_left, middle_right = left[start:left_end], right[start:right_end]
    if max(len(middle_left), len(middle_right)) > MATCHED_LINES:
        yield "replace", start, left_end, start, right_end
    else:
        matcher = SequenceMatcher(None, middle_left, middle_right, autojunk=False)
        for tag, a, a_end, b, b_end in matcher.get_opcodes():
            yield tag, a + start, a_end + start, b + start, b_end + start
    if end:
        yield "equal", left_end, len(left), right_end, len(right)


def _shortened(lines: list[Line], context: int) -> Iterator[Line]:
    changed = [place for place, line in enumerate(lines) if line.change is not Change.SAME]
    near = {place + step for place in changed for step in range(-context, context + 1)}
    skipped: list[Line] = []
    for place, line in enumerate(lines):
        if place in near:
            yield from _skip(skipped)
            skipped = []
            yield line
        else:
            skipped.append(line)
    yield from _skip(skipped)


def _skip(lines: list[Line]) -> Iterator[Line]:
    if len(lines) == 1:
        yield lines[0]
    elif lines:
        yield Line(Change.SKIPPED, None, None, f"{len(lines):,} equal lines")
