"""What stands in a test program for the candidate's objects that have no value form.

They can be called and asked for attributes, truth and text; each of that is done by the object itself,
in the candidate's process. They equal no value, and take part in nothing else: to let an object answer
`len(x) == 3` would let the program under test be its own judge.
"""

from __future__ import annotations

import types
from abc import ABCMeta
from functools import partial
from typing import Any, Protocol

from .drawing import Drawing, Drawn

# Python looks these up in the class, so they would else be told of the stand-in instead of the object.
ASKED = frozenset({"__doc__", "__name__", "__qualname__", "__module__"})
# Whose special methods are refused: what numbers, containers and coroutines can do.
VALUES = (
    int,
    float,
    complex,
    list,
    dict,
    set,
    bytes,
    types.CoroutineType,
    types.AsyncGeneratorType,
)
COMPARISONS = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})
CONTEXTS = frozenset({"__enter__", "__exit__", "__aenter__", "__aexit__"})
LEFT_ALONE = frozenset({"__class_getitem__", "__getnewargs__", "__del__", "__setstate__"})


class Asked(Protocol):
    """Who asks an object, by its number, in the candidate's process."""

    def attribute(self, number: int, name: str) -> Any:
        """Return an attribute."""

    def set_attribute(self, number: int, name: str, value: Any) -> None:
        """Set an attribute."""

    def delete_attribute(self, number: int, name: str) -> None:
        """Delete an attribute."""

    def truth(self, number: int) -> bool:
        """Return the object's truth."""

    def equal(self, number: int, other: object) -> bool:
        """Return whether it equals another object of the candidate's."""

    def hash(self, number: int) -> int:
        """Return its hash."""

    def text(self, number: int, how: str, told: str) -> str:
        """Return its `str` or `repr`."""

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call it."""

    def draw(self, number: int, count: int) -> Drawn:
        """Return the next items of an iterator."""

    def refusal(self, special: str, told: str) -> HandleError:
        """Return the error of asking for what only a value gives."""


class HandleError(BaseException):
    """The test program wants of one of the candidate's objects what only a value gives.

    Not an Exception: a test that such a thing fails must not pass by this.
    """


class CandidateObject:
    """An object of the candidate's."""

    __slots__ = ("__candidate", "__number", "__told")
    __candidate: Asked
    __number: int
    __told: str

    def __init__(self, candidate: Asked, number: int, told: str) -> None:
        """Name the object by its number on the other side; `told` is what its class is said to be called."""
        object.__setattr__(self, "_CandidateObject__candidate", candidate)
        object.__setattr__(self, "_CandidateObject__number", number)
        object.__setattr__(self, "_CandidateObject__told", told)

    def __getattribute__(self, name: str) -> Any:
        """Ask for what Python would find in the class."""
        if name in ASKED:
            return self.__candidate.attribute(self.__number, name)
        if name == "__dict__" or (name in REFUSED and isinstance(self, PlainObject)):
            raise self.__candidate.refusal(name, self.__told)
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute: a value, or another object of the candidate's."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__candidate.attribute(self.__number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute over there. Raises what that raises."""
        self.__candidate.set_attribute(self.__number, name, value)

    def __delattr__(self, name: str) -> None:
        """Delete an attribute over there. Raises what that raises."""
        self.__candidate.delete_attribute(self.__number, name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        """Refuse to be derived from."""
        raise self.__candidate.refusal("a class derived from it, out", self.__told)

    def __eq__(self, other: object) -> bool:
        """Return whether the object finds itself equal to another of the candidate's: no value is."""
        is_object = CandidateObject in type(other).__mro__
        return is_object and self.__candidate.equal(self.__number, other)

    def __hash__(self) -> int:
        """Return the object's hash."""
        return self.__candidate.hash(self.__number)

    def __bool__(self) -> bool:
        """Return the object's truth."""
        return self.__candidate.truth(self.__number)

    def __str__(self) -> str:
        """Return the object's text."""
        return self.__candidate.text(self.__number, "str", self.__told)

    def __repr__(self) -> str:
        """Return the object's representation."""
        return self.__candidate.text(self.__number, "repr", self.__told)


class PlainObject(CandidateObject):
    """An object that is no iterator: what only a value gives is refused of it."""

    __slots__ = ()


class CandidateFunction(PlainObject):
    """An object of the candidate's that can be called."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it over there: arguments are copied, changes to them are carried back. Raises what it did."""
        candidate: Asked = object.__getattribute__(self, "_CandidateObject__candidate")
        return candidate.call(number_of(self), args, kwargs)


class CandidateIterator(CandidateObject):
    """An iterator of the candidate's: as an iterator should, it gives its items once."""

    __slots__ = ("__drawing",)

    def __init__(self, candidate: Asked, number: int, told: str) -> None:
        """Draw nothing yet."""
        super().__init__(candidate, number, told)
        object.__setattr__(self, "_CandidateIterator__drawing", Drawing(partial(candidate.draw, number)))

    def __iter__(self) -> CandidateIterator:
        """Return itself."""
        return self

    def __next__(self) -> Any:
        """Return the next item. Raises what the iterator raises."""
        return self.__drawing.next()


def number_of(thing: CandidateObject) -> int:
    """Return the number by which the other side knows an object."""
    number: int = object.__getattribute__(thing, "_CandidateObject__number")
    return number


def checked_isinstance(thing: Any, kinds: Any) -> bool:
    """Do as `isinstance`, but refuse to tell of an object what only its own class could tell.

    An abstract class asks for special methods, which a stand-in has all, to refuse them.
    """
    asked = kinds if type(kinds) is tuple else (kinds,)
    for kind in asked:
        is_stand_in = CandidateObject in type(kind).__mro__
        if is_stand_in or (CandidateObject in type(thing).__mro__ and isinstance(kind, ABCMeta)):
            named = kind if is_stand_in else thing
            raise object.__getattribute__(named, "_CandidateObject__candidate").refusal(
                "isinstance", object.__getattribute__(named, "_CandidateObject__told")
            )
    return isinstance(thing, kinds)


def _refuse(special: str) -> Any:
    def refused(self: Any, *_: Any) -> Any:
        raise self._CandidateObject__candidate.refusal(special, self._CandidateObject__told)

    return refused


def _refused_names() -> set[str]:
    special = {
        name
        for kind in VALUES
        for name, what in vars(kind).items()
        if name.startswith("__") and callable(what)
    }
    return (special - set(dir(object)) - set(vars(CandidateObject)) - LEFT_ALONE) | COMPARISONS | CONTEXTS


REFUSED = frozenset(_refused_names())
for _name in REFUSED:
    setattr(PlainObject, _name, _refuse(_name))
