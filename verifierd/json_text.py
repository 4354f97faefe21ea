"""JSON that a terminal may show: what could steer one is escaped, and stands for the same values."""

from __future__ import annotations

import json
import re
from typing import Any

_NOT_ASCII = re.compile(r"[^ -~]")


def json_text(value: Any) -> str:
    r"""Return a value as one line of JSON, in which everything is printable: U+009B is written \u009b.

    Controls, DEL, what turns the direction of text, line and paragraph separators and lone surrogates are so
    written; letters of any script stay.
    """
    return _NOT_ASCII.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(character: re.Match[str]) -> str:
    found = character[0]
    return found if found.isprintable() else json.dumps(found)[1:-1]
