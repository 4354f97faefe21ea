"""The checkers by name: which there are, which is the default of a test kind, and how one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from verifierd.errors import InvalidField
from verifierd.judging.checker import Checker
from verifierd.judging.evaluators import (
    Apps,
    AppsValue,
    CodeContests,
    Codeforces,
    EvalPlus,
    Genesys,
    GenesysValue,
    LiveCodeBench,
    LiveCodeBenchValue,
    Prime,
    SandboxFusion,
    Taco,
)
from verifierd.judging.files import PartByPart
from verifierd.judging.mathematics import MathVerify
from verifierd.judging.programs import ProgramChecker
from verifierd.judging.showing import shorten
from verifierd.judging.structured import Json, UnorderedLines, UnorderedValue
from verifierd.judging.text import ExactBytes, Lines, Tokens
from verifierd.judging.tolerant import FloatTokens, FloatValue
from verifierd.judging.typed import ExactValue
from verifierd.model import AnswerTest, CallTest, CheckerSpec, FilesTest, StdioTest, TestBody

TestKind = type[TestBody]
_ByName = Mapping[str, type[Checker[Any]]]


def _by_name(*checkers: type[Checker[Any]]) -> _ByName:
    return MappingProxyType({checker.name: checker for checker in checkers})


_OF_BYTES: tuple[type[Checker[bytes]], ...] = (
    *(Tokens, Lines, ExactBytes, FloatTokens, UnorderedLines, Json),
    *(Codeforces, CodeContests, LiveCodeBench, Apps, Taco, Prime, Genesys, SandboxFusion),
)
_OF_VALUES: tuple[type[Checker[Any]], ...] = (
    *(ExactValue, FloatValue, UnorderedValue),
    *(LiveCodeBenchValue, AppsValue, GenesysValue, EvalPlus),
)
# The first of each kind is its default. `asserts` tests judge themselves and have none.
CHECKERS: Mapping[TestKind, _ByName] = MappingProxyType(
    {
        StdioTest: _by_name(*_OF_BYTES, ProgramChecker),
        FilesTest: _by_name(ExactBytes, *_OF_BYTES),
        CallTest: _by_name(*_OF_VALUES),
        AnswerTest: _by_name(MathVerify),
    }
)


KIND_NAMES: Mapping[TestKind, str] = MappingProxyType(
    {StdioTest: "stdio", CallTest: "call", FilesTest: "files", AnswerTest: "answer"}
)


@dataclass(frozen=True, slots=True)
class CheckerInfo:
    """One checker as the service's capabilities list it: kinds of tests by name, parameters by name."""

    name: str
    version: int
    test_kinds: frozenset[str]
    default_for: frozenset[str]
    parameters: frozenset[str]


def available() -> tuple[CheckerInfo, ...]:
    """Return all checkers; one that judges several kinds of tests is listed once."""
    listed: dict[tuple[str, int], CheckerInfo] = {}
    for kind, by_name in CHECKERS.items():
        for checker in by_name.values():
            nothing = CheckerInfo(checker.name, checker.version, frozenset(), frozenset(), frozenset())
            before = listed.get((checker.name, checker.version), nothing)
            is_default = checker is next(iter(by_name.values()))
            listed[checker.name, checker.version] = replace(
                before,
                test_kinds=before.test_kinds | {KIND_NAMES[kind]},
                default_for=before.default_for | ({KIND_NAMES[kind]} if is_default else set()),
                parameters=before.parameters | set(checker.parameters),
            )
    return tuple(listed.values())


def choose(
    spec: CheckerSpec, kinds: Iterable[TestKind], path: str = "checker"
) -> Mapping[TestKind, Checker[Any]]:
    """Return the checker of each kind of test that occurs in a problem and is judged by one.

    The named checker judges the kinds that it is made for, and each other kind has its default. `path`
    is where the request has the checker, for errors.

    Raises:
        InvalidField: no such checker for any of the kinds, a parameter that it does not take, or a program
            too many or too few.
    """
    if (spec.program is None) == (spec.name == ProgramChecker.name):
        wrong = "it is absent" if spec.program is None else f"checker {shorten(spec.name)!r} is no program"
        raise InvalidField(f"{path}.program", wrong, f"a program, for checker {ProgramChecker.name!r} only")
    judged = {kind: CHECKERS[kind] for kind in dict.fromkeys(kinds) if kind in CHECKERS}
    if spec.name and not any(spec.name in by_name for by_name in judged.values()):
        allowed = ", ".join(dict.fromkeys(name for by_name in judged.values() for name in by_name))
        problem = f"no checker {shorten(spec.name)!r} judges these kinds of tests"
        raise InvalidField(f"{path}.name", problem, allowed or "leave it out: these tests judge themselves")
    chosen = {kind: _chosen(spec, by_name, f"{path}.params") for kind, by_name in judged.items()}
    return {kind: PartByPart(checker) if kind is FilesTest else checker for kind, checker in chosen.items()}


def _chosen(spec: CheckerSpec, by_name: _ByName, path: str) -> Checker[Any]:
    default = next(iter(by_name.values()))
    if spec.name and spec.name not in by_name:
        return default.from_parameters({}, path)
    return by_name.get(spec.name, default).from_parameters(spec.params, path)
