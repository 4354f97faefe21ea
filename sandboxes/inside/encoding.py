"""Values to forms on their way to the other process of an `asserts` run; see `crossing`."""

from __future__ import annotations

import builtins
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from .copies import DICTS, Copies, octets_text
from .crossing import CONTENT, EXACT_STD, MADE_OF, VIEWS, Exports
from .values import Encoder, Writers, class_name


class CrossingEncoder(Encoder):
    """Encodes what the other side may hold, within one call; the rest stays here, exported by number."""

    by_type: ClassVar[Writers] = {
        **Encoder.by_type,
        list: lambda self, v: self.container(v),
        dict: lambda self, v: self.container(v),
        set: lambda self, v: self.container(v),
        **dict.fromkeys(EXACT_STD, lambda self, v: self.container(v)),
        range: lambda self, v: {"$range": [v.start, v.stop, v.step]},
        slice: lambda self, v: {"$slice": [self.encode(part) for part in (v.start, v.stop, v.step)]},
        type(...): lambda self, v: {"$builtin": "Ellipsis"},
    }

    def __init__(
        self,
        exports: Exports,
        foreign: Callable[[Any], int | None],
        ancestry: Callable[[type], Any],
        copies: Copies,
        given: frozenset[str],
    ) -> None:
        """`foreign` returns the number of the other side's object; built-ins of `given` cross by name."""
        self._ancestry = ancestry
        self._exports = exports
        self._foreign = foreign
        self._copies = copies
        self._given = given

    def encode_alone(self, value: Any) -> Any:
        """Return the form of a value that shares no container with what crossed before."""
        self._copies = Copies()
        return self.encode(value)

    def content(self, container: Any) -> Any:
        """Return the form of what a container holds: items, pairs of a dict, or bytes."""
        if isinstance(container, bytearray):
            return octets_text(container)
        if isinstance(container, DICTS):
            return [[self.encode(key), self.encode(item)] for key, item in dict.items(container)]
        return [self.encode(item) for item in container]

    def other(self, value: Any) -> Any:
        """Encode what is no exact built-in value."""
        kind = type(value)
        if kind in VIEWS:
            return {"$view": [VIEWS[kind], [self.encode(item) for item in value]]}
        number = self._foreign(value)
        if number is not None:
            return {"$yours": number}
        if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ != "builtins":
            return {"$exception": self._ancestry(value)}
        name = getattr(value, "__name__", None) if callable(value) else None
        if type(name) is str and name in self._given and vars(builtins).get(name) is value:
            return {"$builtin": name}
        made_of = MADE_OF.get((kind.__module__, kind.__name__))
        its_own = getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
        if made_of and its_own and getattr(value, "tzinfo", None) is None:
            return {"$std": [kind.__name__, made_of(value)]}
        for base in CONTENT:
            if issubclass(kind, base):
                return self._derived(value, base)
        return self.handle(value)

    def handle(self, value: Any) -> Any:
        """Return the form of an object that stays here."""
        return {
            "$mine": {
                "id": self._exports.number(value),
                "class": class_name(value),
                "kind": self._exports.kind_number(value),
                "callable": callable(value),
                "iterator": isinstance(value, Iterator),
            }
        }

    def container(self, value: Any, base: type | None = None) -> Any:
        """Encode a mutable container, one of a derived class by the content of its `base`."""
        known = self._copies.number(value)
        if known is not None:
            return {"$same": known}
        self._copies.add(value)
        kind, plain = (type(value), value) if base is None else (base, CONTENT[base](value))
        if kind is list:
            return [self.encode(item) for item in plain]
        if kind is dict:
            return self.encode_dict(plain)
        if kind is set:
            return {"$set": self.content(plain)}
        form = [EXACT_STD[kind], self.content(plain)]
        if kind is deque:
            form.append(plain.maxlen)
        elif kind is defaultdict:
            factory = plain.default_factory
            form.append(self.encode(factory) if isinstance(factory, type) else None)
        return {"$std": form}

    def _derived(self, value: Any, base: type) -> Any:
        """Encode an instance of a class derived from a built-in one by the built-in's content.

        Only its true content crosses, never its methods; one that redefines equality has no value form.
        """
        if type(value).__eq__ is not base.__eq__:
            return self.handle(value)
        if base in (list, dict, set):
            return self.container(value, base)
        content = CONTENT[base](value)
        fields = type(value).__dict__.get("_fields")
        if base is tuple and type(fields) is tuple and len(fields) == len(content):
            return {"$named": [class_name(value), list(fields), [self.encode(item) for item in content]]}
        return self.encode(content)
