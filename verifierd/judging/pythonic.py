"""Typed values by Python's own `==`, which the evaluators written in Python compare by.

1, 1.0, True and (1+0j) are equal there, and so are a set and a frozenset of equal elements; a list and
a tuple are not. Unlike there, NaN is equal to itself, since a test that expects NaN could never pass.
"""

from __future__ import annotations

from typing import Any

from verifierd.judging.differences import first_difference
from verifierd.judging.fingerprint import fingerprint


def python_fingerprint(value: Any) -> bytes | None:
    """Return a SHA-256 that is the same for values that are `==`; None for what has no value form.

    Linear, however deep the value is: `==` itself recurses.
    """
    return fingerprint(value, _normal)


def first_unequal(expected: Any, actual: Any) -> str | None:
    """Return the first difference of two values in words, None where they are equal."""
    wanted = python_fingerprint(expected)
    if wanted is not None and wanted == python_fingerprint(actual):
        return None
    return first_difference(expected, actual, same_in_python) or "it is not equal to itself"


def same_in_python(expected: Any, actual: Any) -> bool:
    """Tell whether two values without parts are equal."""
    code = python_fingerprint(expected)
    return code is not None and code == python_fingerprint(actual)


def as_list(value: Any) -> Any:
    """Return a tuple as a list, which is how JSON would have it, and every other value as it is."""
    return list(value) if type(value) is tuple else value


def _normal(value: Any) -> Any:
    kind = type(value)
    if kind is bool:
        return int(value)
    if kind is complex and value.imag == 0:
        return _normal(value.real)
    if kind is float and value.is_integer():
        return int(value)
    return set(value) if kind is frozenset else value
