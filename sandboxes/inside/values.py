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
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

# Tables shared by all coders of a class, so never to be changed: a derived class makes its own.
Writers = Mapping[type, Callable[[Any, Any], Any]]
Readers = Mapping[str, Callable[[Any, Any], Any]]

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
    """Value -> JSON-able form. `other` decides what becomes of objects without a value form.

    `by_type` is the table of exact types, shared by all encoders of a class.
    """

    by_type: ClassVar[Writers] = {
        type(None): lambda self, v: v,
        bool: lambda self, v: v,
        int: lambda self, v: _encode_int(v),
        float: lambda self, v: _encode_float(v),
        str: lambda self, v: _encode_str(v),
        bytes: lambda self, v: {"$bytes": base64.b64encode(v).decode()},
        complex: lambda self, v: {"$complex": [_encode_float(v.real), _encode_float(v.imag)]},
        list: lambda self, v: [self.encode(item) for item in v],
        tuple: lambda self, v: {"$tuple": [self.encode(item) for item in v]},
        set: lambda self, v: {"$set": [self.encode(item) for item in v]},
        frozenset: lambda self, v: {"$frozenset": [self.encode(item) for item in v]},
        dict: lambda self, v: self.encode_dict(v),
    }

    def encode(self, value: Any) -> Any:
        """Return the JSON-able form of `value`. Raises RecursionError where it nests too deeply."""
        form = self.by_type.get(type(value))
        return form(self, value) if form is not None else self.other(value)

    def other(self, value: Any) -> Any:
        """Return the form of an object that is no built-in value: its class name and no more."""
        return {"$opaque": class_name(value)}

    def encode_dict(self, value: dict[Any, Any]) -> Any:
        """Return the form of a dict."""
        if all(type(key) is str and not key.startswith("$") and key.isprintable() for key in value):
            return {key: self.encode(item) for key, item in value.items()}
        return {"$dict": [[self.encode(key), self.encode(item)] for key, item in value.items()]}


class Decoder:
    """JSON-able form -> value; `by_tag` is the table of tags that the decoders of a class understand."""

    by_tag: ClassVar[Readers] = {
        "$tuple": lambda self, f: tuple(self.items(f)),
        "$set": lambda self, f: set(scattered(self.items(f))),
        "$frozenset": lambda self, f: frozenset(scattered(self.items(f))),
        "$dict": lambda self, f: self.decode_dict(f),
        "$bytes": lambda self, f: base64.b64decode(f, validate=True),
        "$complex": lambda self, f: complex(self.real(f[0]), self.real(f[1])),
        "$float": lambda self, f: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[f],
        "$int": lambda self, f: int(f, 16),
        "$str": lambda self, f: "".join(map(chr, f)),
        "$opaque": lambda self, f: Opaque(str(f)[:200]),
    }

    def decode(self, form: Any) -> Any:
        """Return the value of a form.

        Raises:
            ValueFormError: the form is not one of a value, or nests too deeply.
        """
        return self.guarded(lambda: self._decode(form))

    def guarded(self, decoding: Callable[[], Any]) -> Any:
        """Return what `decoding` returns. Raises ValueFormError for whatever a wrong form leads to."""
        try:
            return decoding()
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
                return self.by_tag[tag](self, form[tag])
        self.refuse_tags(form)
        return {key: self._decode(item) for key, item in form.items()}

    def refuse_tags(self, form: dict[str, Any]) -> None:
        """Raise ValueFormError where a key of a plain object looks like a tag."""
        if any(key.startswith("$") for key in form):
            raise ValueFormError(
                "an object with several keys has one that starts with '$'; write it as $dict"
            )

    def decode_dict(self, form: Any) -> dict[Any, Any]:
        """Return the dict of a list of pairs."""
        pairs = [(self._decode(key), self._decode(item)) for key, item in form]
        scattered([key for key, _ in pairs])
        return dict(pairs)

    def items(self, form: Any) -> list[Any]:
        """Return the values of a list of forms."""
        if not isinstance(form, list):
            raise ValueFormError("a $tuple, $set or $frozenset holds a list")
        return [self._decode(item) for item in form]

    def real(self, form: Any) -> float:
        """Return the number of a form."""
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


def scattered(members: list[Any]) -> list[Any]:
    """Return the members of a set or dict to build. Raises ValueFormError for a flood of equal hashes."""
    if len(members) > SAME_HASH_BOUND:
        commonest = max(Counter(map(hash, members)).values())
        if commonest > SAME_HASH_BOUND:
            raise ValueFormError(f"{commonest} members of a set or dict have the same hash")
    return members


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
