"""Untrusted outputs as short, printable text for a person: bounded in length, depth and time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

SHOWN_CHARS = 80
SHOWN_ITEMS = 6
SHOWN_DEPTH = 3
SHOWN_INT_BITS = 256

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
}


def show_bytes(data: bytes) -> str:
    """Return the beginning of some output, quoted, with control characters escaped."""
    text = data[: SHOWN_CHARS * 4].decode("utf-8", "backslashreplace")
    return _quoted(text, cut=len(data) > SHOWN_CHARS * 4)


def show_value(value: Any) -> str:
    """Return a typed value much as Python would write it, cut where it is long or deep."""
    return shorten(_shown(value, SHOWN_DEPTH))


def shorten(text: str, chars: int = SHOWN_CHARS) -> str:
    """Return `text`, cut to `chars` characters with a mark that it was."""
    return text if len(text) <= chars else text[: chars - 1] + "…"


def printable(text: str, chars: int) -> str:
    """Return `text` with control characters escaped but for line ends, cut to `chars` characters."""
    text = shorten(text, chars)
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def _quoted(text: str, *, cut: bool = False) -> str:
    return repr(text[:SHOWN_CHARS]) + ("…" if cut or len(text) > SHOWN_CHARS else "")


def _shown(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is bytes:
        return "b" + show_bytes(value)
    if kind is int and value.bit_length() > SHOWN_INT_BITS:
        return f"an integer of {value.bit_length()} bits"
    if kind is dict:
        pairs = (f"{_shown(k, depth - 1)}: {_shown(v, depth - 1)}" for k, v in value.items())
        return "{" + _joined(pairs, len(value), depth) + "}"
    if kind in _BRACKETS:
        opening, closing = _BRACKETS[kind]
        inside = _joined((_shown(item, depth - 1) for item in value), len(value), depth)
        if kind is tuple and len(value) == 1:
            inside += ","
        if kind is frozenset or (kind is set and not value):
            return f"{kind.__name__}({opening + inside + closing if value else ''})"
        return opening + inside + closing
    return printable(repr(value), SHOWN_CHARS)


def _joined(shown: Iterable[str], count: int, depth: int) -> str:
    if depth <= 0:
        return "…" if count else ""
    more = ", …" if count > SHOWN_ITEMS else ""
    return ", ".join(islice(shown, SHOWN_ITEMS)) + more
