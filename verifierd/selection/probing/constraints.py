"""What held of all example inputs beyond their grammar: ranges, order, equal lengths, no repeats, trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeVar

from verifierd.selection.probing.grammar import Name, Node, Path
from verifierd.selection.probing.layout import DECIMAL, as_int
from verifierd.selection.probing.numeric import FloatRange, IntRange, decimals, float_range, int_range
from verifierd.selection.probing.observations import LENGTH, Field, FieldSeen, SequenceSeen, observed
from verifierd.selection.probing.texts import TextShape, text_shape

RELATIONS = {"==": eq, "<": lt, "<=": le, ">": gt, ">=": ge, "!=": ne}
SAMPLES_FOR_ORDER = 3
SAMPLES_FOR_DIFFERENCE = 5
OF_EDGES = frozenset({"simple", "acyclic"})
LONG = 3  # what shorter sequences have in common is chance
BITS = frozenset("01")
Facts = frozenset[str]
T = TypeVar("T", bound=Sequence[Any])


@dataclass(frozen=True, slots=True)
class FieldShape:
    """What the tokens of a field have in common.

    Attributes:
        ints: their range where all are integers, else None.
        floats: their range where all are numbers, some with decimals, else None.
        texts: what they have in common as texts where some are no numbers, else None.
        related: relations to numbers read before: of an integer itself, of a word its length.
    """

    ints: IntRange | None
    floats: FloatRange | None
    texts: TextShape | None
    related: tuple[tuple[str, Name], ...]

    def allows(self, seen: FieldSeen) -> bool:
        """Return whether a token of the field has what the others have in common."""
        value = as_int(seen.token)
        if self.ints is not None and value is None:
            return False
        if self.floats is not None and value is None and not DECIMAL.fullmatch(seen.token):
            return False
        if self.texts is not None and self.given_length is None and not self.texts.fits(seen.token):
            return False
        own = value if self.ints is not None else len(seen.token)
        return own is None or all(
            RELATIONS[relation](own, seen.before[name])
            for relation, name in self.related
            if name in seen.before
        )

    @property
    def given_length(self) -> Name | None:
        """The number read before that is the word's length, of words that nothing else is known of."""
        if self.texts is None or self.texts.vocabulary or self.texts.pattern is not None:
            return None
        return next((name for relation, name in self.related if relation == "=="), None)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What held in all examples: of fields, of sequences of tokens, of the rows of blocks."""

    fields: Mapping[Field, FieldShape]
    sequences: Mapping[Field, Facts]
    rows: Mapping[Path, Facts]

    def hold(self, nodes: Sequence[Node]) -> bool:
        """Return whether they hold of an input, as its grammar reads it."""
        for seen in observed(nodes):
            if isinstance(seen, FieldSeen):
                if seen.field not in self.fields or not self.fields[seen.field].allows(seen):
                    return False
            elif isinstance(seen, SequenceSeen):
                if not self.sequences.get(seen.field, frozenset()) <= sequence_facts(seen.tokens):
                    return False
            elif not self.rows.get(seen.path, frozenset()) <= row_facts(seen.rows):
                return False
        return True


def learned(trees: Iterable[Sequence[Node]]) -> Constraints:
    """Return what held in all of these inputs."""
    tokens: dict[Field, list[FieldSeen]] = defaultdict(list)
    sequences: dict[Field, list[tuple[str, ...]]] = defaultdict(list)
    rows: dict[Path, list[tuple[tuple[str, ...], ...]]] = defaultdict(list)
    inputs = 0
    for nodes in trees:
        inputs += 1
        for seen in observed(nodes):
            if isinstance(seen, FieldSeen):
                tokens[seen.field].append(seen)
            elif isinstance(seen, SequenceSeen):
                sequences[seen.field].append(seen.tokens)
            else:
                rows[seen.path].append(seen.rows)
    fields = _meaningful({field: _field_shape(every, inputs) for field, every in tokens.items()})
    return Constraints(
        fields=fields,
        sequences={field: _common(sequence_facts, every) for field, every in sequences.items()},
        rows={
            path: _common(row_facts, every) - (frozenset() if _are_edges(path, fields) else OF_EDGES)
            for path, every in rows.items()
        },
    )


def sequence_facts(tokens: Sequence[str]) -> Facts:
    """Return what holds of tokens alike: ascending, descending, distinct, a permutation of 1 to n."""
    facts = set()
    values = [as_int(token) for token in tokens]
    ints = [value for value in values if value is not None]
    if len(ints) == len(tokens):
        if all(first <= second for first, second in pairwise(ints)):
            facts.add("ascending")
        if all(first >= second for first, second in pairwise(ints)):
            facts.add("descending")
        if sorted(ints) == list(range(1, len(ints) + 1)):
            facts.add("permutation")
    if len(set(tokens)) == len(tokens):
        facts.add("distinct")
    return frozenset(facts)


def row_facts(rows: Sequence[Sequence[str]]) -> Facts:
    """Return what holds of the rows of a block: distinct; of edges, acyclic and distinct in any direction."""
    facts = {"distinct"} if len(set(map(tuple, rows))) == len(rows) else set()
    edges = [(row[0], row[1]) for row in rows if len(row) > 1]
    if len({frozenset(edge) for edge in edges}) == len(rows):
        facts.add("simple")
    if len(edges) == len(rows) and _is_forest(edges):
        facts.add("acyclic")
    return frozenset(facts)


def _is_forest(edges: Sequence[tuple[str, str]]) -> bool:
    above: dict[str, str] = {}

    def root(vertex: str) -> str:
        while vertex in above:
            above[vertex] = above.get(above[vertex], above[vertex])
            vertex = above[vertex]
        return vertex

    for first, second in edges:
        one, other = root(first), root(second)
        if one == other:
            return False
        above[one] = other
    return True


def _meaningful(fields: Mapping[Field, FieldShape]) -> dict[Field, FieldShape]:
    """Return the fields without relations to the length of what is a number and no word."""

    def means(name: Name) -> bool:
        path, position = name
        return position > LENGTH or fields[path, "", LENGTH - position].texts is not None

    return {
        field: replace(shape, related=tuple(each for each in shape.related if means(each[1])))
        for field, shape in fields.items()
    }


def _are_edges(block: Path, fields: Mapping[Field, FieldShape]) -> bool:
    """Return whether the first two numbers of each line have the same bound: the number of vertices."""
    ends = [fields.get(((*block, 0), "", position)) for position in (0, 1)]
    bounds = [{name for relation, name in end.related if "<" in relation} for end in ends if end is not None]
    return len(bounds) == 2 and bool(bounds[0] & bounds[1])


def _common(facts: Callable[[T], Facts], every: Sequence[T]) -> Facts:
    """Return what holds of all; of short ones alone nothing is said."""
    if max(map(len, every)) < LONG:
        return frozenset()
    return frozenset.intersection(*map(facts, every))


def _field_shape(every: Sequence[FieldSeen], inputs: int) -> FieldShape:
    tokens = [seen.token for seen in every]
    values = [as_int(token) for token in tokens]
    ints = [value for value in values if value is not None]
    if len(ints) == len(tokens) and not _are_bits(tokens):
        alone = inputs == 1 and len(ints) == 1
        seen = _doubled(ints[0]) if alone else int_range(ints)
        return FieldShape(seen, None, None, _related(every, ints, inputs))
    if len(ints) < len(tokens) and all(
        value is not None or DECIMAL.fullmatch(token) for value, token in zip(values, tokens, strict=True)
    ):
        floats = float_range([float(token) for token in tokens])
        return FieldShape(None, replace(floats, decimals=max(map(decimals, tokens))), None, ())
    lengths = [len(token) for token in tokens]
    return FieldShape(None, None, text_shape(tokens), _related(every, lengths, inputs, is_text=True))


def _doubled(value: int) -> IntRange:
    """Return a range for the only number ever seen; 1 stays, which may count cases that are only one."""
    if abs(value) <= 1:
        return IntRange(value, value)
    return IntRange(1, 2 * value) if value > 0 else IntRange(2 * value, -1)


def _are_bits(tokens: Sequence[str]) -> bool:
    """Return whether tokens of zeros and ones are no numbers: one is long and no power of ten."""
    told = any(len(token) >= LONG and token.rstrip("0") != "1" for token in tokens)
    return told and set("".join(tokens)) <= BITS


def _related(
    every: Sequence[FieldSeen], own: Sequence[int], inputs: int, is_text: bool = False
) -> tuple[tuple[str, Name], ...]:
    """Return the relations of a field's numbers to those that were read before each of them.

    A bound that many numbers keep is chance unless one of them reaches it; of a few numbers, such as one an
    input, and of numbers of the same line, any bound from above is kept.
    """
    found: list[tuple[str, Name]] = []
    for name in sorted(every[0].before):
        if not all(name in seen.before for seen in every):
            continue
        differences = {value - seen.before[name] for value, seen in zip(own, every, strict=True)}
        beside = name[0] == every[0].field[0]
        few = len(every) <= 2 * inputs or beside
        low, high = min(differences), max(differences)
        if low == high == 0:
            found.append(("==", name))
        elif is_text:
            continue
        elif high == 0:
            found.append(("<=", name))
        elif high == -1 or (high < 0 and few):
            found.append(("<", name))
        elif beside and low >= 0 and len(every) >= SAMPLES_FOR_ORDER:
            found.append((">=" if low == 0 else ">", name))
        elif beside and 0 not in differences and len(every) >= SAMPLES_FOR_DIFFERENCE:
            found.append(("!=", name))
    return tuple(found)
