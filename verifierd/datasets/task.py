"""A problem of a published set: tests, what makes a program of a completion, what is known to be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import verifierd_client as client
from verifierd.admission import MAX_LIMITS, MIN_LIMITS, SECOND_NS

KIND_OF_TEST: Mapping[type, str] = MappingProxyType(
    {
        client.StdioTest: "stdio",
        client.CallTest: "call",
        client.AssertsTest: "asserts",
        client.FilesTest: "files",
        client.AnswerTest: "answer",
        client.InteractiveTest: "interactive",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """How the problems of a dataset are judged.

    Attributes:
        strict: do the right thing where the dataset's own evaluator has an unsound rule, which is followed
            otherwise.
        limits: the caller's; each that is not None goes before the one that the dataset states.
    """

    strict: bool = False
    limits: client.Limits = field(default_factory=client.Limits)


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program in a language of the service's."""

    source: str
    language: str


@dataclass(frozen=True, slots=True)
class Oracle:
    """Computes what is expected of `call` tests, where the dataset publishes inputs alone.

    Attributes:
        program: returns it, in a sandbox.
        expected: what the checker is told to expect, from the arguments and what the program returned.
        time_factor: samples may take so many times the CPU time that the program takes on the slowest input,
            where that is above the problem's limit. The program itself has so many times that limit.
    """

    program: Program
    expected: Callable[[Sequence[Any], Any], Any]
    time_factor: float = 0.0


def as_it_stands(completion: str) -> str:
    """Return a completion that is the whole program already."""
    return completion


def after(prompt: str) -> Callable[[str], str]:
    """Return what makes a program of a completion that goes on from `prompt`."""
    return lambda completion: prompt + completion


@dataclass(frozen=True, slots=True)
class Task:
    """One problem of a published set.

    Attributes:
        task_id: 1 to 256 characters, unique in its file.
        place: `file:line`, where it was read.
        problem: its tests, limits and checker, as the service takes them.
        language: of the samples that do not say theirs; a name of the service's.
        complete: makes a whole program of a completion.
        cut: what `complete` keeps of a completion, where the set's evaluator judges its beginning alone.
        prompt: what a model is asked, as the set publishes it; None where it publishes nothing of the kind.
        canonical: programs that the dataset says are right.
        oracle: computes what is expected of the `call` tests, where the dataset publishes inputs alone.
        unjudgeable: why no sample of it can be judged; empty where they can.
    """

    task_id: str
    place: str
    problem: client.Problem
    language: str
    complete: Callable[[str], str] = as_it_stands
    cut: Callable[[str], str] = as_it_stands
    prompt: str | None = None
    canonical: tuple[Program, ...] = ()
    oracle: Oracle | None = None
    unjudgeable: str = ""

    @property
    def in_one_language(self) -> bool:
        """Say whether its tests are a program, so that samples must be in the language of it."""
        return any(isinstance(test, client.AssertsTest) for test in self.problem.tests)

    @property
    def test_kinds(self) -> frozenset[str]:
        """Return the kinds of its tests, as languages declare those that work in them."""
        return frozenset(KIND_OF_TEST[type(test)] for test in self.problem.tests)


def limits_by(rule: Rule, stated: client.Limits) -> client.Limits:
    """Return the limits that a dataset states, with the caller's in their place where there are any."""
    values = {each.name: getattr(rule.limits, each.name) for each in fields(client.Limits)}
    return client.Limits(
        **{name: getattr(stated, name) if value is None else value for name, value in values.items()}
    )


def allowed(stated: client.Limits) -> client.Limits:
    """Return what a problem states for CPU time and memory as near as the service by default allows it."""
    seconds, memory = stated.cpu_time_s, stated.memory_bytes
    if seconds is not None:
        least, most = MIN_LIMITS.cpu_time_ns / SECOND_NS, MAX_LIMITS.cpu_time_ns / SECOND_NS
        seconds = min(max(seconds, least), most)
    if memory is not None:
        memory = min(max(memory, MIN_LIMITS.memory_bytes), MAX_LIMITS.memory_bytes)
    return replace(stated, cpu_time_s=seconds, memory_bytes=memory)
