"""Typed values: `verifier.v1.Value` to Python objects and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE

from sandboxes.inside.values import Opaque
from verifier.v1.values_pb2 import CodePoints, ComplexNumber, Entries, Items, OpaqueObject, Value
from verifierd.api.convert.fields import chosen, shown, under
from verifierd.api.convert.keys import Keys
from verifierd.errors import InvalidField
from verifierd.judging.showing import show_value

MAX_DEPTH = 30
INT64_BOUND = 1 << 63
HEX = re.compile(r"-?[0-9a-f]+\Z")


def value_from_proto(message: Value, path: str) -> Any:
    """Return the Python object that a typed value stands for, in time that grows linearly with its size.

    Raises:
        InvalidField: no kind is set, an object is opaque, values nest deeper than `MAX_DEPTH`, or what is
            in a set or a key is not hashable, equal to another there, or has the hash of too many others.
    """
    try:
        return _read(message, 1)
    except InvalidField as error:
        raise _within(path, error) from None


def value_to_proto(value: Any, depth: int = 1) -> Value:
    """Return the typed value of a Python object; one without a value form becomes opaque."""
    writer = WRITERS.get(type(value))
    if depth > MAX_DEPTH or writer is None:
        return Value(opaque_value=_opaque(value))
    return writer(value, depth)


def _read(message: Value, depth: int) -> Any:
    """Return a value. Fields of errors are relative to it, so that nobody builds paths without need."""
    if depth > MAX_DEPTH:
        raise InvalidField("", "values nest too deeply", f"up to {MAX_DEPTH} levels")
    kind = chosen(message, "", "kind")
    form = getattr(message, kind)
    if kind == "null_value":
        return None
    if kind in PLAIN_KINDS:
        return form
    try:
        return READERS[kind](form, depth)
    except InvalidField as error:
        raise _within(kind, error) from None


def _within(path: str, error: InvalidField) -> InvalidField:
    field = under(path, error.field) if error.field else path
    return InvalidField(field, error.problem, error.allowed)


def _read_big_int(form: str, _: int) -> int:
    if not HEX.match(form):
        raise InvalidField(
            "", f"{shown(form)} is no integer", "lower-case hexadecimal digits, '-' before them"
        )
    return int(form, 16)


def _read_code_points(form: CodePoints, _: int) -> str:
    try:
        return "".join(map(chr, form.code_points))
    except (ValueError, OverflowError):
        raise InvalidField("", "a number is no code point", "0 to 0x10FFFF") from None


def _read_items(form: Items, depth: int) -> list[Any]:
    items: list[Any] = []
    try:
        for item in form.items:
            items.append(_read(item, depth + 1))
    except InvalidField as error:
        raise _within(f"items[{len(items)}]", error) from None
    return items


def _read_members(form: Items, depth: int) -> Keys:
    members, keys = _read_items(form, depth), Keys()
    for index, member in enumerate(members):
        try:
            keys.add(member)
        except InvalidField as error:
            raise _within(f"items[{index}]", error) from None
    return keys


def _read_entries(form: Entries, depth: int) -> dict[Any, Any]:
    read: dict[Any, Any] = {}
    keys = Keys()
    for index, entry in enumerate(form.entries):
        part = "key"
        try:
            key = _read(entry.key, depth + 1)
            if not keys.add(key):
                raise InvalidField("", f"the key {show_value(key)} was there before", "each key once")
            part = "value"
            read[key] = _read(entry.value, depth + 1)
        except InvalidField as error:
            raise _within(f"entries[{index}].{part}", error) from None
    return read


def _refuse_opaque(form: OpaqueObject, _: int) -> Any:
    raise InvalidField(
        "", f"an object of class {shown(form.class_name)} has no value form", "any other kind of value"
    )


PLAIN_KINDS = frozenset({"bool_value", "int_value", "double_value", "string_value", "bytes_value"})

READERS: dict[str, Callable[[Any, int], Any]] = {
    "big_int_value": _read_big_int,
    "code_points_value": _read_code_points,
    "list_value": _read_items,
    "tuple_value": lambda form, depth: tuple(_read_items(form, depth)),
    "set_value": lambda form, depth: set(_read_members(form, depth)),
    "frozenset_value": lambda form, depth: frozenset(_read_members(form, depth)),
    "dict_value": _read_entries,
    "complex_value": lambda form, depth: complex(form.real, form.imaginary),
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
