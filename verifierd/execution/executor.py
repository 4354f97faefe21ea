"""What an executor is: it takes a candidate's runs and answers each with an outcome or our own failure."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Protocol

from sandboxes.model import Limits, Program, Run
from verifierd.judging.answers import Answer
from verifierd.model import Priority


@dataclass(frozen=True, slots=True)
class ExecutionRequest:
    """One candidate and the runs asked of it, all under the same limits.

    `tenant` is whose program it is: a sandbox serves one tenant. `traceparent` is the W3C trace that the
    candidate is part of; empty: none.
    """

    batch_id: str
    candidate_id: str
    program: Program
    runs: tuple[Run, ...]
    limits: Limits
    tenant: str = ""
    priority: Priority = Priority.INTERACTIVE
    traceparent: str = ""

    def only(self, first: int, last: int | None = None) -> ExecutionRequest:
        """Return the request for the runs from `first` up to but without `last` (None: to the end)."""
        return replace(self, runs=self.runs[first:last])


class Executor(Protocol):
    """Carries out requests. Decorators add one purpose each and are executors themselves."""

    @property
    def capacity(self) -> int:
        """Return how many requests can run at the same time; more than that wait inside `execute`."""
        ...

    def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order, as they land.

        Closing the generator early cancels what is left. The innermost executors raise `SandboxError`
        where a sandbox broke; `Retrying` turns that into answers. `BrokenTestProgram` says that the run
        whose answer is due can be answered of no program.
        """
        ...
