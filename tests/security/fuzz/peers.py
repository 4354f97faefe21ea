"""The test program's side of an `asserts` run against a candidate that answers anything.

It may end in values, in exceptions that the candidate is known to have raised, and in `PeerGone`, which
no test program can take for a pass.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sandboxes.inside.candidate import CandidateModule
from sandboxes.inside.channel import LENGTH, MAX_MESSAGE_BYTES, Channel, PeerGone
from sandboxes.inside.objects import CandidateObject, HandleError

from .forms import forms
from .search import Property

ASKED = ["f", "g"]
EXCEPTIONS = [
    "KeyError",
    "SystemExit",
    "KeyboardInterrupt",
    "StopIteration",
    "AssertionError",
    "UnicodeError",
    "SkipTest",
    "JSONDecodeError",
    "ExceptionGroup",
    "OSError",
    "timeout",
    "X",
    "\x00",
]

handles = st.fixed_dictionaries(
    {
        "id": st.integers(-1, 3) | forms,
        "class": st.text(max_size=3) | st.sampled_from(["\x00", "\ud800", "type"]) | forms,
        "kind": st.integers(-1, 3) | forms,
        "callable": st.booleans() | forms,
        "iterator": st.booleans() | forms,
    }
).map(lambda told: {"$mine": told})
ancestries = st.lists(
    st.tuples(
        st.sampled_from(["builtins", "unittest.case", "json", "signal", "os", "", "candidate", "socket"]),
        st.sampled_from(EXCEPTIONS),
        st.integers(-1, 4),
    ).map(list)
    | st.integers(-1, 9)
    | forms,
    max_size=4,
)
exceptions = st.fixed_dictionaries(
    {"classes": ancestries | forms},
    optional={
        "args": st.lists(forms, max_size=3) | forms,
        "attributes": st.dictionaries(st.text(max_size=9), forms, max_size=3) | forms,
        "message": st.text(max_size=5) | forms,
    },
)
meanings = forms | handles | st.builds(lambda classes: {"$exception": classes}, ancestries)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "names": st.dictionaries(st.sampled_from([*ASKED, "h"]), st.builds(lambda v: {"value": v}, meanings))
    | st.dictionaries(st.sampled_from(ASKED), forms | st.just({"module": "os"}))
    | forms,
    "returned": meanings,
    "raised": exceptions | forms,
    "changed": st.lists(st.tuples(st.integers(-1, 3), forms), max_size=3) | forms,
    "items": st.lists(meanings, max_size=4) | forms,
    "ended": st.booleans() | forms,
}
replies = st.fixed_dictionaries({"answers": st.integers(1, 6)}, optional=FIELDS)
questions = st.fixed_dictionaries(
    {"op": st.sampled_from(["call", "next", "names", "attribute"]) | forms},
    optional={
        "ask": forms,
        "target": st.integers(-1, 9) | forms,
        "args": st.lists(forms, max_size=3) | forms,
        "kwargs": st.dictionaries(st.text(max_size=3), forms, max_size=2) | forms,
        "count": st.integers(-2, 200_000) | forms,
    },
)


def message(content: bytes) -> bytes:
    """Bytes with the length that belongs to them."""
    return LENGTH.pack(len(content)) + content


messages = st.one_of(
    replies.map(lambda reply: message(json.dumps(reply).encode())),
    replies.map(lambda reply: message(json.dumps(reply).encode())),
    questions.map(lambda question: message(json.dumps(question).encode())),
    forms.map(lambda form: message(json.dumps(form).encode())),
    st.binary(max_size=20),
    st.sampled_from([b"[" * 100_000, b"NaN", b"9" * 5_000, b"\xff", b'{"answers":1e999}']).map(message),
    st.sampled_from([0, 1, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES + 1, 0xFFFFFFFF]).map(LENGTH.pack),
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that the candidate sends, and what the test program does meanwhile."""

    said: bytes
    steps: tuple[str, ...]


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    said = b"".join(draw(st.lists(messages, min_size=1, max_size=8)))
    if draw(st.sampled_from([False, False, True])):
        said = said[: draw(st.integers(0, len(said)))]
    return Conversation(said, tuple(draw(st.lists(st.sampled_from(sorted(STEPS)), max_size=5))))


def check_messages(said: bytes) -> None:
    """Whatever comes, `receive` returns objects and then says that the other side is gone."""
    with _line(said) as channel, suppress(PeerGone):
        while True:
            assert isinstance(channel.receive(), dict), "a message is no object"


def check_conversation(conversation: Conversation) -> None:
    with _line(conversation.said) as channel:
        candidate = CandidateModule(channel)
        found: dict[str, Any] = {}
        for step in ("resolve", *conversation.steps):
            try:
                STEPS[step](candidate, found)
            except (PeerGone, HandleError):
                pass
            except BaseException as error:
                if error is not candidate.last_raised:
                    raise AssertionError(f"{step} raised {error!r}, which nobody has raised") from error


def _resolve(candidate: CandidateModule, found: dict[str, Any]) -> None:
    found.update(candidate.resolve(ASKED))


def _with_stand_ins(use: Callable[[Any], Any]) -> Callable[[CandidateModule, dict[str, Any]], None]:
    def step(candidate: CandidateModule, found: dict[str, Any]) -> None:
        for what in list(found.values()):
            if CandidateObject in type(what).__mro__:
                use(what)

    return step


STEPS: dict[str, Callable[[CandidateModule, dict[str, Any]], None]] = {
    "resolve": _resolve,
    "call": lambda candidate, found: found.update(called=candidate.call(0, ([1], {"a": {2}}), {"k": [3]})),
    "call back": lambda candidate, found: candidate.call(1, (len, lambda: 7, iter([1, 2])), {}),
    "attribute": lambda candidate, found: found.update(attribute=candidate.attribute(0, "x")),
    "set": lambda candidate, found: candidate.set_attribute(0, "x", [1]),
    "truth": lambda candidate, found: _is(bool, candidate.truth(0)),
    "hash": lambda candidate, found: _is(int, candidate.hash(0)),
    "text": lambda candidate, found: _is(str, candidate.text(0, "str", "told")),
    "draw": lambda candidate, found: _is(list, candidate.draw(0, 3).items),
    "bool of found": _with_stand_ins(bool),
    "str of found": _with_stand_ins(str),
    "equal to found": _with_stand_ins(lambda what: _is(bool, what == what)),
    "next of found": _with_stand_ins(lambda what: next(what) if hasattr(type(what), "__next__") else None),
    "call found": _with_stand_ins(lambda what: what(1) if callable(what) else None),
}


def _is(kind: type, value: Any) -> None:
    assert type(value) is kind, f"{value!r} is no {kind.__name__}"


@contextmanager
def _line(said: bytes) -> Iterator[Channel]:
    """The near end of a line on which the far end says this, hears everything, and is gone."""
    near, far = socket.socketpair()

    def speak() -> None:
        with suppress(OSError):
            far.sendall(said)
            far.shutdown(socket.SHUT_WR)

    def hear() -> None:
        with suppress(OSError):
            while far.recv(1 << 16):
                pass

    threads = [threading.Thread(target=speak), threading.Thread(target=hear)]
    channel = Channel(near.detach())
    try:
        for thread in threads:
            thread.start()
        yield channel
    finally:
        with suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        channel._socket.close()
        for thread in threads:
            thread.join()
        far.close()


MESSAGES = Property("calls, messages", st.lists(messages, max_size=6).map(b"".join), check_messages)
CONVERSATIONS = Property("calls, conversations", conversations(), check_conversation)
