"""Problems: a test suite with its limits and its checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sandboxes.model import Limits, Program
from verifierd.model.probes import Probes
from verifierd.model.tests import TestBody


class TestRole(Enum):
    """What a test counts for.

    JUDGE decides the verdict; so does EXAMPLE, which the sampler could see. GENERATED was written by a model
    and may be wrong: it is evidence for a selection rule, never part of the verdict.
    """

    JUDGE = 1
    EXAMPLE = 2
    GENERATED = 3


@dataclass(frozen=True, slots=True)
class TestCase:
    """One input and what is expected of it. `id` is unique in its problem."""

    id: str
    body: TestBody
    role: TestRole = TestRole.JUDGE

    @property
    def judges(self) -> bool:
        """Tell whether a candidate that fails it is wrong."""
        return self.role is not TestRole.GENERATED


@dataclass(frozen=True, slots=True)
class CheckerSpec:
    """Which rule compares actual with expected output, by name and its parameters.

    An empty name means the default of the test's kind: `tokens` for stdio, `exact` for call and files,
    `math-verify` for answer. With the name `program` the rule is a program of the caller's.
    """

    name: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A language-independent test suite, its limits, its checker and its probe inputs."""

    id: str
    tests: tuple[TestCase, ...]
    limits: Limits
    checker: CheckerSpec = CheckerSpec()
    probes: Probes | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 of some bytes as 64 lower-case hexadecimal digits, and how many bytes there were."""

    hash: str
    size_bytes: int
