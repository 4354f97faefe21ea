"""What a grammar reads in inputs, as fields, sequences and rows; learning and checking look at the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifierd.selection.probing.grammar import (
    BlockNode,
    Fixed,
    LineNode,
    Name,
    Node,
    Path,
    Tagged,
    Text,
    single_tokens,
)
from verifierd.selection.probing.layout import as_int

ALIKE = -1  # the position of tokens that are all alike
LENGTH = -1_000  # the length of the word at position p has position LENGTH - p
Field = tuple[Path, str, int]  # the item's path, the head of a tagged line, the position


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A token of a field, and the numbers that were read before it."""

    field: Field
    token: str
    before: dict[Name, int]


@dataclass(frozen=True, slots=True)
class SequenceSeen:
    """Tokens alike: those of a line, or those of a column over the cases of a block."""

    field: Field
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowsSeen:
    """The lines of a block whose cases are lines of the same fields."""

    path: Path
    rows: tuple[tuple[str, ...], ...]


Seen = FieldSeen | SequenceSeen | RowsSeen


def observed(nodes: Sequence[Node]) -> Iterator[Seen]:
    """Yield what is seen in an input, in its order."""
    yield from _observed(nodes, {})


def added(before: dict[Name, int], path: Path, position: int, token: str) -> None:
    """Add what later fields may be set against: the number that a token is, or the length of a word."""
    value = as_int(token)
    if value is not None:
        before[path, position] = value
    else:
        before.pop((path, position), None)
    before[path, LENGTH - position] = len(token)


def _observed(nodes: Sequence[Node], before: dict[Name, int]) -> Iterator[Seen]:
    for node in nodes:
        if isinstance(node, LineNode):
            yield from _observed_line(node, before)
            continue
        for case in node.cases:
            yield from _observed(case, before)
        yield from _observed_rows(node)


def _observed_line(node: LineNode, before: dict[Name, int]) -> Iterator[Seen]:
    path, tokens = node.item.path, node.line.tokens
    if isinstance(node.item, Text):
        yield FieldSeen((path, "", ALIKE), node.line.text(), dict(before))
        return
    if isinstance(node.item, Tagged):
        for position, token in enumerate(tokens):
            yield FieldSeen((path, tokens[0], position), token, dict(before))
        return
    single = single_tokens(node.item)
    for position, token in enumerate(tokens[:single]):
        yield FieldSeen((path, "", position), token, dict(before))
        added(before, path, position, token)
    if not isinstance(node.item, Fixed):
        here = dict(before)
        yield from (FieldSeen((path, "", ALIKE), token, here) for token in tokens[single:])
        yield SequenceSeen((path, "", ALIKE), tokens[single:])


def _observed_rows(node: BlockNode) -> Iterator[Seen]:
    body = node.item.body
    if len(body) != 1 or not isinstance(body[0], Fixed):
        return
    rows = tuple(each.line.tokens for case in node.cases for each in case if isinstance(each, LineNode))
    yield RowsSeen(node.item.path, rows)
    for position, column in enumerate(zip(*rows, strict=True)):
        yield SequenceSeen((body[0].path, "", position), column)
