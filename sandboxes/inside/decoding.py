"""Forms to values from the other process of an `asserts` run; see `crossing`."""

from __future__ import annotations

import builtins
import importlib
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .copies import DICTS, SEQUENCES, Copies, octets, refill
from .crossing import ARGUMENT_CHARACTERS, MODULE_OF, Exports
from .values import Decoder, ValueFormError, scattered


@lru_cache(64)
def _named_tuple(name: str, fields: tuple[str, ...]) -> Any:
    return namedtuple(name, fields)  # it checks that they are names


class CrossingDecoder(Decoder):
    """Decodes what `CrossingEncoder` made on the other side; the text is not trusted."""

    def __init__(
        self,
        exports: Exports,
        stand_in: Callable[[dict[str, Any]], Any],
        copies: Copies,
        taken: frozenset[str],
    ) -> None:
        """`stand_in` makes what represents the other side's object; only built-ins of `taken` are taken."""
        super().__init__()
        self._copies = copies
        self._taken = taken
        self.by_tag |= {
            "$set": lambda f: self._new(set(), f),
            "$dict": lambda f: self._new({}, f),
            "$range": lambda f: range(*self._decode(f)),
            "$slice": lambda f: slice(*self._decode_all(f)),
            "$view": self._view,
            "$named": self._named,
            "$builtin": self._builtin,
            "$std": self._standard,
            "$same": self._same,
            "$yours": exports.thing,
            "$mine": stand_in,
        }

    def decode_alone(self, form: Any) -> Any:
        """Return the value that `encode_alone` encoded. Raises ValueFormError."""
        self._copies = Copies()
        return self.decode(form)

    def fill(self, number: Any, form: Any) -> None:
        """Give a container of this call what it holds now. Raises ValueFormError."""
        self.guarded(lambda: self._fill(self._same(number), form))

    def _decode(self, form: Any) -> Any:
        if isinstance(form, list):
            return self._new([], form)
        if isinstance(form, dict) and not (len(form) == 1 and next(iter(form)).startswith("$")):
            made: dict[str, Any] = {}
            self._copies.add(made)
            self.refuse_tags(form)
            made.update((key, self._decode(item)) for key, item in form.items())
            return made
        return super()._decode(form)

    def _decode_all(self, form: Any) -> list[Any]:
        if not isinstance(form, list):
            raise ValueFormError("a list of forms is due")
        return [self._decode(item) for item in form]

    def _items(self, form: Any) -> list[Any]:
        return self._decode_all(form)

    def _new(self, container: Any, form: Any) -> Any:
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
            refill(container, self._decode_all(form))
        else:
            refill(container, scattered(self._decode_all(form)))

    def _same(self, number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self._copies.containers):
            raise ValueFormError(f"no container has the number {number!r}")
        return self._copies.containers[number]

    def _view(self, form: Any) -> Any:
        kind, items = form[0], self._decode_all(form[1])
        if kind == "keys":
            return dict.fromkeys(items).keys()
        return dict(enumerate(items)).values() if kind == "values" else dict(items).items()

    def _named(self, form: Any) -> Any:
        name, fields, items = form
        return _named_tuple(str(name), tuple(map(str, fields)))(*self._decode_all(items))

    def _builtin(self, name: Any) -> Any:
        if name == "Ellipsis":
            return ...
        if name not in self._taken:
            raise ValueFormError(f"no built-in of the name {str(name)[:200]!r} may cross")
        return getattr(builtins, name)

    def _standard(self, form: Any) -> Any:
        name, content, *more = form
        if name in MODULE_OF:
            return _made(MODULE_OF[name], name, content)
        if name == "deque":
            return self._new(deque(maxlen=None if more[0] is None else int(more[0])), content)
        if name == "defaultdict":
            return self._new(defaultdict(self._decode(more[0])), content)
        makers: dict[str, type] = {"Counter": Counter, "OrderedDict": OrderedDict, "bytearray": bytearray}
        return self._new(makers[name](), content)


def _made(module: str, name: str, arguments: Any) -> Any:
    """Make one of the standard library's values. Raises ValueFormError."""
    for argument in arguments:
        if type(argument) is not int and not (type(argument) is str and len(argument) <= ARGUMENT_CHARACTERS):
            raise ValueFormError(f"a {name} is made of numbers or of up to {ARGUMENT_CHARACTERS} characters")
    try:
        return getattr(importlib.import_module(module), name)(*arguments)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValueFormError(f"not a {name}: {error}") from None
