"""When two inputs are the same: typed equality as digests, and how large a value is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from verifierd.model import CallProbe, CallTest, StdinProbe, StdioTest

DIGEST_BYTES = 16
MAX_DEPTH = 30  # of the value forms that cross the wire
CONTAINERS = (list, tuple, dict, set, frozenset)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a value is: `weight` counts values and characters, `containers` the containers among them."""

    weight: int
    containers: int


def identity(value: Any) -> bytes:
    """Return a digest that two values share where their types and contents are equal.

    1, 1.0 and True differ, 0.0 and -0.0 differ, every NaN is the same; sets and dicts have no order.

    Raises:
        ValueError: the value, or one in it, is of a type that no probe input has, or nests too deeply.
    """
    return _digest(value, 1)


def input_identity(body: StdinProbe | StdioTest | CallProbe | CallTest) -> bytes:
    """Return a digest that two inputs share where they are the same input, of a test or a probe."""
    if isinstance(body, StdinProbe | StdioTest):
        return identity(body.stdin)
    args = [identity(value) for value in body.args]
    kwargs = {name: identity(value) for name, value in body.kwargs.items()}
    return identity((body.class_name, body.function, args, kwargs))


def size(value: Any) -> Size:
    """Return how large a value is, everything in it counted."""
    weight = containers = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        weight += 1
        if isinstance(each, CONTAINERS):
            containers += 1
            waiting.extend(each.values() if isinstance(each, dict) else each)
            if isinstance(each, dict):
                waiting.extend(each)
        elif isinstance(each, str | bytes):
            weight += len(each)
    return Size(weight, containers)


def in_order(members: Iterable[Any]) -> list[Any]:
    """Return the members of a set in an order that is the same in every process."""
    return sorted(members, key=identity)


def _digest(value: Any, depth: int) -> bytes:
    kind = type(value)
    if kind in CONTAINERS:
        if depth > MAX_DEPTH:
            raise ValueError(f"a value nests deeper than {MAX_DEPTH} levels")
        parts = _parts(value, depth + 1)
    else:
        parts = [_plain(value)]
    digest = blake2b(kind.__name__.encode() + b"\0", digest_size=DIGEST_BYTES)
    for part in parts:
        digest.update(part)
    return digest.digest()


def _parts(value: Any, depth: int) -> list[bytes]:
    if isinstance(value, dict):
        return sorted(_digest(key, depth) + _digest(item, depth) for key, item in value.items())
    parts = [_digest(item, depth) for item in value]
    return sorted(parts) if isinstance(value, set | frozenset) else parts


def _plain(value: Any) -> bytes:
    kind = type(value)
    if kind is str:
        return bytes(value.encode("utf-8", "surrogatepass"))
    if kind is bytes:
        return bytes(value)
    if kind is int:
        return format(value, "x").encode()  # in decimal, Python refuses long ones
    if kind is float:
        return bytes(value.hex().encode())
    if kind is complex:
        return f"{value.real.hex()} {value.imag.hex()}".encode()
    if value is None or kind is bool:
        return str(value).encode()
    raise ValueError(
        f"a value is of type {kind.__name__}; allowed are None, bool, int, float, complex, str, bytes, "
        "list, tuple, dict, set and frozenset"
    )
