"""The candidate's side of an `asserts` run: load the module, answer the test program's calls."""

from __future__ import annotations

from functools import partial
from types import CodeType, ModuleType
from typing import Any

from .channel import Channel, PeerGone
from .crossing import EVERY_BUILTIN, TYPES
from .drawing import Drawing
from .peer import Message, Peer
from .programs import MODULE_NAME, PEER_FD, finish, new_module

ASKED_OF_CLASSES = ("__doc__", "__name__", "__qualname__", "__module__")


class TestFunction:
    """A function of the test program's, for the candidate to call and no more."""

    def __init__(self, servant: Servant, number: int) -> None:
        """Name the function by its number."""
        self._servant = servant
        self.number = number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it over there. Raises what it raised."""
        return self._servant.call(self.number, args, kwargs)


class TestIterator(TestFunction):
    """An iterator of the test program's."""

    def __init__(self, servant: Servant, number: int) -> None:
        """Draw nothing yet."""
        super().__init__(servant, number)
        self._drawing = Drawing(partial(servant.draw, number))

    def __iter__(self) -> TestIterator:
        """Return itself."""
        return self

    def __next__(self) -> Any:
        """Return the next item. Raises what the iterator raises."""
        return self._drawing.next()


class Servant(Peer):
    """Answers questions about one candidate module until the test program hangs up."""

    given = TYPES
    taken = EVERY_BUILTIN

    def __init__(self, channel: Channel, module: ModuleType) -> None:
        """Serve a loaded module over a channel."""
        super().__init__(channel)
        self._module = module
        self.served |= {
            "names": self._names,
            "attribute": self._attribute,
            "set": self._set,
            "delete": self._delete,
            "truth": lambda message: {"returned": bool(self._target(message))},
            "hash": lambda message: {"returned": self.encoder().encode(hash(self._target(message)))},
            "equal": self._equal,
            "text": self._text,
        }

    def serve_until_gone(self) -> None:
        """Answer until the channel closes."""
        while True:
            try:
                message = self._channel.receive()
            except PeerGone:
                return
            if "op" in message:
                self.serve(message)

    def stand_in(self, told: Message) -> Any:
        """Return what represents one of the test program's objects."""
        return (TestIterator if told["iterator"] else TestFunction)(self, told["id"])

    def foreign(self, value: Any) -> int | None:
        """Return the number of a test program's object."""
        return value.number if type(value) in (TestFunction, TestIterator) else None

    def _target(self, message: Message) -> Any:
        return self.exports.thing(message["target"])

    def _names(self, message: Message) -> Message:
        known = vars(self._module)
        return {
            "names": {name: self._describe_name(known[name]) for name in message["names"] if name in known}
        }

    def _describe_name(self, thing: Any) -> Message:
        if isinstance(thing, ModuleType):
            return {"module": str(thing.__name__)}
        return {"value": self._form(thing)}

    def _attribute(self, message: Message) -> Message:
        name = str(message["name"])
        if name.startswith("__") and name not in ASKED_OF_CLASSES:
            raise AttributeError(name)
        return {"returned": self._form(getattr(self._target(message), name))}

    def _set(self, message: Message) -> Message:
        setattr(self._target(message), str(message["name"]), self.decoder().decode(message["value"]))
        return {"returned": None}

    def _delete(self, message: Message) -> Message:
        delattr(self._target(message), str(message["name"]))
        return {"returned": None}

    def _equal(self, message: Message) -> Message:
        return {"returned": bool(self._target(message) == self.exports.thing(message["other"]))}

    def _text(self, message: Message) -> Message:
        text = str(self._target(message)) if message["how"] == "str" else repr(self._target(message))
        return {"returned": self.encoder().encode(text)}

    def _form(self, thing: Any) -> Any:
        encoder = self.encoder()
        is_exception = isinstance(thing, type) and issubclass(thing, BaseException)
        return encoder.handle(thing) if callable(thing) and not is_exception else encoder.encode(thing)


def serve(code: CodeType) -> int:
    """Load the candidate and serve its test program. Returns the exit status."""

    def load_and_serve() -> None:
        module = new_module(MODULE_NAME)
        exec(code, module.__dict__)  # noqa: S102 - running the candidate is the purpose
        Servant(Channel(PEER_FD), module).serve_until_gone()

    return finish(load_and_serve)
