"""A checker's parameters, read from the text that a request has them as."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from verifierd.errors import InvalidField
from verifierd.judging.showing import shorten

_TOLERANCE = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def read_tolerance(parameters: Mapping[str, str], name: str, default: float, path: str) -> float:
    """Return a finite decimal number of at least 0.

    Raises:
        InvalidField: it is not such a number.
    """
    if name not in parameters:
        return default
    text = parameters[name]
    # float() alone takes `1_0`, `nan`, blanks around and the digits of every script.
    if not _TOLERANCE.fullmatch(text) or math.isinf(float(text)):
        allowed = "a finite decimal number of at least 0, such as 0.001 or 1e-6"
        raise InvalidField(f"{path}[{name!r}]", f"{shorten(text)!r} is no tolerance", allowed)
    return float(text)


def read_choice(
    parameters: Mapping[str, str], name: str, choices: Iterable[str], default: str, path: str
) -> str:
    """Return one of the words that are allowed.

    Raises:
        InvalidField: it is another word.
    """
    text = parameters.get(name, default)
    if text != default and text not in choices:
        raise InvalidField(f"{path}[{name!r}]", f"it is {shorten(text)!r}", ", ".join(choices))
    return text


def read_strict(parameters: Mapping[str, str], path: str) -> bool:
    """Return whether `strict` is `true`, which it is not by default.

    Raises:
        InvalidField: it is neither `true` nor `false`.
    """
    return read_choice(parameters, "strict", ("true", "false"), "false", path) == "true"
