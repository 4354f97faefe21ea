"""What a page's address asks for, read and checked: it comes from anywhere."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request

MOST_CHARS = 400
MOST_NUMBER = (1 << 63) - 1


class BadParameter(Exception):
    """A part of an address that no page has. The text says which, and what is allowed."""

    def __init__(self, name: str, problem: str, allowed: str) -> None:
        """Name the parameter, what is wrong with it, and what it may be."""
        super().__init__(f"The parameter “{name}” {problem}. Allowed: {allowed}.")


def here(request: Request) -> str:
    """Return the address that was asked for, as a link of its page to itself."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def text(request: Request, name: str) -> str:
    """Return a parameter's text without blanks around it; empty where it is absent."""
    value = request.query_params.get(name, "").strip()
    if len(value) > MOST_CHARS:
        raise BadParameter(name, f"has {len(value):,} characters", f"up to {MOST_CHARS}")
    return checked(value, name)


def checked(value: str, name: str) -> str:
    """Return a text that a database takes: UTF-8 without NUL. Raises BadParameter."""
    if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise BadParameter(name, "has characters that no name has", "text in UTF-8 without NUL")
    return value


def number(request: Request, name: str, most: int = MOST_NUMBER) -> int | None:
    """Return a parameter's number; None where it is absent."""
    value = text(request, name)
    return whole(value, name, most) if value else None


def whole(value: str, name: str, most: int = MOST_NUMBER) -> int:
    """Return the number from 0 to `most` that a text is. Raises BadParameter."""
    found = position(value)
    if found is None or found > most:
        raise BadParameter(name, "is no such number", f"a whole number from 0 to {most:,}")
    return found


def position(value: str) -> int | None:
    """Return the place that a text is the number of; None where it is none."""
    is_number = value.isascii() and value.isdigit() and len(value) < 20
    return int(value) if is_number and int(value) <= MOST_NUMBER else None


def choice(request: Request, name: str, allowed: Collection[str], default: str = "") -> str:
    """Return a parameter that is one of some words; the default where it is absent."""
    value = text(request, name)
    if value and value not in allowed:
        raise BadParameter(name, "is none of these words", ", ".join(sorted(allowed)))
    return value or default
