"""The candidate's side of an `asserts` run: load the module, answer the test program's calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from .channel import Channel, PeerGone
from .crossing import CrossingDecoder, CrossingEncoder, Exports
from .programs import MODULE_NAME, PEER_FD, finish, new_module
from .values import ValueFormError, class_name

MESSAGE_CHARACTERS = 2000
MAY_CHANGE = (list, dict, set, bytearray, deque, tuple)  # a tuple by what it holds


class Callback:
    """A function of the test program's, for the candidate to call and no more."""

    def __init__(self, servant: Servant, number: int) -> None:
        """Name the function by its number."""
        self._servant = servant
        self.number = number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it over there. Raises RuntimeError where it raised."""
        return self._servant.call_back(self.number, args, kwargs)


class Servant:
    """Answers calls on one candidate module until the test program hangs up."""

    def __init__(self, channel: Channel, module: ModuleType) -> None:
        """Serve a loaded module over a channel."""
        self._channel = channel
        self._module = module
        exports = Exports()
        self._encoder = CrossingEncoder(exports, lambda v: v.number if type(v) is Callback else None)
        self._decoder = CrossingDecoder(exports, lambda number, *_: Callback(self, number))
        self._exports = exports
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "names": self._names,
            "call": self._call,
            "attribute": self._attribute,
        }

    def serve(self) -> None:
        """Answer until the channel closes."""
        while True:
            try:
                request = self._channel.receive()
            except PeerGone:
                return
            self._answer(request)

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call one of the test program's functions. Raises RuntimeError where it raised."""
        self._channel.send(
            {
                "callback": number,
                "args": [self._encoder.encode(arg) for arg in args],
                "kwargs": {key: self._encoder.encode(arg) for key, arg in kwargs.items()},
            }
        )
        while True:
            reply = self._channel.receive()
            if "op" not in reply:
                break
            self._answer(reply)
        if "raised" in reply:
            raise RuntimeError(f"the test program's function raised {reply['raised']}")
        return self._decoder.decode(reply["returned"])

    def _answer(self, request: dict[str, Any]) -> None:
        try:
            reply = self._operations[request["op"]](request)
            self._channel.send(reply)
        except PeerGone:
            raise
        except BaseException as error:
            self._channel.send({"raised": describe(error, self._encoder)})

    def _names(self, request: dict[str, Any]) -> dict[str, Any]:
        known = {}
        for name in request["names"]:
            if name in self._module.__dict__:
                known[name] = self._describe_name(self._module.__dict__[name])
        return {"names": known}

    def _describe_name(self, thing: Any) -> dict[str, Any]:
        if isinstance(thing, ModuleType):
            return {"module": str(thing.__name__)}
        if isinstance(thing, type) and issubclass(thing, BaseException):
            return {"exception": ancestry(thing)}
        if callable(thing):
            return {"value": self._encoder.handle(thing)}
        return {"value": self._encoder.encode(thing)}

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        function = self._exports.thing(request["target"])
        args = [self._decoder.decode(form) for form in request["args"]]
        kwargs = {key: self._decoder.decode(form) for key, form in request["kwargs"].items()}
        returned = self._encoder.encode(function(*args, **kwargs))
        given = [
            (str(place), arg, sent)
            for place, (arg, sent) in enumerate(zip(args, request["args"], strict=True))
        ]
        given += [(name, arg, request["kwargs"][name]) for name, arg in kwargs.items()]
        changed = {
            place: form
            for place, arg, sent in given
            if isinstance(arg, MAY_CHANGE) and (form := self._encoder.encode(arg)) != sent
        }
        return {"returned": returned, "changed": changed}

    def _attribute(self, request: dict[str, Any]) -> dict[str, Any]:
        name = str(request["name"])
        if name.startswith("__"):
            raise AttributeError(name)
        thing = getattr(self._exports.thing(request["target"]), name)
        return {"returned": self._encoder.handle(thing) if callable(thing) else self._encoder.encode(thing)}


def serve(code: CodeType) -> int:
    """Load the candidate and serve its test program. Returns the exit status."""

    def load_and_serve() -> None:
        module = new_module(MODULE_NAME)
        exec(code, module.__dict__)  # noqa: S102 - running the candidate is the purpose
        Servant(Channel(PEER_FD), module).serve()

    return finish(load_and_serve)


def ancestry(kind: type) -> list[str]:
    """Return the names of a class and its bases, nearest first, for the other side to rebuild it."""
    return [str(base.__name__)[:200] for base in kind.__mro__][:20]


def describe(error: BaseException, encoder: CrossingEncoder) -> dict[str, Any]:
    """Return an exception as data: its class with its bases, its arguments, its message."""
    try:
        args: Any = [encoder.encode(arg) for arg in error.args]
    except (ValueFormError, RecursionError):
        args = []
    try:
        message = str(error)[:MESSAGE_CHARACTERS]
    except BaseException:
        message = class_name(error)
    return {"classes": ancestry(type(error)), "args": args, "message": message}
