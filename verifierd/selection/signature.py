"""A candidate's behaviour signature: what it did on every test, as one digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from verifierd.model import Verdict

# A candidate with one of these did not show all of its behaviour, so there is nothing to compare.
_UNSEEN = frozenset({Verdict.INFRASTRUCTURE_ERROR.name, Verdict.CANCELLED.name})
_SKIPPED = Verdict.SKIPPED.name
_FIELD = b"\x1f"
_TEST = b"\x1e"


class Named(Protocol):
    """A verdict: the service's own, or a client's."""

    @property
    def name(self) -> str:
        """Return its name in capitals."""
        ...


class Executed(Protocol):
    """What one test told."""

    @property
    def test_id(self) -> str:
        """Return the test's id."""
        ...

    @property
    def verdict(self) -> Named:
        """Return the verdict of the execution."""
        ...

    @property
    def behaviour(self) -> str | None:
        """Return the digest of what was done; None for what is comparable to nothing."""
        ...


class Judged(Protocol):
    """A candidate's result, as the service or a client has it."""

    @property
    def candidate_id(self) -> str:
        """Return the candidate's id."""
        ...

    @property
    def duplicate_of(self) -> str:
        """Return the id of the candidate whose executions these are; empty where they are its own."""
        ...

    @property
    def verdict(self) -> Named:
        """Return the candidate's verdict."""
        ...

    @property
    def tests_total(self) -> int:
        """Return how many tests judge."""
        ...

    @property
    def executions(self) -> Sequence[Executed]:
        """Return the executions in the order of the tests."""
        ...


def signature(result: Judged) -> bytes | None:
    """Return the SHA-256 over test id, verdict and behaviour of every test; None for no cluster.

    Tests skipped after a first failure are part of it as skipped. An answer that is comparable to
    nothing makes the candidate's program one of a kind.
    """
    verdict = result.verdict.name
    if verdict in _UNSEEN or (verdict == _SKIPPED and result.tests_total):
        return None
    program = result.duplicate_of or result.candidate_id
    digest = hashlib.sha256(verdict.encode())
    for execution in result.executions:
        name, behaviour = execution.verdict.name, execution.behaviour
        if name in _UNSEEN:
            return None
        if behaviour is None and name != _SKIPPED:
            behaviour = f"only {program}"
        parts = (execution.test_id, name, behaviour or "")
        digest.update(_TEST + _FIELD.join(part.encode("utf-8", "surrogatepass") for part in parts))
    return digest.digest()
