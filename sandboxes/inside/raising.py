"""Exceptions as data: what one side raised, the other raises again, of the same class as far as it is known.

A built-in class is itself; so is one of the standard library that this side has loaded. Any other is
made anew under its name, on its own bases, so that `except` finds it and those above it.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from .values import ValueFormError, class_name

MESSAGE_CHARACTERS = 2000
NAME_CHARACTERS = 200
ANCESTORS = 20
ATTRIBUTES = 50

Encode = Callable[[Any], Any]
Ancestry = tuple[tuple[str, str], ...]


def ancestry(kind: type) -> list[list[str]]:
    """Return module and name of a class and its bases, nearest first, for the other side to rebuild it."""
    names = [[str(base.__module__), str(base.__name__)] for base in kind.__mro__[:ANCESTORS]]
    return [[part[:NAME_CHARACTERS] for part in pair] for pair in names]


def describe(error: BaseException, encode: Encode) -> dict[str, Any]:
    """Return an exception as data: its class with its bases, arguments, attributes and message."""
    try:
        args: Any = [encode(arg) for arg in error.args]
        attributes = {str(name): encode(value) for name, value in list(vars(error).items())[:ATTRIBUTES]}
    except (ValueFormError, RecursionError, TypeError):
        args, attributes = [], {}
    try:
        message = str(error)[:MESSAGE_CHARACTERS]
    except BaseException:
        message = class_name(error)
    return {"classes": ancestry(type(error)), "args": args, "attributes": attributes, "message": message}


class Classes:
    """Exception classes that the other side has named, each made once."""

    def __init__(self) -> None:
        """Start with none."""
        self._made: dict[Ancestry, type[BaseException]] = {}

    def of(self, form: Any) -> type[BaseException]:
        """Return the class of an `ancestry`. Raises ValueFormError."""
        if not isinstance(form, list) or not all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
            for pair in form
        ):
            raise ValueFormError("an exception without a class")
        return self._of(tuple((module, name) for module, name in form[:ANCESTORS]))

    def exception(self, form: Any, decode: Callable[[Any], Any]) -> BaseException:
        """Return the exception of what `describe` told. Raises ValueFormError."""
        if not isinstance(form, dict):
            raise ValueFormError("an exception without a class")
        kind, args, attributes = self.of(form.get("classes")), form.get("args"), form.get("attributes")
        args = [decode(arg) for arg in args] if isinstance(args, list) else []
        try:
            error = kind(*args)
        except Exception:  # it wants other arguments than it keeps
            error = kind.__new__(kind)
            error.args = tuple(args)
        if isinstance(attributes, dict):
            vars(error).update((name, decode(value)) for name, value in attributes.items())
        if type(error) in self._made.values():
            vars(error)[_SAID] = str(form.get("message"))[:MESSAGE_CHARACTERS]
        return error

    def _of(self, names: Ancestry) -> type[BaseException]:
        known = _known(*names[0]) if names else Exception
        if known is not None:
            return known
        if names not in self._made:
            base = self._of(names[1:])
            self._made[names] = type(names[0][1] or "Exception", (base,), {"__str__": _said})
        return self._made[names]


_SAID = " said"  # no name of a program's own


def _said(error: BaseException) -> str:
    return str(vars(error).get(_SAID, ""))


def _known(module: str, name: str) -> type[BaseException] | None:
    """Return the class of that name where it is Python's own."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    kind = vars(builtins).get(name) if module == "builtins" else getattr(sys.modules.get(module), name, None)
    return kind if isinstance(kind, type) and issubclass(kind, BaseException) else None
