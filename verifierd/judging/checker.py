"""What a checker is: a named, versioned rule that compares an actual with an expected output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Self, TypeVar

from verifierd.errors import InvalidField

Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether an output is right; if not, its first difference in words for a person."""

    accepted: bool
    detail: str = ""


class Checker(ABC, Generic[Output]):
    """One rule for one kind of output: bytes for `stdio` tests, typed values for `call` tests.

    A rule is two questions. `digest` says which outputs are the same answer: it decides quickly in
    the common case and it is what candidates are clustered by. `difference` is asked where digests
    differ; it names the first difference, or forgives it (a tolerance does).

    `version` goes up whenever an output could be judged differently than before.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    parameters: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str], path: str) -> Self:
        """Make the checker with a caller's parameters, which its request has at `path`.

        Raises:
            InvalidField: a parameter is unknown or out of its range.
        """
        for parameter in parameters:
            if parameter not in cls.parameters:
                allowed = ", ".join(cls.parameters) or "no parameters"
                raise InvalidField(
                    f"{path}[{parameter!r}]", f"checker {cls.name!r} has no such parameter", allowed
                )
        return cls._parsed(parameters, path)

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls()

    @property
    def label(self) -> str:
        """Return "name@version", as results carry it."""
        return f"{self.name}@{self.version}"

    @abstractmethod
    def digest(self, output: Output) -> bytes | None:
        """Return the SHA-256 of the output's canonical form; None where it is comparable to nothing."""

    @abstractmethod
    def difference(self, expected: Output, actual: Output) -> str | None:
        """Return the first difference in words; None where the rule forgives all of them."""

    def check(self, expected: Output, actual: Output) -> CheckResult:
        """Compare two outputs in time and memory that grow linearly with their size."""
        return self.check_digests(expected, self.digest(expected), actual, self.digest(actual))

    def check_digests(
        self, expected: Output, expected_digest: bytes | None, actual: Output, actual_digest: bytes | None
    ) -> CheckResult:
        """Compare as `check` does, where both digests are known already."""
        if actual_digest is not None and actual_digest == expected_digest:
            return CheckResult(accepted=True)
        difference = self.difference(expected, actual)
        if difference is None:
            return CheckResult(accepted=True)
        return CheckResult(accepted=False, detail=difference)
