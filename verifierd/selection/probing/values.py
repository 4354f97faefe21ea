"""One value made into another of the same place: types, sizes and order are kept as its shape says."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from verifierd.selection.probing.identity import identity, in_order
from verifierd.selection.probing.shapes import (
    GROWTH,
    MappingShape,
    SequenceShape,
    Shape,
    differ,
    have_one_order,
)

CROSSED = 0.15
Edit = Callable[[list[Any], SequenceShape, Random], None]


def mutated(value: Any, shape: Shape, rng: Random) -> Any:
    """Return a value of the same place as this one, most often another; never changes it in place.

    At times it is one that was seen there before: EvalPlus's ingredients, and a crossover of two tests.
    """
    if shape.enumerated or rng.random() < CROSSED:
        return rng.choice(shape.pool)
    kind = type(value)
    if kind is bool:
        return not value
    if kind is int and shape.ints is not None:
        return shape.ints.near(value, rng) if rng.random() < 0.3 else shape.ints.draw(rng)
    if kind is float and shape.floats is not None:
        return shape.floats.draw(rng) if shape.floats.low <= shape.floats.high else value
    if kind is complex:
        return rng.choice([value.conjugate(), -value, complex(value.imag, value.real)])
    if kind is str and shape.texts is not None:
        return shape.texts.mutated(value, rng)
    if kind is bytes and shape.blobs is not None:
        return shape.blobs.mutated(value.decode("latin-1"), rng).encode("latin-1")
    if kind is dict and shape.mappings is not None:
        return _mutated_mapping(value, shape.mappings, rng)
    if kind in shape.sequences:
        items = in_order(value) if kind in (set, frozenset) else list(value)
        return kind(_mutated_items(items, shape.sequences[kind], rng, kind in (set, frozenset)))
    return rng.choice(shape.pool)


def _mutated_items(items: list[Any], shape: SequenceShape, rng: Random, is_set: bool) -> list[Any]:
    if len(items) == len(shape.fields) > 0:
        place = rng.randrange(len(items))
        items[place] = mutated(items[place], shape.fields[place], rng)
        return items
    if shape.items is None:
        return items
    for _ in range(rng.choice((1, 1, 2, 4))):
        edits = _EDITS_IN_PLACE if shape.shortest == shape.longest else (*_EDITS_IN_PLACE, *_EDITS_OF_LENGTH)
        rng.choice(edits)(items, shape, rng)
    if (shape.distinct or is_set) and not differ(items):
        items = list({identity(item): item for item in items}.values())
    if (shape.ascending or shape.descending) and have_one_order(items):
        items.sort(reverse=not shape.ascending)
    return items


def _mutated_mapping(value: dict[Any, Any], shape: MappingShape, rng: Random) -> dict[Any, Any]:
    made = dict(value)
    if shape.keys is None or shape.items is None:
        return made
    key = rng.choice(list(made)) if made else None
    if key in shape.fields:
        made[key] = mutated(made[key], shape.fields[key], rng)
        return made
    varies = shape.shortest < shape.longest
    match rng.randrange(4):
        case 0 if made and varies and len(made) > min(shape.shortest, 1):
            del made[key]
        case 1 if varies and len(made) < GROWTH * shape.longest:
            fresh = rng.choice(shape.keys.pool)
            made[mutated(fresh, shape.keys, rng)] = rng.choice(shape.items.pool)
        case 2 if made:
            fresh = mutated(key, shape.keys, rng)
            made = {fresh if each == key else each: item for each, item in made.items()}
        case _ if made:
            made[key] = mutated(made[key], shape.items, rng)
    return made


def _new_item(shape: SequenceShape, rng: Random, like: Any = None) -> Any:
    """Return an item of the place; in a matrix one as long as `like`."""
    if shape.items is None:
        return like
    if shape.even and like is not None:
        return _kept_length(like, shape.items, rng)
    fresh = rng.choice(shape.items.pool)
    return fresh if rng.random() < 0.3 else mutated(fresh, shape.items, rng)


def _kept_length(row: Any, shape: Shape, rng: Random) -> Any:
    """Return another row of a matrix, as long as this one."""
    if isinstance(row, str):
        return shape.texts.drawn(len(row), rng) if shape.texts is not None else row
    cells = shape.sequences.get(type(row))
    if cells is None or cells.items is None:
        return row
    made = [each if rng.random() < 0.5 else mutated(each, cells.items, rng) for each in row]
    if cells.ascending and have_one_order(made):
        made.sort()
    return type(row)(made)


def _change(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    if items and shape.items is not None:
        place = rng.randrange(len(items))
        if shape.even:
            items[place] = _kept_length(items[place], shape.items, rng)
        else:
            items[place] = mutated(items[place], shape.items, rng)


def _repeat(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    """Write an item over another: equal ones are what programs on sequences are wrong about."""
    if items and not shape.distinct:
        items[rng.randrange(len(items))] = rng.choice(items)


def _swap(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    if items:
        first, second = rng.randrange(len(items)), rng.randrange(len(items))
        items[first], items[second] = items[second], items[first]


def _reverse(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    items.reverse()


def _shuffle(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    rng.shuffle(items)


def _renew(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    for place, item in enumerate(items):
        if rng.random() < 0.5:
            items[place] = _new_item(shape, rng, item)


def _insert(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    if len(items) < shape.lengths[1]:
        items.insert(rng.randint(0, len(items)), _new_item(shape, rng, items[0] if items else None))


def _remove(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    if len(items) > shape.lengths[0]:
        del items[rng.randrange(len(items))]


def _keep_part(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    length = rng.randint(min(shape.lengths[0], len(items)), len(items))
    begin = rng.randint(0, len(items) - length)
    items[:] = items[begin : begin + length]


def _double(items: list[Any], shape: SequenceShape, rng: Random) -> None:
    """Insert an item that is there already: EvalPlus's repeat."""
    if items and len(items) < shape.lengths[1]:
        items.insert(rng.randint(0, len(items)), rng.choice(items))


_EDITS_IN_PLACE: tuple[Edit, ...] = (_change, _change, _repeat, _swap, _reverse, _shuffle, _renew)
_EDITS_OF_LENGTH: tuple[Edit, ...] = (_insert, _remove, _keep_part, _double, _insert)
