"""The candidate's module as a test program has it: asked over the channel, every answer data."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
from dataclasses import replace
from typing import Any

from .channel import Channel, PeerGone
from .crossing import EVERY_BUILTIN, TYPES
from .decoding import CrossingDecoder
from .drawing import Drawn
from .objects import (
    CandidateFunction,
    CandidateIterator,
    CandidateObject,
    HandleError,
    PlainObject,
    number_of,
)
from .peer import Message, Peer
from .values import ValueFormError, class_name

ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")  # as the text of an object has it
QUIET_ENDINGS = (StopIteration, StopAsyncIteration, GeneratorExit)


class CandidateModule(Peer):
    """The candidate's module, over the channel. Raises PeerGone where that breaks."""

    given = EVERY_BUILTIN
    taken = TYPES

    def __init__(self, channel: Channel) -> None:
        """Talk over a channel; `behaviour` digests every answer."""
        super().__init__(channel)
        self.behaviour = hashlib.sha256()
        self.last_raised: BaseException | None = None
        self.exits: list[SystemExit] = []  # all: a `finally`, a thread or an iterator may hold one back
        self.refused: HandleError | None = None
        self.gone: str | None = None
        self._objects: dict[int, CandidateObject] = {}
        self._kinds: dict[tuple[type, int], type[CandidateObject]] = {}
        self.was_used = False
        self.is_silent = False  # the test program is over: its objects' texts are no longer asked for

    def resolve(self, names: list[str]) -> dict[str, Any]:
        """Return those of the names that the candidate's module has."""
        reply = self.ask("names", names=names)
        known = reply.get("names")
        if not isinstance(known, dict):
            raise self._broken("names were asked, something else came")
        found = {}
        for name in set(known) & set(names):
            what = known[name]
            if not isinstance(what, dict):
                raise self._broken("a name without a meaning")
            if "module" in what:
                if (module := _standard_module(what["module"])) is not None:
                    found[name] = module
            else:
                found[name] = self._decoded(what.get("value"))
        return found

    def attribute(self, number: int, name: str) -> Any:
        """Return an attribute of one of the candidate's objects. Raises what that raised."""
        return self._asked("attribute", target=number, name=name)

    def set_attribute(self, number: int, name: str, value: Any) -> None:
        """Set one. Raises what that raised."""
        self._asked("set", target=number, name=name, value=self.encoder().encode(value))

    def delete_attribute(self, number: int, name: str) -> None:
        """Delete one. Raises what that raised."""
        self._asked("delete", target=number, name=name)

    def truth(self, number: int) -> bool:
        """Return the truth of one of the candidate's objects. Raises what that raised."""
        return self._asked("truth", target=number) is True

    def equal(self, number: int, other: object) -> bool:
        """Return whether two of the candidate's objects are equal. Raises what that raised."""
        return self._asked("equal", target=number, other=self.foreign(other)) is True

    def hash(self, number: int) -> int:
        """Return the hash of one. Raises what that raised."""
        hashed = self._asked("hash", target=number)
        return hashed if type(hashed) is int else 0

    def text(self, number: int, how: str, told: str) -> str:
        """Return its `str` or `repr`; at the end of the test program what it was said to be."""
        return (
            f"<the candidate's {told}>"
            if self.is_silent
            else str(self._asked("text", target=number, how=how))
        )

    def refusal(self, special: str, told: str) -> HandleError:
        """Return the error that says what the test program wants in vain of an object."""
        self.refused = HandleError(
            f"the test program uses {special} of the candidate's {told!r} object. An object without a value "
            "form stays in the candidate's process: it can be called and asked for attributes, no more"
        )
        return self.refused

    def stand_in(self, told: Message) -> Any:
        """Return what represents one of the candidate's objects, the same each time."""
        number, kind_number = int(told["id"]), int(told["kind"])
        if number not in self._objects:
            self._objects[number] = self._new_stand_in(number, kind_number, told)
        return self._objects[number]

    def _new_stand_in(self, number: int, kind_number: int, told: Message) -> CandidateObject:
        kind: type[CandidateObject] = CandidateFunction if told["callable"] is True else PlainObject
        if told["iterator"] is True:
            kind = CandidateIterator
        name = str(told["class"])[:200]
        if (kind, kind_number) not in self._kinds:
            self._kinds[kind, kind_number] = type(name or "object", (kind,), {"__slots__": ()})
        return self._kinds[kind, kind_number](self, number, name)

    def foreign(self, value: Any) -> int | None:
        """Return the number of a candidate's object."""
        return number_of(value) if CandidateObject in type(value).__mro__ else None

    def ask(self, op: str, **fields: Any) -> Message:
        """Return the candidate's answer, which counts as its behaviour."""
        self.was_used = self.was_used or op != "names"
        if self.gone is not None:
            raise PeerGone(self.gone)
        try:
            reply = super().ask(op, **fields)
            if op != "hash":  # often an address
                self.behaviour.update(_behaviour_of(reply))
        except PeerGone as error:
            self.gone = str(error)
            raise
        except RecursionError as error:
            raise self._broken(f"an answer that nests too deeply: {error}") from None
        return reply

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call one of the candidate's functions. Raises what it raised."""
        try:
            return super().call(number, args, kwargs)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            if error is self.last_raised:
                raise
            raise self._broken(str(error)) from None

    def draw(self, number: int, count: int) -> Drawn:
        """Return the next items of one of the candidate's iterators; it raised what they end with."""
        try:
            drawn = super().draw(number, count)
        except (ValueFormError, TypeError, AttributeError) as error:
            raise self._broken(str(error)) from None
        if drawn.raised is None:
            return drawn
        return replace(drawn, raised=self._remembered(drawn.raised))

    def answer_of(self, reply: Message, decoder: CrossingDecoder) -> Any:
        """Return what was returned. Raises what was raised, and remembers that the candidate did."""
        try:
            return super().answer_of(reply, decoder)
        except ValueFormError as error:
            raise self._broken(str(error)) from None
        except BaseException as error:
            raise self._remembered(error) from None

    def _remembered(self, error: BaseException) -> BaseException:
        """Return what the candidate raised as the test program gets it."""
        self.last_raised = raised = _loud(error)
        if isinstance(raised, SystemExit):
            self.exits.append(raised)
        return raised

    def _decoded(self, form: Any) -> Any:
        try:
            return self.decoder().decode(form)
        except ValueFormError as error:
            raise self._broken(str(error)) from None

    def _asked(self, op: str, **fields: Any) -> Any:
        return self.answer_of(self.ask(op, **fields), self.decoder())

    def _broken(self, why: str) -> PeerGone:
        self.gone = f"the candidate's process answered out of protocol: {why}"
        return PeerGone(self.gone)


def _loud(error: BaseException) -> BaseException:
    """Return an exception that ends no loop of the test's own, as PEP 479 has it of generators."""
    quiet = isinstance(error, QUIET_ENDINGS)
    return RuntimeError(f"the candidate raised {class_name(error)}") if quiet else error


def _behaviour_of(reply: Message) -> bytes:
    """Return what of an answer is behaviour: of an exception its class, since messages are but words."""
    raised = reply.get("raised")
    seen = {"raised": raised.get("classes")} if isinstance(raised, dict) else _canonical(reply)
    return json.dumps(seen, sort_keys=True).encode()


def _canonical(form: Any) -> Any:
    """Return a form that equal values share: no order where there is none, no names of objects."""
    if isinstance(form, list):
        return [_canonical(item) for item in form]
    if isinstance(form, str):
        return ADDRESS.sub("", form)
    if not isinstance(form, dict):
        return form + 0.0 if type(form) is float else form  # -0.0 equals 0.0
    canonical = {key: _canonical(item) for key, item in form.items() if key not in ("ask", "answers")}
    for tag in canonical.keys() & {"$set", "$frozenset", "$dict"}:
        if isinstance(canonical[tag], list):
            canonical[tag].sort(key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(canonical.get("$mine"), dict):
        canonical["$mine"] = [canonical["$mine"].get("callable"), canonical["$mine"].get("iterator")]
    return canonical


def _standard_module(name: Any) -> Any:
    parts = str(name).split(".")
    if parts[0] not in sys.stdlib_module_names or any(part.startswith("_") for part in parts):
        return None
    try:
        return importlib.import_module(str(name))
    except ImportError:
        return None
