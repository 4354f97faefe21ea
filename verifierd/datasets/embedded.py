"""Fields as published exports hold them: JSON as text, lists of programs, numbers that may be null."""

from __future__ import annotations

import json
from typing import Any

from verifierd.datasets.records import Record, is_unicode, type_name

MAX_DIGITS = 100_000
PLAIN_DIGITS = 4000  # which Python reads by itself: its bound is 4300 digits


def read_json(text: str) -> Any:
    """Return the value of JSON. Unlike `json.loads`, it reads whole numbers of up to MAX_DIGITS digits.

    Some tests of APPS have such numbers.

    Raises:
        json.JSONDecodeError: it is not JSON.
        RecursionError: it nests too deeply.
        ValueError: a number has more digits.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, parse_int=_whole)


def embedded(record: Record, key: str, text: str) -> Any:
    """Return the value of JSON that a field holds as text.

    Raises:
        InputError: the text is not JSON, nests too deeply or has a number of too many digits.
    """
    try:
        return read_json(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise record.error(f"field {key!r} must hold JSON as text: {error.msg} at {where} of it") from None
    except (RecursionError, ValueError) as error:
        raise record.error(f"field {key!r} holds JSON that cannot be read: {error}") from None


def programs(record: Record, key: str) -> list[str]:
    """Return the programs of a field: a list, or JSON of one as text; none where it is not there or empty.

    Raises:
        InputError: it is something else.
    """
    held = record.fields.get(key)
    if held is None or held == "":
        return []
    value = embedded(record, key, held) if isinstance(held, str) else held
    if not isinstance(value, list):
        raise record.error(f"field {key!r} must be a list of programs, and is {type_name(value)}")
    for index, program in enumerate(value):
        if not isinstance(program, str) or not is_unicode(program):
            raise record.error(f"field {key!r}: item {index} must be a program, and is {type_name(program)}")
    return value


def number_of(record: Record, key: str) -> float | None:
    """Return a number, or None where the field is missing or null. Raises InputError where it is neither."""
    value = record.fields.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e18:
        raise record.error(
            f"field {key!r} must be a number of at least 0 or null, and is {str(value)[:80]!r}"
        )
    return float(value)


def _whole(digits: str) -> int:
    """Return a whole number, put together of two halves where Python would not read it."""
    if len(digits) <= PLAIN_DIGITS:
        return int(digits)
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits; up to {MAX_DIGITS} are read")
    if digits.startswith("-"):
        return -_whole(digits[1:])
    half = len(digits) // 2
    return int(_whole(digits[:-half]) * 10**half + _whole(digits[-half:]))
