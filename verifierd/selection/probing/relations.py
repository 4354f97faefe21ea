"""What the arguments of a call have to do with one another, wherever it held in all tests.

Likely invariants over pairs of quantities, as Daikon's (Ernst et al. 2007): an int is a list's length, or an
index of it, or below another; two lists are equally long; an argument is an item of a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

Place = int | str  # a position or a keyword
Quantity = tuple[Place, str]

QUANTITIES = 48  # more are not related to each other: the pairs grow with the square
ITEMS_READ = 100_000
TESTS_FOR_ORDER = 3  # two quantities are in order by chance in all of n tests with 2^(1-n), about


@dataclass(frozen=True, slots=True)
class Relations:
    """Pairs of quantities that are equal, below or at most the second; and of an item and its list."""

    equal: tuple[tuple[Quantity, Quantity], ...]
    below: tuple[tuple[Quantity, Quantity], ...]
    at_most: tuple[tuple[Quantity, Quantity], ...]
    members: tuple[tuple[Place, Place], ...]

    def hold(self, arguments: Mapping[Place, Any]) -> bool:
        """Return whether all of them hold of these arguments; of a quantity that is not there, they do."""
        seen = quantities(arguments)
        pairs = ((self.equal, _same), (self.below, _less), (self.at_most, _not_more))
        if not all(
            holds(seen[first], seen[second])
            for related, holds in pairs
            for first, second in related
            if first in seen and second in seen
        ):
            return False
        return all(_is_member(arguments[item], arguments[group]) for item, group in self.members)

    def mended(self, arguments: Mapping[Place, Any]) -> dict[Place, Any]:
        """Return the arguments with equal lengths cut to the lesser, and ints that are lengths set so."""
        made, there = dict(arguments), quantities(arguments)
        equal = [(first, second) for first, second in self.equal if first in there and second in there]
        for (first, first_kind), (second, second_kind) in equal:
            if first_kind == second_kind == "length" and first != second:
                length = min(len(made[first]), len(made[second]))
                made[first], made[second] = made[first][:length], made[second][:length]
        for (first, first_kind), (second, second_kind) in equal:
            if first_kind == "value" and second_kind == "length":
                made[first] = len(made[second])
            if first_kind == "length" and second_kind == "value":
                made[second] = len(made[first])
        return made


def relations(tests: Sequence[Mapping[Place, Any]]) -> Relations:
    """Return the relations that hold in all of at least one test's arguments.

    That one quantity is below another is taken for more than chance from `TESTS_FOR_ORDER` tests on, or at
    once where an int is set against a length.
    """
    rows = [quantities(arguments) for arguments in tests]
    names = list(dict.fromkeys(name for row in rows for name in row))[:QUANTITIES]
    equal, below, at_most = [], [], []
    for first, second in permutations(names, 2):
        pairs = [(row[first], row[second]) for row in rows if first in row and second in row]
        if not pairs:
            continue
        if all(_same(*pair) for pair in pairs):
            if names.index(first) < names.index(second):
                equal.append((first, second))
        elif len(pairs) >= TESTS_FOR_ORDER or (first[1] == "value" and second[1] == "length"):
            if all(_less(*pair) for pair in pairs):
                below.append((first, second))
            elif all(_not_more(*pair) for pair in pairs):
                at_most.append((first, second))
    return Relations(tuple(equal), tuple(below), tuple(at_most), _members(tests))


def quantities(arguments: Mapping[Place, Any]) -> dict[Quantity, int]:
    """Return what of the arguments can be compared, at least with each other.

    These are ints, lengths, the least and the greatest int of a list, and the width of a matrix: the length
    that all of its rows have.
    """
    found: dict[Quantity, int] = {}
    for place, value in arguments.items():
        if type(value) is int:
            found[place, "value"] = value
        elif isinstance(value, list | tuple | str):
            found[place, "length"] = len(value)
            if value and not isinstance(value, str):
                _look_into(value[:ITEMS_READ], place, found)
    return found


def _look_into(items: Sequence[Any], place: Place, found: dict[Quantity, int]) -> None:
    if all(type(item) is int for item in items):
        found[place, "least"], found[place, "greatest"] = min(items), max(items)
    elif all(isinstance(item, list | tuple) for item in items):
        widths = {len(item) for item in items}
        if len(widths) == 1:
            found[place, "width"] = widths.pop()


def _members(tests: Sequence[Mapping[Place, Any]]) -> tuple[tuple[Place, Place], ...]:
    if len(tests) < TESTS_FOR_ORDER:
        return ()
    return tuple(
        (item, group)
        for item, group in permutations(list(tests[0])[:QUANTITIES], 2)
        if all(_is_member(arguments[item], arguments[group]) for arguments in tests)
    )


def _is_member(item: Any, group: Any) -> bool:
    if isinstance(group, str):
        return isinstance(item, str) and item in group
    return isinstance(group, list | tuple) and item in group[:ITEMS_READ]


def _same(first: int, second: int) -> bool:
    return first == second


def _less(first: int, second: int) -> bool:
    return first < second


def _not_more(first: int, second: int) -> bool:
    return first <= second
