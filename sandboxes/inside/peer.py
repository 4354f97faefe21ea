"""What both processes of an `asserts` run have: a line, copies of values, calls in either direction."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import islice
from typing import Any

from .channel import Channel, PeerGone
from .copies import Copies, has_changed, snapshot
from .crossing import Exports
from .decoding import CrossingDecoder
from .drawing import ITEMS_BOUND, Drawn
from .encoding import CrossingEncoder
from .raising import Classes

Message = dict[str, Any]


class Peer(ABC):
    """One end of the line. While it waits for an answer it serves what the other end asks.

    A derived class says what stands in for the other side's objects, and adds what it serves.
    """

    given: frozenset[str]  # built-ins that cross to the other side by name
    taken: frozenset[str]  # those that come from there

    def __init__(self, channel: Channel) -> None:
        """Talk over a channel."""
        self._channel = channel
        self._asking = threading.RLock()
        self._questions = 0
        self.exports = Exports()
        self.classes = Classes(self.exports)
        self.served: dict[str, Callable[[Message], Message]] = {
            "call": self._serve_call,
            "next": self._serve_next,
        }

    @abstractmethod
    def stand_in(self, told: Message) -> Any:
        """Return what represents an object of the other side's."""

    @abstractmethod
    def foreign(self, value: Any) -> int | None:
        """Return the number of an object of the other side's, None for all others."""

    def encoder(self, copies: Copies | None = None) -> CrossingEncoder:
        """Return an encoder for one message."""
        ancestry = self.classes.ancestry
        return CrossingEncoder(self.exports, self.foreign, ancestry, copies or Copies(), self.given)

    def decoder(self, copies: Copies | None = None) -> CrossingDecoder:
        """Return a decoder for one message."""
        return CrossingDecoder(self.exports, self.stand_in, self.classes.of, copies or Copies(), self.taken)

    def ask(self, op: str, **fields: Any) -> Message:
        """Return the other side's answer. A late one, to a call that was given up, is dropped."""
        with self._asking:
            self._questions += 1
            number = self._questions
            self._channel.send({"op": op, "ask": number, **fields})
            while True:
                message = self._channel.receive()
                if "op" in message:
                    self.serve(message)
                elif message.get("answers") == number:
                    return message

    def serve(self, message: Message) -> None:
        """Answer one question of the other side's."""
        answers = {"answers": message.get("ask")}
        try:
            self._channel.send({**answers, **self.served[message["op"]](message)})
        except PeerGone:
            raise
        except BaseException as error:
            self._channel.send({**answers, "raised": self.classes.describe(error, self.encoder().encode)})

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the other side's; what it changes of the arguments is changed here."""
        copies = Copies()
        encode = self.encoder(copies).encode
        reply = self.ask(
            "call",
            target=number,
            args=[encode(arg) for arg in args],
            kwargs={name: encode(arg) for name, arg in kwargs.items()},
        )
        decoder = self.decoder(copies)
        for place, form in reply.get("changed", ()):
            decoder.fill(place, form)
        return self.answer_of(reply, decoder)

    def draw(self, number: int, count: int) -> Drawn:
        """Return the next items of an iterator of the other side's. Raises ValueFormError."""
        reply = self.ask("next", target=number, count=count)
        decoder = self.decoder()
        items = [decoder.decode_alone(form) for form in reply.get("items", ())]
        raised = None
        if "raised" in reply:
            raised = self.classes.exception(reply["raised"], decoder.decode)
        return Drawn(items, reply.get("ended") is not False, raised)

    def answer_of(self, reply: Message, decoder: CrossingDecoder) -> Any:
        """Return what was returned. Raises what was raised."""
        if "raised" in reply:
            raise self.classes.exception(reply["raised"], decoder.decode)
        return decoder.decode(reply.get("returned"))

    def _serve_call(self, message: Message) -> Message:
        copies = Copies()
        decode = self.decoder(copies).decode
        function = self.exports.thing(message["target"])
        args = [decode(form) for form in message["args"]]
        kwargs = {str(name): decode(form) for name, form in message["kwargs"].items()}
        given = [(container, snapshot(container)) for container in copies.containers]
        returned, raised = None, None
        try:
            returned = function(*args, **kwargs)
        except PeerGone:
            raise
        except BaseException as error:
            raised = error
        encoder = self.encoder(copies)
        changed = [
            [place, encoder.content(container)]
            for place, (container, before) in enumerate(given)
            if has_changed(container, before)
        ]
        if raised is not None:
            return {"changed": changed, "raised": self.classes.describe(raised, encoder.encode)}
        return {"changed": changed, "returned": encoder.encode(returned)}

    def _serve_next(self, message: Message) -> Message:
        """Draw from an iterator; what it raises comes after the items before it."""
        encode = self.encoder().encode_alone
        items: list[Any] = []
        count = min(int(message["count"]), ITEMS_BOUND)
        try:
            for item in islice(self.exports.thing(message["target"]), count):
                items.append(encode(item))
        except PeerGone:
            raise
        except BaseException as error:
            return {"items": items, "ended": True, "raised": self.classes.describe(error, encode)}
        return {"items": items, "ended": len(items) < count}
