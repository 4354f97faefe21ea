"""Typed values: Python objects to `verifier.v1.Value` and back, each type told from every other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE

from verifier.v1.values_pb2 import CodePoints, ComplexNumber, Entries, Items, Value
from verifierd_client.errors import NotAValue, UnreadableAnswer
from verifierd_client.results import Opaque

MAX_DEPTH = 30
INT64_BOUND = 1 << 63


def write_value(value: Any, where: str, depth: int = 1) -> Value:
    """Return the message of a value.

    Raises:
        NotAValue: it, or something in it, is of another type, or it nests deeper than 30 levels.
    """
    if depth > MAX_DEPTH:
        raise NotAValue(f"{where} nests deeper than {MAX_DEPTH} levels")

    def items(values: Iterable[Any]) -> Items:
        return Items(items=[write_value(each, where, depth + 1) for each in values])

    kind = type(value)
    if value is None:
        return Value(null_value=NULL_VALUE)
    if kind is bool:
        return Value(bool_value=value)
    if kind is int:
        small = -INT64_BOUND <= value < INT64_BOUND
        return Value(int_value=value) if small else Value(big_int_value=format(value, "x"))
    if kind is float:
        return Value(double_value=value)
    if kind is complex:
        return Value(complex_value=ComplexNumber(real=value.real, imaginary=value.imag))
    if kind is str:
        return _write_str(value)
    if kind is bytes:
        return Value(bytes_value=value)
    if kind is list:
        return Value(list_value=items(value))
    if kind is tuple:
        return Value(tuple_value=items(value))
    if kind is set:
        return Value(set_value=items(value))
    if kind is frozenset:
        return Value(frozenset_value=items(value))
    if kind is dict:
        entries = zip(items(value.keys()).items, items(value.values()).items, strict=True)
        return Value(dict_value=Entries(entries=[Entries.Entry(key=k, value=v) for k, v in entries]))
    raise NotAValue(
        f"{where} has a {kind.__module__}.{kind.__qualname__} in it; allowed: None, bool, int, float, "
        "complex, str, bytes, list, tuple, dict, set and frozenset, and no subclasses of them"
    )


def _write_str(value: str) -> Value:
    try:
        value.encode()
    except UnicodeEncodeError:
        return Value(code_points_value=CodePoints(code_points=map(ord, value)))
    return Value(string_value=value)


def read_value(message: Value) -> Any:
    """Return the value of a message; an object without a value form is an `Opaque`.

    Raises:
        UnreadableAnswer: it is of a kind that this version does not know.
    """
    kind = message.WhichOneof("kind")
    if kind is None:
        raise UnreadableAnswer("the server sent a value of an unknown kind; upgrade verifierd-client")
    form = getattr(message, kind)
    reader = READERS.get(kind)
    return form if reader is None else reader(form)


def _read_items(form: Items) -> Iterable[Any]:
    return map(read_value, form.items)


READERS: dict[str, Callable[[Any], Any]] = {
    "null_value": lambda form: None,
    "big_int_value": lambda form: int(form, 16),
    "code_points_value": lambda form: "".join(map(chr, form.code_points)),
    "list_value": lambda form: list(_read_items(form)),
    "tuple_value": lambda form: tuple(_read_items(form)),
    "set_value": lambda form: set(_read_items(form)),
    "frozenset_value": lambda form: frozenset(_read_items(form)),
    "dict_value": lambda form: {read_value(entry.key): read_value(entry.value) for entry in form.entries},
    "complex_value": lambda form: complex(form.real, form.imaginary),
    "opaque_value": lambda form: Opaque(form.class_name, form.reason),
}
