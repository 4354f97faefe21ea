"""Exceptions as data: what one side raised, the other raises again, of the same class as far as it is known.

A built-in class is itself; so is one of the standard library that this side has loaded, and one of this
side's own that comes back. Any other is made anew under its name, on its own bases, so that `except` finds
it and those above it.

    ancestry: [[module, name, number], ...] nearest first; [] and a number: the receiver's own class
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from .crossing import Exports
from .values import ValueFormError, class_name

MESSAGE_CHARACTERS = 2000
NAME_CHARACTERS = 200
ANCESTORS = 20
ATTRIBUTES = 50
# Their exceptions end a test quietly where a framework runs it: under their names they are others here.
FRAMEWORKS = frozenset({"unittest", "asyncio", "concurrent", "doctest"})

Encode = Callable[[Any], Any]


class Classes:
    """Exception classes of both sides: those that the other side has named are made once."""

    def __init__(self, exports: Exports) -> None:
        """Number this side's own classes among its exports."""
        self._exports = exports
        self._made: dict[int, type[BaseException]] = {}  # by the other side's number
        self._numbers: dict[type, int] = {}

    def ancestry(self, kind: type) -> list[Any]:
        """Return a class and its bases, nearest first, for the other side to know or rebuild it."""
        names: list[Any] = []
        for base in kind.__mro__[:ANCESTORS]:
            if base in self._numbers:
                return [*names, self._numbers[base]]
            module, name = str(base.__module__)[:NAME_CHARACTERS], str(base.__name__)[:NAME_CHARACTERS]
            names.append([module, name, self._exports.number(base)])
        return names

    def of(self, form: Any) -> type[BaseException]:
        """Return the class of an `ancestry`. Raises ValueFormError."""
        if not isinstance(form, list):
            raise ValueFormError("an exception without a class")
        if not form:
            return Exception
        if type(form[0]) is int:
            kind = self._exports.thing(form[0])
            if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                raise ValueFormError("no class of an exception")
            return kind
        module, name, number = form[0]
        if not (type(module) is type(name) is str and type(number) is int):
            raise ValueFormError("an exception without a class")
        known = _known(module, name)
        if known is not None:
            return known
        if number not in self._made:
            made = type(name or "Exception", (self.of(form[1:ANCESTORS]),), {"__str__": _said})
            made.__module__ = "candidate"
            self._made[number], self._numbers[made] = made, number
        return self._made[number]

    def describe(self, error: BaseException, encode: Encode) -> dict[str, Any]:
        """Return an exception as data: its class with its bases, arguments, attributes and message."""
        try:
            args: Any = [encode(arg) for arg in error.args]
            attributes = {
                str(name): encode(value)
                for name, value in list(vars(error).items())[:ATTRIBUTES]
                if name != _SAID
            }
        except (ValueFormError, RecursionError, TypeError):
            args, attributes = [], {}
        try:
            message = str(error)[:MESSAGE_CHARACTERS]
        except BaseException:
            message = class_name(error)
        classes = self.ancestry(type(error))
        return {"classes": classes, "args": args, "attributes": attributes, "message": message}

    def exception(self, form: Any, decode: Callable[[Any], Any]) -> BaseException:
        """Return the exception of what `describe` told. Raises ValueFormError."""
        if not isinstance(form, dict):
            raise ValueFormError("an exception without a class")
        kind, args, attributes = self.of(form.get("classes")), form.get("args"), form.get("attributes")
        message = str(form.get("message"))[:MESSAGE_CHARACTERS]
        error = _made(kind, [decode(arg) for arg in args] if isinstance(args, list) else [], message)
        if isinstance(attributes, dict):
            vars(error).update((name, decode(value)) for name, value in attributes.items())
        if type(error) in self._numbers:
            vars(error)[_SAID] = message
        return error


_SAID = " said"  # no name of a program's own


def _said(error: BaseException) -> str:
    return str(vars(error).get(_SAID) or BaseException.__str__(error))


def _made(kind: type[BaseException], args: list[Any], message: str) -> BaseException:
    """Return an exception with its arguments; one that wants others than it keeps is not initialised."""
    try:
        return kind(*args)
    except Exception:
        try:
            error = kind.__new__(kind)
            error.args = tuple(args)
            return error
        except Exception:
            return RuntimeError(f"{kind.__name__}: {message}")


def _known(module: str, name: str) -> type[BaseException] | None:
    """Return the class of that name where it is Python's own."""
    root = module.partition(".")[0]
    if root not in sys.stdlib_module_names or root in FRAMEWORKS:
        return None
    kind = vars(builtins).get(name) if module == "builtins" else getattr(sys.modules.get(module), name, None)
    return kind if isinstance(kind, type) and issubclass(kind, BaseException) else None
