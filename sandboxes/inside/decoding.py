"""Forms to values from the other process of an `asserts` run; see `crossing`."""

from __future__ import annotations

import builtins
import importlib
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from .copies import DICTS, SEQUENCES, Copies, octets, refill
from .crossing import ARGUMENT_CHARACTERS, MODULE_OF, Exports
from .values import Decoder, Readers, ValueFormError, scattered


@lru_cache(64)
def _named_tuple(name: str, fields: tuple[str, ...]) -> Any:
    return namedtuple(name, fields)  # it checks that they are names


class CrossingDecoder(Decoder):
    """Decodes what `CrossingEncoder` made on the other side; the text is not trusted."""

    by_tag: ClassVar[Readers] = {
        **Decoder.by_tag,
        "$set": lambda self, f: self.new(set(), f),
        "$dict": lambda self, f: self.new({}, f),
        "$range": lambda self, f: range(*self.items(f)),
        "$slice": lambda self, f: slice(*self.items(f)),
        "$view": lambda self, f: self.view(f),
        "$named": lambda self, f: self.named(f),
        "$builtin": lambda self, f: self.builtin(f),
        "$std": lambda self, f: self.standard(f),
        "$same": lambda self, f: self.same(f),
        "$yours": lambda self, f: self.exports.thing(f),
        "$mine": lambda self, f: self.stand_in(f),
        "$exception": lambda self, f: self.exception_class(f),
    }

    def __init__(
        self,
        exports: Exports,
        stand_in: Callable[[dict[str, Any]], Any],
        exception_class: Callable[[Any], Any],
        copies: Copies,
        taken: frozenset[str],
    ) -> None:
        """`stand_in` makes what represents the other side's object; only built-ins of `taken` are taken."""
        self.exports = exports
        self.stand_in = stand_in
        self.exception_class = exception_class
        self._copies = copies
        self._taken = taken

    def decode_alone(self, form: Any) -> Any:
        """Return the value that `encode_alone` encoded. Raises ValueFormError."""
        self._copies = Copies()
        return self.decode(form)

    def fill(self, number: Any, form: Any) -> None:
        """Give a container of this call what it holds now. Raises ValueFormError."""
        self.guarded(lambda: self._fill(self.same(number), form))

    def _decode(self, form: Any) -> Any:
        if isinstance(form, list):
            return self.new([], form)
        if isinstance(form, dict) and not (len(form) == 1 and next(iter(form)).startswith("$")):
            made: dict[str, Any] = {}
            self._copies.add(made)
            self.refuse_tags(form)
            made.update((key, self._decode(item)) for key, item in form.items())
            return made
        return super()._decode(form)

    def new(self, container: Any, form: Any) -> Any:
        """Return an empty container with what it holds, numbered before that."""
        self._copies.add(container)
        self._fill(container, form)
        return container

    def _fill(self, container: Any, form: Any) -> None:
        if isinstance(container, bytearray):
            refill(container, octets(form))
        elif isinstance(container, DICTS):
            pairs = [(self._decode(key), self._decode(item)) for key, item in form]
            scattered([key for key, _ in pairs])
            refill(container, pairs if not isinstance(container, Counter) else dict(pairs))
        elif isinstance(container, SEQUENCES):
            refill(container, self.items(form))
        else:
            refill(container, scattered(self.items(form)))

    def same(self, number: Any) -> Any:
        """Return a container of this call by its number. Raises ValueFormError."""
        if type(number) is not int or not 0 <= number < len(self._copies.containers):
            raise ValueFormError(f"no container has the number {number!r}")
        return self._copies.containers[number]

    def view(self, form: Any) -> Any:
        """Return a view of a dict. Raises ValueFormError."""
        kind, items = form[0], self.items(form[1])
        if kind == "keys":
            return dict.fromkeys(items).keys()
        return dict(enumerate(items)).values() if kind == "values" else dict(items).items()

    def named(self, form: Any) -> Any:
        """Return a named tuple. Raises ValueFormError."""
        name, fields, items = form
        return _named_tuple(str(name), tuple(map(str, fields)))(*self.items(items))

    def builtin(self, name: Any) -> Any:
        """Return a built-in that may cross. Raises ValueFormError."""
        if name == "Ellipsis":
            return ...
        if name not in self._taken:
            raise ValueFormError(f"no built-in of the name {str(name)[:200]!r} may cross")
        return getattr(builtins, name)

    def standard(self, form: Any) -> Any:
        """Return a value of the standard library. Raises ValueFormError."""
        name, content, *more = form
        if name in MODULE_OF:
            return _made(MODULE_OF[name], name, content)
        if name == "deque":
            return self.new(deque(maxlen=None if more[0] is None else int(more[0])), content)
        if name == "defaultdict":
            return self.new(defaultdict(self._decode(more[0])), content)
        makers: dict[str, type] = {"Counter": Counter, "OrderedDict": OrderedDict, "bytearray": bytearray}
        return self.new(makers[name](), content)


def _made(module: str, name: str, arguments: Any) -> Any:
    """Make one of the standard library's values. Raises ValueFormError."""
    for argument in arguments:
        if type(argument) is not int and not (type(argument) is str and len(argument) <= ARGUMENT_CHARACTERS):
            raise ValueFormError(f"a {name} is made of numbers or of up to {ARGUMENT_CHARACTERS} characters")
    try:
        return getattr(importlib.import_module(module), name)(*arguments)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValueFormError(f"not a {name}: {error}") from None
