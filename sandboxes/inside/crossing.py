"""How values cross between a test program and the candidate, two processes, by copy.

Beyond the plain value forms of `values`: the standard library's own containers and numbers, ranges,
dict views, iterators drawn within a bound, and handles for objects that have no value form. A handle
names an object that stays where it is; only its owner can look inside.

    {"$std": [name, form]}  {"$range": [start, stop, step]}  {"$view": [kind, form]}
    {"$iter": {"items": [...], "more": bool}}
    {"$mine": {"id", "class", "true", "callable"}} (the sender's object)  {"$yours": id} (the receiver's)
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from .values import Decoder, Encoder, ValueFormError, class_name

DRAWN_ITEMS = 10_000
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
TEXT_NUMBERS = (("decimal", "Decimal"), ("fractions", "Fraction"))


class DrawnIterator:
    """An iterator whose items were drawn on the other side; like any iterator, equal to itself only."""

    def __init__(self, items: list[Any], more: bool) -> None:
        """Hold the items; `more` says that the bound was reached before the end."""
        self._items = iter(items)
        self._more = more

    def __iter__(self) -> DrawnIterator:
        """Return itself."""
        return self

    def __next__(self) -> Any:
        """Return the next item. Raises RuntimeError past the bound."""
        for item in self._items:
            return item
        if self._more:
            raise RuntimeError(f"the iterator has more than the {DRAWN_ITEMS} items that are drawn")
        raise StopIteration


class Exports:
    """Objects that stay on this side, by the number that the other side knows them by."""

    def __init__(self) -> None:
        """Start with none."""
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def number(self, thing: Any) -> int:
        """Return the thing's number, the same each time; the thing is kept alive."""
        number = self._numbers.setdefault(id(thing), len(self._objects))
        if number == len(self._objects):
            self._objects.append(thing)
        return number

    def thing(self, number: Any) -> Any:
        """Return the thing of a number. Raises ValueFormError where there is none."""
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise ValueFormError(f"no object has the number {number!r}")
        return self._objects[number]


class CrossingEncoder(Encoder):
    """Encodes what the other side may hold; the rest stays here and is exported by number."""

    def __init__(self, exports: Exports, foreign: Callable[[Any], int | None]) -> None:
        """`foreign` returns the number of an object that is the other side's, None for all others."""
        super().__init__()
        self._exports = exports
        self._foreign = foreign
        self.by_type |= {
            range: lambda v: {"$range": [v.start, v.stop, v.step]},
            bytearray: lambda v: {"$std": ["bytearray", self.encode(bytes(v))]},
            Counter: lambda v: {"$std": ["Counter", self._pairs(v)]},
            OrderedDict: lambda v: {"$std": ["OrderedDict", self._pairs(v)]},
            defaultdict: lambda v: {"$std": ["defaultdict", self._pairs(v)]},
            deque: lambda v: {"$std": ["deque", [self.encode(item) for item in v]]},
        }

    def other(self, value: Any) -> Any:
        """Encode what is no exact built-in value."""
        kind = type(value)
        if kind in VIEWS:
            return {"$view": [VIEWS[kind], [self.encode(item) for item in value]]}
        for module, name in TEXT_NUMBERS:
            if kind is getattr(sys.modules.get(module), name, None):
                return {"$std": [name, str(value)]}
        number = self._foreign(value)
        if number is not None:
            return {"$yours": number}
        for base in CONTENT:
            if issubclass(kind, base):
                return self._subclass(value, base)
        if isinstance(value, Iterator):
            items = [self.encode(item) for item in islice(value, DRAWN_ITEMS)]
            return {"$iter": {"items": items, "more": len(items) == DRAWN_ITEMS}}
        return self.handle(value)

    def handle(self, value: Any) -> Any:
        """Return the form of an object that stays here."""
        return {
            "$mine": {
                "id": self._exports.number(value),
                "class": class_name(value),
                "true": bool(value),
                "callable": callable(value),
            }
        }

    def _subclass(self, value: Any, base: type) -> Any:
        """Encode an instance of a class derived from a built-in one by the built-in's content.

        Only its true content crosses, never its methods; one that redefines equality has no value form.
        """
        if type(value).__eq__ is not base.__eq__:
            return self.handle(value)
        return self.encode(CONTENT[base](value))

    def _pairs(self, value: dict[Any, Any]) -> list[Any]:
        return [[self.encode(key), self.encode(item)] for key, item in dict.items(value)]


class CrossingDecoder(Decoder):
    """Decodes what `CrossingEncoder` made on the other side; the text is not trusted."""

    def __init__(self, exports: Exports, stand_in: Callable[[int, str, bool, bool], Any]) -> None:
        """`stand_in(id, class name, truth, callable)` returns what represents the other side's object."""
        super().__init__()
        self.by_tag |= {
            "$range": lambda f: range(*self._decode(f)),
            "$iter": lambda f: DrawnIterator(self._items(f["items"]), f["more"] is True),
            "$view": self._view,
            "$std": self._standard,
            "$yours": exports.thing,
            "$mine": lambda f: stand_in(
                int(f["id"]), str(f["class"])[:200], f["true"] is True, f["callable"] is True
            ),
        }

    def _view(self, form: Any) -> Any:
        kind, items = form[0], self._items(form[1])
        if kind == "keys":
            return dict.fromkeys(items).keys()
        return dict(enumerate(items)).values() if kind == "values" else dict(items).items()

    def _standard(self, form: Any) -> Any:
        name, content = form
        if name in ("Decimal", "Fraction"):
            return _text_number(name, str(content))
        if name in ("deque", "bytearray"):
            return deque(self._items(content)) if name == "deque" else bytearray(self._decode(content))
        pairs = [(self._decode(key), self._decode(item)) for key, item in content]
        if name == "Counter":
            return Counter(dict(pairs))
        return OrderedDict(pairs) if name == "OrderedDict" else dict(pairs)


def update_in_place(old: Any, new: Any) -> None:
    """Make a container equal to its changed copy, keeping its identity and, where it can, its items'."""
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            for place, item in enumerate(new):
                old[place] = _merged(old[place], item)
        else:
            old[:] = new
    elif isinstance(old, dict) and isinstance(new, dict):
        merged = {key: _merged(old[key], item) if key in old else item for key, item in new.items()}
        old.clear()
        old.update(merged)
    elif isinstance(old, set) and isinstance(new, set):
        old.clear()
        old.update(new)
    elif isinstance(old, deque) and isinstance(new, deque):
        old.clear()
        old.extend(new)
    elif isinstance(old, bytearray) and isinstance(new, bytearray):
        old[:] = new
    elif isinstance(old, tuple) and isinstance(new, tuple):
        for held, changed in zip(old, new, strict=False):
            update_in_place(held, changed)


def _merged(old: Any, new: Any) -> Any:
    if type(old) is type(new) and isinstance(old, (list, dict, set, deque, bytearray)):
        update_in_place(old, new)
        return old
    return new


def _text_number(name: str, text: str) -> Any:
    if len(text) > 10_000:
        raise ValueFormError(f"a {name} of {len(text)} characters is over the bound of 10000")
    from decimal import Decimal
    from fractions import Fraction

    try:
        return Decimal(text) if name == "Decimal" else Fraction(text)
    except (ArithmeticError, ValueError) as error:
        raise ValueFormError(f"not a {name}: {error}") from None
