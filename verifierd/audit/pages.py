"""Pages of long lists: how many of what at a time, and the token by which a list goes on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

MAX_PAGE_SIZE = 1000
DEFAULT_PAGE_SIZE = 100
TOKEN_CHARS = 400
_MARK_BYTES = 9

Item = TypeVar("Item", covariant=True)
Position = tuple[int | str, ...]


class BadPageToken(Exception):
    """A page token that is none, or one of another list. Its text says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: at most so many items, in [1, 1000], after the page whose token this is."""

    size: int = DEFAULT_PAGE_SIZE
    token: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError where the size is out of range."""
        if not 1 <= self.size <= MAX_PAGE_SIZE:
            raise ValueError(f"a page has 1 to {MAX_PAGE_SIZE} items, not {self.size}")


FIRST_PAGE = Asked()


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the token of the page after; empty on the last page.

    A page may be shorter than asked for, or empty, and not be the last: a query looks at so many rows and no
    more, whatever the filter.
    """

    items: tuple[Item, ...]
    next_token: str = ""


def token_of(filtered_by: Any, *position: int | str) -> str:
    """Return the token of what comes after a position in the list that a filter makes."""
    form = json.dumps([_mark(filtered_by), *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(form.encode()).decode().rstrip("=")


def position_in(token: str, filtered_by: Any, *kinds: type[int | str]) -> Position | None:
    """Return the position that a token stands for, its parts of these kinds; None for the empty token.

    Raises:
        BadPageToken: it was not made by `token_of`, or for another filter.
    """
    if not token:
        return None
    try:
        if len(token) > TOKEN_CHARS:
            raise ValueError
        padded = token + "=" * (-len(token) % 4)
        mark, *position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if [type(part) for part in position] != list(kinds) or not all(map(_fits, position)):
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise BadPageToken("it is no page token of this server") from None
    if mark != _mark(filtered_by):
        raise BadPageToken("it belongs to a list with another filter")
    return tuple(position)


def _mark(filtered_by: Any) -> str:
    """Return what tells filters apart: frozen dataclasses with fields in one order."""
    form = f"{type(filtered_by).__name__}{filtered_by!r}".encode(errors="surrogatepass")
    return base64.urlsafe_b64encode(hashlib.sha256(form).digest()[:_MARK_BYTES]).decode()


def _fits(part: int | str) -> bool:
    """Tell whether a database takes it: 64 bits, or text in UTF-8 without NUL."""
    if isinstance(part, int):
        return -(1 << 63) <= part < 1 << 63
    try:
        return b"\0" not in part.encode()
    except UnicodeEncodeError:
        return False
