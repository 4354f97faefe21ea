"""The test program's side of an `asserts` run: its process holds the answers, the candidate's is elsewhere.

Names that the test program uses but does not define are the candidate's: modules of the standard
library are imported here, values cross by copy, everything else becomes a `CandidateObject`.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib
import json
import symtable
import sys
from dataclasses import dataclass
from typing import Any

from .channel import Channel, PeerGone
from .crossing import CrossingDecoder, CrossingEncoder, Exports, update_in_place
from .programs import PEER_FD, write_result
from .servant import MESSAGE_CHARACTERS
from .values import ValueFormError, class_name

NOTHING_ASKED = (
    "it asks nothing of the candidate: every name that it reads is its own or Python's. Does it define "
    "check(candidate) and not call it? A name of the candidate's that is also a built-in's or a standard "
    "module's is declared in candidate_names"
)
QUIET_ENDINGS = (StopIteration, StopAsyncIteration, GeneratorExit)


class CandidateObject:
    """An object of the candidate's. It can be called and asked for attributes; it equals no value.

    It takes part in no arithmetic and no comparison: those would run the candidate's own methods
    inside an assertion.
    """

    __slots__ = ("__name__", "_candidate", "_number", "_true")

    def __init__(self, candidate: CandidateModule, number: int, name: str, true: bool) -> None:
        """Name the object by its number on the other side."""
        self.__name__ = name
        self._candidate = candidate
        self._number = number
        self._true = true

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it over there: arguments are copied, changes to them are carried back."""
        return self._candidate.call(self._number, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute, a copy or another `CandidateObject`."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self._candidate.attribute(self._number, name)

    def __eq__(self, other: object) -> bool:
        """Return whether it is the very same object over there."""
        return type(other) is CandidateObject and other._number == self._number

    def __hash__(self) -> int:
        """Hash by identity."""
        return hash(self._number)

    def __bool__(self) -> bool:
        """Return the truth that the object had when it crossed."""
        return self._true

    def __repr__(self) -> str:
        """Name the class, for a person."""
        return f"<the candidate's {self.__name__}>"


class CandidateModule:
    """The candidate's module, over the channel."""

    def __init__(self, channel: Channel) -> None:
        """Talk over a channel; `behaviour` digests every answer."""
        self._channel = channel
        exports = Exports()
        self._exports = exports
        self._encoder = CrossingEncoder(exports, lambda v: v._number if type(v) is CandidateObject else None)
        self._decoder = CrossingDecoder(
            exports, lambda number, name, true, _: CandidateObject(self, number, name, true)
        )
        self._classes: dict[tuple[str, ...], type[BaseException]] = {}
        self.behaviour = hashlib.sha256()
        self.last_raised: BaseException | None = None
        self.gone: str | None = None

    def resolve(self, names: list[str]) -> dict[str, Any]:
        """Return those of the names that the candidate's module has."""
        known = self._ask({"op": "names", "names": names}).get("names")
        if not isinstance(known, dict):
            raise self._broken("names were asked, something else came")
        found = {}
        for name in set(known) & set(names):
            what = known[name]
            if "module" in what:
                if (module := _standard_module(what["module"])) is not None:
                    found[name] = module
            elif "exception" in what:
                found[name] = self._exception_class(what["exception"])
            else:
                found[name] = self._decode(what.get("value"))
        return found

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call one of the candidate's functions. Raises what it raised."""
        reply = self._ask(
            {
                "op": "call",
                "target": number,
                "args": [self._encoder.encode(arg) for arg in args],
                "kwargs": {key: self._encoder.encode(arg) for key, arg in kwargs.items()},
            }
        )
        changed = reply.get("changed")
        given = {str(place): arg for place, arg in enumerate(args)} | kwargs
        for place, form in (changed if isinstance(changed, dict) else {}).items():
            update_in_place(given.get(place), self._decode(form))
        return self._decode(reply.get("returned"))

    def attribute(self, number: int, name: str) -> Any:
        """Return an attribute of one of the candidate's objects. Raises what that raised."""
        return self._decode(self._ask({"op": "attribute", "target": number, "name": name}).get("returned"))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.gone is not None:
            raise PeerGone(self.gone)
        try:
            self._channel.send(request)
            reply = self._channel.receive()
            while "callback" in reply:
                self._channel.send(self._serve_callback(reply))
                reply = self._channel.receive()
        except PeerGone as error:
            self.gone = str(error)
            raise
        self.behaviour.update(_behaviour_of(reply))
        if "raised" in reply:
            self.last_raised = self._exception(reply["raised"])
            raise self.last_raised
        return reply

    def _serve_callback(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            function = self._exports.thing(request["callback"])
            args = [self._decode(form) for form in request["args"]]
            kwargs = {str(key): self._decode(form) for key, form in request["kwargs"].items()}
            return {"returned": self._encoder.encode(function(*args, **kwargs))}
        except Exception as error:
            return {"raised": class_name(error)}

    def _decode(self, form: Any) -> Any:
        try:
            return self._decoder.decode(form)
        except ValueFormError as error:
            raise self._broken(str(error)) from None

    def _broken(self, why: str) -> PeerGone:
        self.gone = f"the candidate's process answered out of protocol: {why}"
        return PeerGone(self.gone)

    def _exception(self, what: Any) -> BaseException:
        if not isinstance(what, dict):
            raise self._broken("an exception without a class")
        kind = self._exception_class(what.get("classes"))
        if issubclass(kind, QUIET_ENDINGS):  # as PEP 479 has it: else it would quietly end a test's own loop
            return RuntimeError(f"the candidate raised {kind.__name__}")
        args = self._decode(what.get("args"))
        try:
            return kind(*args) if isinstance(args, list) else kind(str(what.get("message")))
        except Exception:
            return RuntimeError(str(what.get("message"))[:MESSAGE_CHARACTERS])

    def _exception_class(self, classes: Any) -> type[BaseException]:
        """Rebuild a class: the built-in itself, or a new one of that name on its nearest built-in base."""
        if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
            raise self._broken("an exception without a class")
        key = tuple(classes)
        if key not in self._classes:
            base: type[BaseException] = Exception
            for name in classes:
                known = getattr(builtins, name, None)
                if isinstance(known, type) and issubclass(known, BaseException):
                    base = known
                    break
            own = classes and classes[0] != base.__name__
            self._classes[key] = type(classes[0], (base,), {}) if own else base
        return self._classes[key]


def _behaviour_of(reply: dict[str, Any]) -> bytes:
    """Return what of an answer is behaviour: of an exception its class, since messages are but words."""
    raised = reply.get("raised")
    seen = {"raised": raised.get("classes")} if isinstance(raised, dict) else reply
    return json.dumps(seen, sort_keys=True).encode()


@dataclass(frozen=True)
class FreeNames:
    """The names that a test program reads and does not define."""

    of_candidate: list[str]
    modules: list[str]  # of the standard library, used for their attributes only


def free_names(source: str, candidate_names: list[str]) -> FreeNames:
    """Find the free names: a built-in's or a standard module's is Python's own unless it is named.

    Were they the candidate's, a class `math` of its own could answer `math.isclose`.
    """
    tree = ast.parse(source)
    bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    plain = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in bases}
    read, bound = _global_names(symtable.symtable(source, "<tests>", "exec"))
    free = (read - bound - set(dir(builtins))) | set(candidate_names)
    modules = (free & sys.stdlib_module_names) - plain - set(candidate_names)
    return FreeNames(sorted(free - modules), sorted(modules))


def _global_names(scope: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the global names that a scope and those within it read, and those that they bind."""
    read: set[str] = set()
    bound: set[str] = set()
    for symbol in scope.get_symbols():
        if scope.get_type() == "module" or symbol.is_global():
            if symbol.is_referenced():
                read.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                bound.add(symbol.get_name())
    for inner in scope.get_children():
        inner_read, inner_bound = _global_names(inner)
        read |= inner_read
        bound |= inner_bound
    return read, bound


def run_tests(source: bytes, candidate_names: list[str]) -> int:
    """Run the test program against the candidate and report how it ended. Returns the exit status."""
    try:
        text = source.decode()
        code, names = compile(text, "<tests>", "exec", dont_inherit=True), free_names(text, candidate_names)
        if not names.of_candidate:
            raise ValueError(NOTHING_ASKED)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        write_result(json.dumps({"broken": f"{class_name(error)}: {str(error)[:MESSAGE_CHARACTERS]}"}))
        return 0
    candidate = CandidateModule(Channel(PEER_FD))
    report: dict[str, Any] = {}
    try:
        exec(code, _namespace(candidate, names))  # noqa: S102 - running the test program is the purpose
    except PeerGone:
        report["gone"] = candidate.gone
    except BaseException as error:
        by_candidate = error is candidate.last_raised
        report["raised"] = [class_name(error), _message(error, by_candidate)]
        report["by_candidate"] = by_candidate
    if candidate.gone is not None:
        report["gone"] = candidate.gone
    write_result(json.dumps({"behaviour": candidate.behaviour.hexdigest(), **report}))
    return 0


def _namespace(candidate: CandidateModule, names: FreeNames) -> dict[str, Any]:
    """Return the test program's globals. A name that the candidate lacks is nobody's, built-in or not."""
    found = candidate.resolve(names.of_candidate)
    own = {name: what for name, what in vars(builtins).items() if name not in names.of_candidate}
    modules = {name: importlib.import_module(name) for name in names.modules}
    return {"__name__": "__tests__", "__builtins__": own, **modules, **found}


def _message(error: BaseException, by_candidate: bool) -> str:
    if isinstance(error, AssertionError) and not error.args and not by_candidate:
        return _asserted_line(error)
    try:
        return str(error)[:MESSAGE_CHARACTERS]
    except Exception as unspeakable:  # an integer of too many digits among its arguments, say
        return f"(its message cannot be had: {class_name(unspeakable)})"


def _asserted_line(error: BaseException) -> str:
    """Say which assertion failed; the line itself stays here, since it holds the answer."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        line = trace.tb_lineno
        trace = trace.tb_next
    return f"the assertion on line {line} of the test program failed"


def _standard_module(name: Any) -> Any:
    parts = str(name).split(".")
    if parts[0] not in sys.stdlib_module_names or any(part.startswith("_") for part in parts):
        return None
    try:
        return importlib.import_module(str(name))
    except ImportError:
        return None
