"""A simple grammar of inputs, line by line: counts tell how many tokens, lines or cases follow.

Counters that govern repetition are what sets such formats apart from context-free ones: Sung et al. 2025,
"LogiCase: Effective Test Case Generation from Logical Description in Competitive Programming", call them
context-free grammars with counters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from verifierd.selection.probing.layout import Line, as_int

Path = tuple[int, ...]
Name = tuple[Path, int]  # a field: the item's path in the grammar and the token's position in the line
Values = dict[Name, int]  # of an int its value


@dataclass(frozen=True, slots=True)
class Count:
    """A number read earlier, and what is added to it."""

    name: Name
    offset: int = 0

    def of(self, values: Mapping[Name, int]) -> int:
        """Return the number; -1, which counts nothing, where it was not read as one."""
        return values[self.name] + self.offset if self.name in values else -1


@dataclass(frozen=True, slots=True)
class Fixed:
    """A line of as many tokens as there are gaps and one; with `width` 0 a blank line."""

    path: Path
    width: int
    gaps: tuple[str, ...]

    @property
    def cost(self) -> int:
        """How much the item leaves unsaid: that the line has so many tokens, and each of them."""
        return 1 + self.width

    def reads(self, line: Line, values: Mapping[Name, int]) -> bool:
        """Return whether a line is such a one."""
        return len(line.tokens) == self.width and line.gaps == self.gaps and not line.lead


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of some single tokens, then as many alike as was counted before or in those single ones."""

    path: Path
    prefix: int
    count: Count
    gap: str

    @property
    def cost(self) -> int:
        """How much the item leaves unsaid; what is counted costs the same however much it is."""
        return 2 + self.prefix + 4 * (self.count.offset != 0)

    def reads(self, line: Line, values: Mapping[Name, int]) -> bool:
        """Return whether a line is such a one."""
        seen = {**values, **ints_of(self.path, line.tokens[: self.prefix])}
        return len(line.tokens) - self.prefix == self.count.of(seen) and _has_gap(line, self.gap)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A line whose first token tells how many tokens there are, such as a query."""

    path: Path
    widths: Mapping[str, int]
    gap: str

    cost: ClassVar[int] = 8

    def reads(self, line: Line, values: Mapping[Name, int]) -> bool:
        """Return whether a line is such a one."""
        tokens = line.tokens
        return bool(tokens) and self.widths.get(tokens[0]) == len(tokens) and _has_gap(line, self.gap)


@dataclass(frozen=True, slots=True)
class Free:
    """A line of any number of tokens alike."""

    path: Path
    gap: str

    cost: ClassVar[int] = 9

    def reads(self, line: Line, values: Mapping[Name, int]) -> bool:
        """Return whether a line is such a one."""
        return bool(line.tokens) and _has_gap(line, self.gap)


@dataclass(frozen=True, slots=True)
class Text:
    """A line that is read as one text."""

    path: Path

    cost: ClassVar[int] = 10

    def reads(self, line: Line, values: Mapping[Name, int]) -> bool:
        """Return whether a line is such a one."""
        return True


LineItem = Fixed | Counted | Tagged | Free | Text


@dataclass(frozen=True, slots=True)
class Block:
    """Cases of the same form: as many as was counted before, or without a count all that follow."""

    path: Path
    count: Count | None
    body: tuple[Item, ...]

    @property
    def cost(self) -> int:
        """How much the item leaves unsaid; a number that counts twice over is unlikely."""
        own = 10 if self.count is None else 1 + 3 * (self.count.offset != 0)
        again = sum(isinstance(item, Block | Counted) and item.count == self.count for item in self.body)
        return own + 2 * again + sum(item.cost for item in self.body)


Item = LineItem | Block


@dataclass(frozen=True, slots=True)
class LineNode:
    """A line as an item reads it."""

    item: LineItem
    line: Line


@dataclass(frozen=True, slots=True)
class BlockNode:
    """The cases of a block."""

    item: Block
    cases: tuple[tuple[Node, ...], ...]


Node = LineNode | BlockNode


def ints_of(path: Path, tokens: Sequence[str]) -> Values:
    """Return the numbers that the first tokens of a line are, by the names of their fields."""
    read = ((position, as_int(token)) for position, token in enumerate(tokens))
    return {(path, position): value for position, value in read if value is not None}


def parsed(
    items: Sequence[Item], lines: Sequence[Line], begin: int, values: Values
) -> tuple[tuple[Node, ...], int] | None:
    """Return what the items read from line `begin` on and the line after it; None where they do not.

    `values` are the numbers read before, to which those read here are added.
    """
    nodes: list[Node] = []
    for item in items:
        if isinstance(item, Block):
            read = _parsed_block(item, lines, begin, values)
            if read is None:
                return None
            node, begin = read
            nodes.append(node)
        else:
            if begin >= len(lines) or not item.reads(lines[begin], values):
                return None
            values.update(ints_of(item.path, lines[begin].tokens[: single_tokens(item)]))
            nodes.append(LineNode(item, lines[begin]))
            begin += 1
    return tuple(nodes), begin


def tree(items: Sequence[Item], lines: Sequence[Line]) -> tuple[Node, ...] | None:
    """Return a whole input as the grammar reads it; None where it does not."""
    read = parsed(items, lines, 0, {})
    return read[0] if read is not None and read[1] == len(lines) else None


def single_tokens(item: LineItem) -> int:
    """Return how many tokens of a line are fields of their own, that others may count by."""
    return item.width if isinstance(item, Fixed) else item.prefix if isinstance(item, Counted) else 0


def counts(items: Sequence[Item]) -> Iterator[Count]:
    """Yield all counts of a grammar."""
    for item in items:
        if isinstance(item, Counted | Block) and item.count is not None:
            yield item.count
        if isinstance(item, Block):
            yield from counts(item.body)


def _parsed_block(
    item: Block, lines: Sequence[Line], begin: int, values: Values
) -> tuple[BlockNode, int] | None:
    times = len(lines) if item.count is None else item.count.of(values)
    if times < 0 or times > len(lines) - begin + len(lines) * (item.count is None):
        return None
    cases: list[tuple[Node, ...]] = []
    while len(cases) < times and not (item.count is None and begin == len(lines)):
        read = parsed(item.body, lines, begin, values)
        if read is None:
            return None
        nodes, begin = read
        cases.append(nodes)
    return BlockNode(item, tuple(cases)), begin


def _has_gap(line: Line, gap: str) -> bool:
    return line.gap == gap or (not line.gaps and not line.lead)
