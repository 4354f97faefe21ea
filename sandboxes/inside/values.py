"""The restricted serialiser: typed Python values as tagged JSON, never pickle.

Only exact built-in types have a value form. None, bool, str, int below 2**63 and finite floats are
themselves; everything else is an object with one key that starts with "$":

    {"$tuple": [...]}  {"$set": [...]}  {"$frozenset": [...]}  {"$dict": [[key, value], ...]}
    {"$bytes": base64} {"$complex": [re, im]} {"$float": "nan" | "inf" | "-inf"} {"$int": hex}
    {"$str": [code points]} (lone surrogates)   {"$opaque": class name}

A dict whose keys are all strings that do not start with "$" is a plain JSON object.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

SMALL_INT_BOUND = 1 << 63
CONTAINERS_BOUND = 500_000  # "[],[],..." takes 3 bytes an item as text and 20 times as much as objects
QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
# Members of a set or dict with one hash: honest ones have few, building many is quadratic.
SAME_HASH_BOUND = 64


class ValueFormError(ValueError):
    """A text that is not the form of any value."""


class Opaque:
    """Stands for an object that has no value form. Equal to nothing, itself included."""

    __slots__ = ("class_name",)
    __hash__ = object.__hash__

    def __init__(self, class_name: str) -> None:
        """Keep the class name, which is the program's own word and untrusted."""
        self.class_name = class_name

    def __eq__(self, other: object) -> bool:
        """Return False: nothing is known of the object but its class name."""
        return False

    def __repr__(self) -> str:
        """Name the class, for a person."""
        return f"<object of class {self.class_name}>"


class Encoder:
    """Value -> JSON-able form. `other` decides what becomes of objects without a value form."""

    def __init__(self) -> None:
        """Build the table of exact types."""
        self.by_type: dict[type, Callable[[Any], Any]] = {
            type(None): _itself,
            bool: _itself,
            int: _encode_int,
            float: _encode_float,
            str: _encode_str,
            bytes: lambda v: {"$bytes": base64.b64encode(v).decode()},
            complex: lambda v: {"$complex": [_encode_float(v.real), _encode_float(v.imag)]},
            list: lambda v: [self.encode(item) for item in v],
            tuple: lambda v: {"$tuple": [self.encode(item) for item in v]},
            set: lambda v: {"$set": [self.encode(item) for item in v]},
            frozenset: lambda v: {"$frozenset": [self.encode(item) for item in v]},
            dict: self._encode_dict,
        }

    def encode(self, value: Any) -> Any:
        """Return the JSON-able form of `value`. Raises RecursionError where it nests too deeply."""
        form = self.by_type.get(type(value))
        return form(value) if form is not None else self.other(value)

    def other(self, value: Any) -> Any:
        """Return the form of an object that is no built-in value: its class name and no more."""
        return {"$opaque": class_name(value)}

    def _encode_dict(self, value: dict[Any, Any]) -> Any:
        if all(type(key) is str and not key.startswith("$") and key.isprintable() for key in value):
            return {key: self.encode(item) for key, item in value.items()}
        return {"$dict": [[self.encode(key), self.encode(item)] for key, item in value.items()]}


class Decoder:
    """JSON-able form -> value; `by_tag` is the table of tags that it understands."""

    def __init__(self) -> None:
        """Build the table of tags."""
        self.by_tag: dict[str, Callable[[Any], Any]] = {
            "$tuple": lambda f: tuple(self._items(f)),
            "$set": lambda f: set(_scattered(self._items(f))),
            "$frozenset": lambda f: frozenset(_scattered(self._items(f))),
            "$dict": self._dict,
            "$bytes": lambda f: base64.b64decode(f, validate=True),
            "$complex": lambda f: complex(self._real(f[0]), self._real(f[1])),
            "$float": lambda f: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[f],
            "$int": lambda f: int(f, 16),
            "$str": lambda f: "".join(map(chr, f)),
            "$opaque": lambda f: Opaque(str(f)[:200]),
        }

    def decode(self, form: Any) -> Any:
        """Return the value of a form.

        Raises:
            ValueFormError: the form is not one of a value, or nests too deeply.
        """
        try:
            return self._decode(form)
        except ValueFormError:
            raise
        except RecursionError:
            raise ValueFormError("the value nests too deeply") from None
        except (TypeError, ValueError, KeyError, IndexError, binascii.Error, OverflowError) as error:
            raise ValueFormError(f"not the form of a value: {error}") from None

    def _decode(self, form: Any) -> Any:
        if isinstance(form, list):
            return [self._decode(item) for item in form]
        if not isinstance(form, dict):
            return form
        if len(form) == 1:
            tag = next(iter(form))
            if tag.startswith("$"):
                if tag not in self.by_tag:
                    raise ValueFormError(f"unknown tag {tag!r}; allowed: {', '.join(sorted(self.by_tag))}")
                return self.by_tag[tag](form[tag])
        if any(key.startswith("$") for key in form):
            raise ValueFormError(
                "an object with several keys has one that starts with '$'; write it as $dict"
            )
        return {key: self._decode(item) for key, item in form.items()}

    def _dict(self, form: Any) -> dict[Any, Any]:
        pairs = [(self._decode(key), self._decode(item)) for key, item in form]
        _scattered([key for key, _ in pairs])
        return dict(pairs)

    def _items(self, form: Any) -> list[Any]:
        if not isinstance(form, list):
            raise ValueFormError("a $tuple, $set or $frozenset holds a list")
        return [self._decode(item) for item in form]

    def _real(self, form: Any) -> float:
        number = self._decode(form)
        if type(number) is not float and type(number) is not int:
            raise ValueFormError("$complex holds two floats")
        return float(number)


def encode(value: Any) -> Any:
    """Return the JSON-able form of a value; what has none becomes `$opaque`."""
    return Encoder().encode(value)


def decode(form: Any) -> Any:
    """Return the value of a JSON-able form. Raises ValueFormError."""
    return Decoder().decode(form)


def dumps(value: Any, encoder: Encoder | None = None) -> str:
    """Return a value as one line of ASCII JSON; one that nests too deeply becomes `$opaque`."""
    try:
        form = (encoder or Encoder()).encode(value)
        return json.dumps(form, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        return json.dumps({"$opaque": f"{class_name(value)} (nests too deeply)"})


def loads(text: str | bytes, decoder: Decoder | None = None) -> Any:
    """Return the value of a text made by `dumps`, or by anybody: the text is not trusted.

    Raises:
        ValueFormError: the text is not JSON, or not the form of a value.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if crowded(data):
        raise ValueFormError(f"more than {CONTAINERS_BOUND} lists and objects in one value")
    try:
        form = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueFormError("the value nests too deeply") from None
    except ValueError as error:
        raise ValueFormError(f"not JSON: {error}") from None
    return (decoder or Decoder()).decode(form)


def crowded(text: bytes) -> bool:
    """Tell whether a text has more lists and objects in it than `loads` takes."""
    return _containers(text) > CONTAINERS_BOUND and _containers(QUOTED.sub(b"", text)) > CONTAINERS_BOUND


def class_name(value: Any) -> str:
    """Return an object's class name, bounded; the class itself may lie about it."""
    return str(type.__getattribute__(type(value), "__name__"))[:200]


def _containers(text: bytes) -> int:
    return text.count(b"[") + text.count(b"{")


def _scattered(members: list[Any]) -> list[Any]:
    """Return the members of a set or dict to build. Raises ValueFormError for a flood of equal hashes."""
    if len(members) > SAME_HASH_BOUND:
        commonest = max(Counter(map(hash, members)).values())
        if commonest > SAME_HASH_BOUND:
            raise ValueFormError(f"{commonest} members of a set or dict have the same hash")
    return members


def _itself(value: Any) -> Any:
    return value


def _encode_int(value: int) -> Any:
    return value if -SMALL_INT_BOUND < value < SMALL_INT_BOUND else {"$int": format(value, "x")}


def _encode_float(value: float) -> Any:
    if math.isfinite(value):
        return value
    return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}


def _encode_str(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        return {"$str": [ord(char) for char in value]}
    return value


def _no_constant(name: str) -> Any:
    raise ValueFormError(f"{name} is not allowed bare; write it as $float")
