"""Typed values: `verifier.v1.Value` to Python objects and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE

from sandboxes.inside.values import Opaque
from verifier.v1.values_pb2 import CodePoints, ComplexNumber, Entries, Items, OpaqueObject, Value
from verifierd.api.convert.fields import chosen, shown, under
from verifierd.errors import InvalidField

MAX_DEPTH = 30
INT64_BOUND = 1 << 63
HEX = re.compile(r"-?[0-9a-f]+\Z")


def value_from_proto(message: Value, path: str, depth: int = 1) -> Any:
    """Return the Python object that a typed value stands for.

    Raises:
        InvalidField: no kind is set, an object is opaque, a member of a set or a key is not hashable,
            or values nest deeper than `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise InvalidField(path, "values nest too deeply", f"up to {MAX_DEPTH} levels")
    kind = chosen(message, path, "kind")
    form = getattr(message, kind)
    if kind == "null_value":
        return None
    if kind in PLAIN_KINDS:
        return form
    return READERS[kind](form, under(path, kind), depth)


def value_to_proto(value: Any, depth: int = 1) -> Value:
    """Return the typed value of a Python object; one without a value form becomes opaque."""
    writer = WRITERS.get(type(value))
    if depth > MAX_DEPTH or writer is None:
        return Value(opaque_value=_opaque(value))
    return writer(value, depth)


def _read_big_int(form: str, path: str, _: int) -> int:
    if not HEX.match(form):
        raise InvalidField(
            path, f"{shown(form)} is no integer", "lower-case hexadecimal digits, '-' before them"
        )
    return int(form, 16)


def _read_code_points(form: CodePoints, path: str, _: int) -> str:
    try:
        return "".join(map(chr, form.code_points))
    except (ValueError, OverflowError):
        raise InvalidField(path, "a number is no code point", "0 to 0x10FFFF") from None


def _read_items(form: Items, path: str, depth: int) -> list[Any]:
    return [
        value_from_proto(item, f"{path}.items[{index}]", depth + 1) for index, item in enumerate(form.items)
    ]


def _read_members(form: Items, path: str, depth: int) -> frozenset[Any]:
    members = _read_items(form, path, depth)
    return frozenset(_hashable(member, f"{path}.items[{index}]") for index, member in enumerate(members))


def _read_entries(form: Entries, path: str, depth: int) -> dict[Any, Any]:
    read = {}
    for index, entry in enumerate(form.entries):
        at = f"{path}.entries[{index}]"
        key = _hashable(value_from_proto(entry.key, f"{at}.key", depth + 1), f"{at}.key")
        read[key] = value_from_proto(entry.value, f"{at}.value", depth + 1)
    return read


def _hashable(value: Any, path: str) -> Any:
    try:
        hash(value)
    except TypeError:
        raise InvalidField(
            path, f"a {type(value).__name__} is not hashable", "a value without list, set or dict in it"
        ) from None
    return value


def _refuse_opaque(form: OpaqueObject, path: str, _: int) -> Any:
    raise InvalidField(
        path, f"an object of class {shown(form.class_name)} has no value form", "any other kind of value"
    )


PLAIN_KINDS = frozenset({"bool_value", "int_value", "double_value", "string_value", "bytes_value"})

READERS: dict[str, Callable[[Any, str, int], Any]] = {
    "big_int_value": _read_big_int,
    "code_points_value": _read_code_points,
    "list_value": _read_items,
    "tuple_value": lambda form, path, depth: tuple(_read_items(form, path, depth)),
    "set_value": lambda form, path, depth: set(_read_members(form, path, depth)),
    "frozenset_value": _read_members,
    "dict_value": _read_entries,
    "complex_value": lambda form, path, depth: complex(form.real, form.imaginary),
    "opaque_value": _refuse_opaque,
}


def _write_int(value: int, _: int) -> Value:
    if -INT64_BOUND <= value < INT64_BOUND:
        return Value(int_value=value)
    return Value(big_int_value=format(value, "x"))


def _write_str(value: str, _: int) -> Value:
    try:
        value.encode()
    except UnicodeEncodeError:
        return Value(code_points_value=CodePoints(code_points=map(ord, value)))
    return Value(string_value=value)


def _items(values: Iterable[Any], depth: int) -> Items:
    return Items(items=[value_to_proto(value, depth + 1) for value in values])


def _write_dict(value: dict[Any, Any], depth: int) -> Value:
    entries = [
        Entries.Entry(key=value_to_proto(key, depth + 1), value=value_to_proto(item, depth + 1))
        for key, item in value.items()
    ]
    return Value(dict_value=Entries(entries=entries))


def _opaque(value: Any) -> OpaqueObject:
    if isinstance(value, Opaque):
        return OpaqueObject(class_name=_sendable(value.class_name), reason="it has no value form")
    reason = f"it nests deeper than {MAX_DEPTH} levels" if type(value) in WRITERS else "it has no value form"
    return OpaqueObject(class_name=_sendable(type(value).__name__), reason=reason)


def _sendable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


WRITERS: dict[type, Callable[[Any, int], Value]] = {
    type(None): lambda value, depth: Value(null_value=NULL_VALUE),
    bool: lambda value, depth: Value(bool_value=value),
    int: _write_int,
    float: lambda value, depth: Value(double_value=value),
    str: _write_str,
    bytes: lambda value, depth: Value(bytes_value=value),
    list: lambda value, depth: Value(list_value=_items(value, depth)),
    tuple: lambda value, depth: Value(tuple_value=_items(value, depth)),
    set: lambda value, depth: Value(set_value=_items(value, depth)),
    frozenset: lambda value, depth: Value(frozenset_value=_items(value, depth)),
    dict: _write_dict,
    complex: lambda value, depth: Value(complex_value=ComplexNumber(real=value.real, imaginary=value.imag)),
}
