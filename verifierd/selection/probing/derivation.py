"""New inputs by a grammar and its constraints, along an example from which more or less is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from random import Random

from verifierd.selection.probing.constraints import Constraints, FieldShape
from verifierd.selection.probing.grammar import (
    Block,
    BlockNode,
    Counted,
    Fixed,
    Free,
    Item,
    LineItem,
    LineNode,
    Name,
    Node,
    Path,
    Tagged,
    Text,
    counts,
    ints_of,
    single_tokens,
)
from verifierd.selection.probing.layout import Line, as_int, line_of
from verifierd.selection.probing.numeric import IntRange
from verifierd.selection.probing.observations import ALIKE, Field, added

KEPT = (0.0, 0.5, 0.9)  # how likely a token of the example stays, one of these for each input
MORE = 2  # how far above those seen a count may go
FRESH = 0.5


class Stuck(Exception):
    """No token can be drawn that holds the constraints; another attempt may."""


@dataclass(frozen=True, slots=True)
class Format:
    """A grammar, what else held in all examples, and the examples as it reads them."""

    items: tuple[Item, ...]
    constraints: Constraints
    examples: Sequence[tuple[Node, ...]]

    def derived(self, rng: Random) -> tuple[Line, ...]:
        """Return the lines of a new input. Raises Stuck where this attempt finds no way on."""
        example = rng.choice(self.examples)
        counting = frozenset(count.name for count in counts(self.items))
        return tuple(_Derivation(self, rng, rng.choice(KEPT), counting).lines(self.items, example))


@dataclass(slots=True)
class _Derivation:
    """One way through the grammar.

    Attributes:
        format: what the input is to have.
        rng: where chance comes from.
        kept: how likely a token of the example stays.
        counting: the fields that count what follows.
        read: the numbers met so far, and the lengths of words.
    """

    format: Format
    rng: Random
    kept: float
    counting: frozenset[Name]
    read: dict[Name, int] = field(default_factory=dict)

    def lines(self, items: Sequence[Item], guides: Sequence[Node]) -> list[Line]:
        """Return the lines of these items, along the nodes of an example or none."""
        made: list[Line] = []
        for item, guide in zip_longest(items, guides):
            if isinstance(item, Block):
                made += self._block(item, guide if isinstance(guide, BlockNode) else None)
            else:
                made.append(self._line(item, guide.line if isinstance(guide, LineNode) else None))
        return made

    def _block(self, item: Block, guide: BlockNode | None) -> list[Line]:
        cases = list(guide.cases) if guide is not None else []
        if item.count is None:
            times = max(1, len(cases) + self.rng.choice((-1, 0, 0, 1)))
        else:
            times = item.count.of(self.read)
        if times < 0:
            raise Stuck
        if cases and self.rng.random() < FRESH:
            self.rng.shuffle(cases)
        tree = "acyclic" in self.format.constraints.rows.get(item.path, ()) and self.rng.random() < FRESH
        made: list[Line] = []
        for index in range(times):
            case = cases[index] if index < len(cases) else self.rng.choice(cases) if cases else ()
            lines = self.lines(item.body, case)
            made += [_hung(lines[0], index, self.rng)] if tree and len(lines) == 1 else lines
        return _in_order(made, item, self.format.constraints)

    def _line(self, item: LineItem, guide: Line | None) -> Line:
        trail = guide.trail if guide is not None else ""
        tokens = guide.tokens if guide is not None else ()
        match item:
            case Text():
                shape = self._shape((item.path, "", ALIKE))
                if (guide is not None and self.rng.random() < self.kept) or shape.texts is None:
                    return guide or Line(())
                return line_of(shape.texts.mutated(self.rng.choice(shape.texts.seen), self.rng))
            case Fixed():
                return Line(self._single(item.path, item.width, tokens), item.gaps, "", trail)
            case Counted():
                single = self._single(item.path, item.prefix, tokens)
                number = item.count.of({**self.read, **ints_of(item.path, single)})
                made = (*single, *self._alike(item.path, number, tokens[item.prefix :]))
                return _spaced(made, item.gap, trail)
            case Tagged():
                head = tokens[0] if tokens and self.rng.random() < 0.7 else self._head(item)
                rest = (self._tagged(item, head, place, tokens) for place in range(1, item.widths[head]))
                return _spaced((head, *rest), item.gap, trail)
            case Free():
                number = max(1, len(tokens) + self.rng.choice((-1, 0, 0, 1)))
                return _spaced(self._alike(item.path, number, tokens), item.gap, trail)

    def _head(self, item: Tagged) -> str:
        return self.rng.choice(sorted(item.widths))

    def _tagged(self, item: Tagged, head: str, place: int, tokens: Sequence[str]) -> str:
        kept = tokens[place] if tokens and tokens[0] == head else None
        return self._token((item.path, head, place), kept)

    def _single(self, path: Path, width: int, tokens: Sequence[str]) -> tuple[str, ...]:
        made: list[str] = []
        for position in range(width):
            kept = tokens[position] if position < len(tokens) else None
            made.append(self._token((path, "", position), kept))
            added(self.read, path, position, made[-1])
        return tuple(made)

    def _alike(self, path: Path, number: int, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return so many tokens alike, with the order of those seen."""
        if number < 0:
            raise Stuck
        where = (path, "", ALIKE)
        facts = self.format.constraints.sequences.get(where, frozenset())
        if "permutation" in facts:
            whole = list(map(str, range(1, number + 1)))
            return tuple(whole if "ascending" in facts else self.rng.sample(whole, number))
        made: list[str] = []
        taken: set[str] = set()
        for index in range(number):
            made.append(self._distinct(where, tokens[index] if index < len(tokens) else None, taken))
            if "distinct" in facts:
                taken.add(made[-1])
        return tuple(_sorted(made, facts))

    def _distinct(self, where: Field, kept: str | None, taken: set[str]) -> str:
        for attempt in range(20):
            token = self._token(where, kept if attempt == 0 else None)
            if token not in taken:
                return token
        raise Stuck

    def _token(self, where: Field, kept: str | None) -> str:
        """Return a token of a field: the example's where it stays and may, else a new one."""
        shape = self._shape(where)
        if kept is not None and self.rng.random() < self.kept and self._may_stay(kept, shape):
            return kept
        if shape.ints is not None:
            return str(self._int(where, shape.ints, shape))
        if shape.floats is not None:
            return f"{shape.floats.draw(self.rng, wide=False):.{shape.floats.decimals}f}"
        if shape.texts is None:
            raise Stuck
        if shape.given_length is not None and shape.given_length in self.read:
            return shape.texts.drawn(self.read[shape.given_length], self.rng)
        text = shape.texts.mutated(kept or self.rng.choice(shape.texts.seen), self.rng)
        if not text or line_of(text).tokens != (text,):
            raise Stuck
        return text

    def _may_stay(self, token: str, shape: FieldShape) -> bool:
        own = as_int(token) if shape.ints is not None else len(token)
        low, high, apart = self._bounds(shape)
        return own is None or (
            (low is None or low <= own) and (high is None or own <= high) and own not in apart
        )

    def _bounds(self, shape: FieldShape) -> tuple[int | None, int | None, set[int]]:
        """Return the least and the greatest number that what was read allows, and those that it forbids."""
        low: int | None = None
        high: int | None = None
        apart: set[int] = set()
        for relation, name in shape.related:
            if name not in self.read:
                continue
            other = self.read[name]
            if relation in (">", ">=", "=="):
                bound = other + (relation == ">")
                low = bound if low is None else max(low, bound)
            if relation in ("<", "<=", "=="):
                bound = other - (relation == "<")
                high = bound if high is None else min(high, bound)
            if relation == "!=":
                apart.add(other)
        return low, high, apart

    def _int(self, where: Field, seen: IntRange, shape: FieldShape) -> int:
        low, high, apart = self._bounds(shape)
        if (where[0], where[2]) in self.counting:
            seen = IntRange(min(seen.low, 1), seen.high + MORE)
        least = seen.low if low is None else max(low, seen.low)
        most = seen.high if high is None else high
        if all(relation != "<=" for relation, _ in shape.related):
            most = min(most, seen.high)  # a bound that none of those seen reached does not widen their range
        if least > most:
            raise Stuck
        for _ in range(10):
            value = self.rng.choice((least, most, *(self.rng.randint(least, most) for _ in range(4))))
            if value not in apart:
                return value
        raise Stuck

    def _shape(self, where: Field) -> FieldShape:
        shape = self.format.constraints.fields.get(where)
        if shape is None:
            raise Stuck
        return shape


def _spaced(tokens: tuple[str, ...], gap: str, trail: str) -> Line:
    return Line(tokens, (gap,) * (len(tokens) - 1), "", trail)


def _sorted(tokens: list[str], facts: frozenset[str]) -> list[str]:
    if facts & {"ascending", "descending"} and all(as_int(token) is not None for token in tokens):
        return sorted(tokens, key=int, reverse="ascending" not in facts)
    return tokens


def _in_order(lines: list[Line], item: Block, constraints: Constraints) -> list[Line]:
    """Return the lines of a block by the column that is in order in all examples, if one is."""
    body = item.body[0]
    if len(item.body) != 1 or not isinstance(body, Fixed):
        return lines
    for position in range(single_tokens(body)):
        facts = constraints.sequences.get((body.path, "", position), frozenset())
        if facts & {"ascending", "descending"}:
            return sorted(lines, key=partial(_number, position), reverse="ascending" not in facts)
    return lines


def _number(position: int, line: Line) -> int:
    return as_int(line.tokens[position]) or 0


def _hung(line: Line, index: int, rng: Random) -> Line:
    """Return an edge of a tree: vertex `index` + 2 hangs on one of those before it."""
    edge = [str(index + 2), str(rng.randint(1, index + 1))]
    rng.shuffle(edge)
    return Line((*edge, *line.tokens[2:]), line.gaps, line.lead, line.trail)
