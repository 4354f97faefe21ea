"""Typed values by content: equal fingerprints are equal values, type for type, whatever their order or depth.

The rules of equality, which every checker of typed values starts from:

- Types are told apart: 1, 1.0, True and (1+0j) differ, and so do a list and a tuple, a set and a frozenset.
- NaN equals NaN, since a test that expects NaN could otherwise never pass. 0.0 equals -0.0, as `==` has it
  in every language. The parts of a complex number follow the same two rules.
- The order of a dict's keys and of a set's elements does not count; their types do, as everywhere.
- A value that holds an object without a value form equals nothing, itself included.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

NAN_CODE = b"nan"
INLINE_BYTES = 32


def fingerprint(value: Any, normal: Callable[[Any], Any] | None = None) -> bytes | None:
    """Return the SHA-256 of a value's content; None where it holds an object without a value form.

    `normal` may put another value in the place of the value and of each part of it, which makes some equal
    that the rules above tell apart. Time and memory grow linearly with the size of the value, but for sets
    and dicts, whose parts are sorted. Nesting is followed without recursion: depth costs nothing.
    """
    open_: list[_Open] = [_Open(_close_ordered, iter((value,)))]
    while True:
        innermost = open_[-1]
        for part in innermost.parts:
            item = part if normal is None else normal(part)
            opened = _opened(item)
            if opened is not None:
                open_.append(opened)
                break
            code = scalar_code(item)
            if code is None:
                return None
            innermost.codes.append(code)
        else:
            digest = innermost.close(innermost.codes)
            open_.pop()
            if not open_:
                return digest[1:]
            open_[-1].codes.append(digest)


def scalar_code(value: Any) -> bytes | None:
    """Return the code of a value that has no parts, equal for equal values; None for any other object."""
    code = _SCALARS.get(type(value))
    if code is None:
        return None
    tag, payload = code(value)
    return tag + (payload if len(payload) < INLINE_BYTES else b"#" + hashlib.sha256(payload).digest())


@dataclass(slots=True)
class _Open:
    """A container whose parts are being coded."""

    close: Callable[[list[bytes]], bytes]
    parts: Iterator[Any]
    codes: list[bytes] = field(default_factory=list)


def _opened(value: Any) -> _Open | None:
    kind = type(value)
    if kind is list:
        return _Open(_close_list, iter(value))
    if kind is tuple:
        return _Open(_close_ordered, iter(value))
    if kind is set:
        return _Open(_close_set, iter(value))
    if kind is frozenset:
        return _Open(_close_frozenset, iter(value))
    if kind is dict:
        return _Open(_close_dict, chain.from_iterable(value.items()))
    return None


def _close(tag: bytes, codes: list[bytes]) -> bytes:
    # A length before each code makes the sequence of codes readable in one way only.
    content = hashlib.sha256(tag)
    content.update(b"".join([len(code).to_bytes(1, "big") + code for code in codes]))
    return tag + content.digest()


def _close_ordered(codes: list[bytes]) -> bytes:
    return _close(b"T", codes)


def _close_list(codes: list[bytes]) -> bytes:
    return _close(b"L", codes)


def _close_set(codes: list[bytes]) -> bytes:
    return _close(b"S", sorted(codes))


def _close_frozenset(codes: list[bytes]) -> bytes:
    return _close(b"Z", sorted(codes))


def _close_dict(codes: list[bytes]) -> bytes:
    pairs = sorted(zip(codes[::2], codes[1::2], strict=True))
    return _close(b"D", list(chain.from_iterable(pairs)))


def _float_payload(number: float) -> bytes:
    return NAN_CODE if math.isnan(number) else (number + 0.0).hex().encode()  # -0.0 + 0.0 is 0.0


_SCALARS: dict[type, Callable[[Any], tuple[bytes, bytes]]] = {
    type(None): lambda _: (b"n", b""),
    bool: lambda value: (b"b", b"1" if value else b"0"),
    int: lambda value: (b"i", b"%x" % value),
    float: lambda value: (b"f", _float_payload(value)),
    complex: lambda value: (b"c", _float_payload(value.real) + b"," + _float_payload(value.imag)),
    str: lambda value: (b"s", value.encode("utf-8", "surrogatepass")),
    bytes: lambda value: (b"y", value),
}
