"""The checkers by name: which there are, which is the default of a test kind, and how one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from verifierd.errors import InvalidField
from verifierd.judging.checker import Checker
from verifierd.judging.text import ExactBytes, Lines, Tokens
from verifierd.judging.tolerant import FloatTokens, FloatValue
from verifierd.judging.typed import ExactValue
from verifierd.model import CallTest, CheckerSpec, StdioTest, TestBody

TestKind = type[TestBody]
_ByName = Mapping[str, type[Checker[Any]]]


def _by_name(*checkers: type[Checker[Any]]) -> _ByName:
    return MappingProxyType({checker.name: checker for checker in checkers})


# The first of each kind is its default. `asserts` tests judge themselves and have none.
CHECKERS: Mapping[TestKind, _ByName] = MappingProxyType(
    {
        StdioTest: _by_name(Tokens, Lines, ExactBytes, FloatTokens),
        CallTest: _by_name(ExactValue, FloatValue),
    }
)


@dataclass(frozen=True, slots=True)
class CheckerInfo:
    """One checker as the service's capabilities list it."""

    name: str
    version: int
    kind: TestKind
    is_default: bool
    parameters: tuple[str, ...]


def available() -> tuple[CheckerInfo, ...]:
    """Return all checkers, by kind of test, the kind's default first."""
    return tuple(
        CheckerInfo(checker.name, checker.version, kind, index == 0, checker.parameters)
        for kind, by_name in CHECKERS.items()
        for index, checker in enumerate(by_name.values())
    )


def choose(
    spec: CheckerSpec, kinds: Iterable[TestKind], path: str = "problem.checker"
) -> Mapping[TestKind, Checker[Any]]:
    """Return the checker of each kind of test that occurs in a problem and is judged by one.

    An empty name chooses each kind's default; a name has to fit every kind that has checkers. `path` is
    where the request has the checker, for errors.

    Raises:
        InvalidField: no such checker for one of the kinds, or a parameter that it does not take.
    """
    judged = [kind for kind in dict.fromkeys(kinds) if kind in CHECKERS]
    if spec.name and not judged:
        raise InvalidField(f"{path}.name", "tests of kind asserts judge themselves", "leave it out")
    chosen = {}
    for kind in judged:
        by_name = CHECKERS[kind]
        name = spec.name or next(iter(by_name))
        if name not in by_name:
            problem = f"there is no checker {name!r} for these tests"
            raise InvalidField(f"{path}.name", problem, ", ".join(by_name))
        chosen[kind] = by_name[name].from_parameters(spec.params, f"{path}.params")
    return chosen
