"""How values cross between a test program and the candidate, two processes, by copy.

Beyond the plain value forms of `values`: the standard library's own containers, numbers and dates,
ranges, slices, dict views, built-in types, and handles for objects that have no value form. A handle
names an object that stays where it is; only its owner can look inside.

    {"$std": [name, content, ...]}  {"$range": [start, stop, step]}  {"$slice": [start, stop, step]}
    {"$view": [kind, form]}  {"$named": [class, [field, ...], [form, ...]]}  {"$builtin": name}
    {"$same": number} (a container of this call that has crossed, see `copies`)
    {"$exception": ancestry} (a class, see `raising`)
    {"$mine": {"id", "class", "kind", "callable", "iterator"}} (the sender's object; kind: of one class)
    {"$yours": id} (the receiver's)
"""

from __future__ import annotations

import builtins
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from .values import ValueFormError

VIEWS: dict[type, str] = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
# How to get the true content of an instance of a derived class, past any method that it redefines.
CONTENT: dict[type, Callable[[Any], Any]] = {
    str: lambda v: str.__getitem__(v, slice(None)) if str.__len__(v) else "",
    int: lambda v: int.__add__(v, 0),
    float: lambda v: float.__add__(v, 0.0) if float.__ne__(v, 0.0) else float.__mul__(v, 1.0),
    complex: lambda v: complex.__mul__(v, 1),
    bytes: lambda v: bytes.__getitem__(v, slice(None)),
    list: lambda v: [*list.__iter__(v)],
    tuple: lambda v: (*tuple.__iter__(v),),
    dict: lambda v: dict([*dict.items(v)]),
    set: lambda v: {*set.__iter__(v)},
    frozenset: lambda v: frozenset([*frozenset.__iter__(v)]),
}
# The standard library's values that cross as the arguments that make them anew, by module and class.
MADE_OF: dict[tuple[str, str], Callable[[Any], list[Any]]] = {
    ("decimal", "Decimal"): lambda v: [str(v)],
    ("fractions", "Fraction"): lambda v: [str(v)],
    ("datetime", "date"): lambda v: [v.year, v.month, v.day],
    ("datetime", "datetime"): lambda v: [*v.timetuple()[:6], v.microsecond],
    ("datetime", "time"): lambda v: [v.hour, v.minute, v.second, v.microsecond],
    ("datetime", "timedelta"): lambda v: [v.days, v.seconds, v.microseconds],
    ("pathlib", "PosixPath"): lambda v: [str(v)],
    ("pathlib", "PurePosixPath"): lambda v: [str(v)],
}
MODULE_OF = {name: module for module, name in MADE_OF}
ARGUMENT_CHARACTERS = 10_000
# Types that may come from a candidate: none makes a class or runs a text.
TYPES = frozenset(
    kind.__name__
    for kind in (bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, set, str, tuple)
)
EVERY_BUILTIN = frozenset(name for name, what in vars(builtins).items() if callable(what))
CONTAINERS = (Counter, OrderedDict, defaultdict, deque, bytearray)
EXACT_STD: dict[type, str] = {kind: kind.__name__ for kind in CONTAINERS}


class Exports:
    """Objects that stay on this side, by the number that the other side knows them by."""

    def __init__(self) -> None:
        """Start with none."""
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._kinds: dict[int, tuple[int, type]] = {}

    def number(self, thing: Any) -> int:
        """Return the thing's number, the same each time; the thing is kept alive."""
        number = self._numbers.setdefault(id(thing), len(self._objects))
        if number == len(self._objects):
            self._objects.append(thing)
        return number

    def kind_number(self, thing: Any) -> int:
        """Return a number for the thing's class that is no thing's: a metaclass, called, makes classes."""
        kind = type(thing)
        return self._kinds.setdefault(id(kind), (len(self._kinds), kind))[0]

    def thing(self, number: Any) -> Any:
        """Return the thing of a number. Raises ValueFormError where there is none."""
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise ValueFormError(f"no object has the number {number!r}")
        return self._objects[number]
