"""The program in a model's words: the block between fences that is written in the candidate's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

# CommonMark 0.31, section 4.5: three or more backticks or tildes; after backticks an info string without
# backticks. Models put blocks into lists, so any indentation may come before, and an item's mark.
_FENCE = re.compile(
    r"^([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}(?=[^`\n]*$)|~{3,})[ \t]*([^\s{}:,;]*)([^\n]*)\n?",
    re.MULTILINE,
)
_INDENTATION = re.compile(r"^[ \t]*(?=[^\s])", re.MULTILINE)
_INDENTED_MORE = 3
"""Columns at most that a closing fence may be to the right of its opening one; same section."""
SHOWN_TAGS = 5


class Extraction(Enum):
    """Which part of a completion is the program."""

    LAST_BLOCK = 1
    FIRST_BLOCK = 2
    WHOLE_TEXT = 3


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences; `tag` is the first word after the opening one, in lower case."""

    tag: str
    text: str


class NoProgram(Exception):
    """There is no program in a completion; the message says what was found in its place."""


def program_in(completion: str, tags: Collection[str], extraction: Extraction) -> str:
    """Return the program of a completion; `tags` are what blocks in its language are marked with.

    Of several blocks it is the last (or first) one in the language, and where none is, the last (or first)
    one without a tag. A last fence that nothing closes, since the model stopped there, reaches to the end.

    Raises:
        NoProgram: there is no such block.
    """
    if extraction is Extraction.WHOLE_TEXT:
        return completion
    found = list(blocks(completion))
    if extraction is Extraction.LAST_BLOCK:
        found.reverse()
    fitting = (block for wanted in (tags, ("",)) for block in found if block.tag in wanted)
    block = next(fitting, None)
    if block is None:
        raise NoProgram(_why_none(found, tags))
    return block.text


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a text in their order, without the indentation of their opening fences."""
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif _closes(fence, opening):
            yield _block(opening, text[opening.end() : fence.start()])
            opening = None
    if opening is not None:
        yield _block(opening, text[opening.end() :])


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    is_as_long = fence[2][0] == opening[2][0] and len(fence[2]) >= len(opening[2])
    is_near = _columns(fence) <= _columns(opening) + _INDENTED_MORE  # others are in a docstring
    return is_as_long and is_near and not (fence[1].strip() or fence[3] or fence[4].strip())


def _columns(fence: re.Match[str]) -> int:
    return len(fence[1].expandtabs(4))


def _block(opening: re.Match[str], text: str) -> Block:
    """Take off what the lines are indented by with their fence, and no more than all of them are."""
    if opening[1] and text:
        common = min((len(line) for line in _INDENTATION.findall(text)), default=0)
        text = re.sub(rf"^[ \t]{{0,{min(len(opening[1]), common)}}}", "", text, flags=re.MULTILINE)
    return Block(opening[3].lower(), text)


def _why_none(found: list[Block], tags: Collection[str]) -> str:
    if not found:
        return f"there is no fenced code block in it; a program stands between ```{min(tags)} and ```"
    others = ", ".join(sorted({block.tag[:20] for block in found})[:SHOWN_TAGS])
    wanted = " or ".join(sorted(tags))
    return f"no fenced code block in it is marked as {wanted}; there are blocks of {others}"
