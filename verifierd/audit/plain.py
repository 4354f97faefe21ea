"""Frozen dataclasses as plain JSON and back, by the types that their fields declare.

An enum is written by its name, which a person reads and which stays when numbers move; bytes as hexadecimal
digits; a float that JSON has no form for as `"nan"`, `"inf"` or `"-inf"`. Reading ignores fields that it does
not know and takes the default of those that are missing, so that records of other versions can be read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LeftOut = Mapping[type, frozenset[str]]
NOT_FINITE = frozenset({"nan", "inf", "-inf"})
_AS_THEY_ARE = frozenset({str, int, bool, NoneType})


class NotPlain(ValueError):
    """A form that is none of the type wanted. The text names the field and what is wrong with it."""


def to_plain(value: Any, left_out: LeftOut) -> Any:
    """Return what `json.dumps` takes for a value; without the fields that `left_out` names by class.

    Raises:
        TypeError: a value is of a type that has no plain form.
    """
    kind: type = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return value if math.isfinite(value) else repr(value)
    if kind is tuple:
        return [to_plain(item, left_out) for item in value]
    written = _written(kind, left_out.get(kind))
    if written is not None:
        form = {}
        for name in written:
            item = getattr(value, name)
            form[name] = item if type(item) in _AS_THEY_ARE else to_plain(item, left_out)  # most are
        return form
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return {_key(key): to_plain(item, left_out) for key, item in value.items()}
    if kind is bytes:
        return value.hex()
    raise TypeError(f"a value of class {kind.__name__} has no plain form")


def from_plain(hint: Any, form: Any, path: str = "") -> Any:
    """Return the value of type `hint` that a plain form stands for. What was put in by hand stays.

    Raises:
        NotPlain: it is the form of something else.
    """
    reader = _READERS.get(hint)
    if reader is not None:
        return reader(form, path)
    if hint is Any:
        return form
    if isinstance(hint, type) and is_dataclass(hint):
        return _read_object(hint, form, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _read_name(hint, form, path)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and NoneType in arguments and len(arguments) == 2:
        other = arguments[0] if arguments[1] is NoneType else arguments[1]
        return None if form is None else from_plain(other, form, path)
    if origin is tuple:
        if not isinstance(form, list | tuple):
            raise _wrong(path, form, "a list")
        return tuple(from_plain(arguments[0], item, f"{path}[{place}]") for place, item in enumerate(form))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(form, dict):
            raise _wrong(path, form, "an object")
        key_hint, hint_of_values = arguments
        return {
            from_plain(key_hint, key, path): from_plain(hint_of_values, item, f"{path}.{key}")
            for key, item in form.items()
        }
    raise TypeError(f"values of type {hint} have no plain form")


@cache
def _written(kind: type, left_out: frozenset[str] | None) -> tuple[str, ...] | None:
    """Return the fields that are written of a dataclass; None for any other class."""
    if not is_dataclass(kind):
        return None
    return tuple(each.name for each in fields(kind) if not left_out or each.name not in left_out)


@cache
def _read_fields(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, type and whether it must be there, for each field of a dataclass."""
    hints = get_type_hints(kind)
    return tuple((each.name, hints[each.name], _is_required(each)) for each in fields(kind))


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _key(key: Any) -> str:
    return key.name if isinstance(key, Enum) else str(key)


def _read_object(kind: type, form: Any, path: str) -> Any:
    if not isinstance(form, dict):
        raise _wrong(path, form, "an object")
    given = {}
    for name, hint, is_required in _read_fields(kind):
        within = f"{path}.{name}" if path else name
        if name in form:
            given[name] = from_plain(hint, form[name], within)
        elif is_required:
            raise NotPlain(f"field {within} is missing")
    return kind(**given)


def _read_name(kind: type[Enum], form: Any, path: str) -> Enum:
    if not isinstance(form, str) or form not in kind.__members__:
        raise _wrong(path, form, f"one of {', '.join(kind.__members__)}")
    return kind[form]


def _read_int(form: Any, path: str) -> int:
    if type(form) is not int:
        raise _wrong(path, form, "a whole number")
    return form


def _read_float(form: Any, path: str) -> float:
    if type(form) in (int, float) or (isinstance(form, str) and form in NOT_FINITE):
        with suppress(OverflowError):
            return float(form)
    raise _wrong(path, form, "a number")


def _read_bool(form: Any, path: str) -> bool:
    if not isinstance(form, bool):
        raise _wrong(path, form, "true or false")
    return form


def _read_str(form: Any, path: str) -> str:
    if not isinstance(form, str):
        raise _wrong(path, form, "a text")
    return form


def _read_bytes(form: Any, path: str) -> bytes:
    if isinstance(form, bytes):
        return form
    try:
        return bytes.fromhex(form)
    except (TypeError, ValueError):
        raise _wrong(path, form, "hexadecimal digits") from None


_READERS: Mapping[Any, Callable[[Any, str], Any]] = {
    int: _read_int,
    float: _read_float,
    bool: _read_bool,
    str: _read_str,
    bytes: _read_bytes,
}


def _wrong(path: str, form: Any, wanted: str) -> NotPlain:
    return NotPlain(f"field {path} must be {wanted}, and is {str(form)[:40]!r}")
