"""What a model is asked: the text that a published record has as its prompt, question or statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verifierd.datasets.records import Record, is_unicode


def in_field(*keys: str) -> Callable[[Record], str | None]:
    """Return what finds the first of these fields that holds some text; it gives None where none does."""

    def prompt(record: Record) -> str | None:
        return next((text for key in keys if (text := _text(record.fields.get(key)))), None)

    return prompt


def under_headings(**headings: str) -> Callable[[Record], str | None]:
    """Return what puts fields that hold text one below another, each under its heading; "" is none."""

    def prompt(record: Record) -> str | None:
        found = [
            f"{heading}\n\n{text}" if heading else text
            for key, heading in headings.items()
            if (text := _text(record.fields.get(key)))
        ]
        return "\n\n".join(found) or None

    return prompt


def last_of_the_user(key: str) -> Callable[[Record], str | None]:
    """Return what finds the last turn of the user in a conversation, a list of `role` and `content`."""

    def prompt(record: Record) -> str | None:
        turns = record.fields.get(key)
        said = [
            _text(turn.get("content"))
            for turn in (turns if isinstance(turns, list) else [])
            if isinstance(turn, dict) and turn.get("role") == "user"
        ]
        return said[-1] if said else None

    return prompt


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() and is_unicode(value) else None
